using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Workflows.Files;

/// <summary>Copies a file, whole or not at all, keeping its time of change.</summary>
public sealed class FileCopy : JarvisFunction
{
    public override string Name => "file.copy";

    public override string Summary => "Copies a file.";

    public override bool Repeatable => true;

    public override string Example => """{"from":"a.txt","to":"b.txt"}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["from","to"],"properties":{
          "from":{"type":"string","minLength":1},
          "to":{"type":"string","minLength":1,"description":"The new file, or an existing folder."},
          "overwrite":{"type":"boolean","default":true}}}
        """;

    public override async Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var from = context.Resolve(arguments.Text("from"));
        var to = context.Resolve(arguments.Text("to"));
        if (Directory.Exists(to))
        {
            to = Path.Combine(to, Path.GetFileName(from));
        }

        if (!File.Exists(from))
        {
            throw Failed($"There is no file {from}.");
        }

        if (!arguments.Flag("overwrite", otherwise: true) && File.Exists(to))
        {
            // Done again after a crash, the copy that is there already is its own.
            if (await FileContent.Hash(from, "sha256", cancellation) == await FileContent.Hash(to, "sha256", cancellation))
            {
                return Json.Of(("path", to), ("size", new FileInfo(to).Length));
            }

            throw Failed($"{to} is there already.");
        }

        await using (var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous))
        {
            await FileContent.Replace(to, stream => source.CopyToAsync(stream, cancellation), cancellation);
        }

        File.SetLastWriteTimeUtc(to, File.GetLastWriteTimeUtc(from));
        return Json.Of(("path", to), ("size", new FileInfo(to).Length));
    }
}
