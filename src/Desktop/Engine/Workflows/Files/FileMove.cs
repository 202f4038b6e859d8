using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Workflows.Files;

/// <summary>Moves or renames a file or folder. Source gone and target there counts as done: that is how it looks after a crash.</summary>
public sealed class FileMove : JarvisFunction
{
    public override string Name => "file.move";

    public override string Summary => "Moves or renames a file or folder.";

    public override bool Repeatable => true;

    public override string Example => """{"from":"a.txt","to":"archive"}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["from","to"],"properties":{
          "from":{"type":"string","minLength":1},
          "to":{"type":"string","minLength":1,"description":"The new path, or an existing folder."},
          "overwrite":{"type":"boolean","default":false}}}
        """;

    public override async Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var from = context.Resolve(arguments.Text("from"));
        var to = context.Resolve(arguments.Text("to"));
        if (Directory.Exists(to) && from != to)
        {
            to = Path.Combine(to, Path.GetFileName(from));
        }

        if (Directory.Exists(from))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            Directory.Move(from, to);
        }
        else if (File.Exists(from))
        {
            await MoveFile(from, to, arguments.Flag("overwrite"), cancellation);
        }
        else if (!File.Exists(to) && !Directory.Exists(to))
        {
            throw Failed($"There is no file or folder {from}.");
        }

        return Json.Of(("path", to));
    }

    private static async Task MoveFile(string from, string to, bool overwrite, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        if (!overwrite && File.Exists(to))
        {
            throw Failed($"{to} is there already.");
        }

        if (new FileInfo(from).LinkTarget is not null || SameVolume(from, to))
        {
            File.Move(from, to, overwrite);
            return;
        }

        // Between volumes a move is a copy and a delete; the copy appears whole before the source goes.
        await using (var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous))
        {
            await FileContent.Replace(to, stream => source.CopyToAsync(stream, cancellation), cancellation);
        }

        File.SetLastWriteTimeUtc(to, File.GetLastWriteTimeUtc(from));
        File.Delete(from);
    }

    private static bool SameVolume(string a, string b) =>
        !OperatingSystem.IsWindows()
            ? MountOf(a) == MountOf(b)
            : string.Equals(Path.GetPathRoot(a), Path.GetPathRoot(b), StringComparison.OrdinalIgnoreCase);

    private static string MountOf(string path) => DriveInfo.GetDrives()
        .Select(drive => drive.Name)
        .Where(name => path.StartsWith(name.EndsWith('/') ? name : name + "/", StringComparison.Ordinal))
        .MaxBy(name => name.Length) ?? "/";
}
