using System.IO.Compression;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Engine.Workflows.Files;

/// <summary>
/// Unpacks a ZIP archive into a folder. Nothing is written until every entry was looked at: one that would leave the folder, a link,
/// or too much content refuses the whole archive.
/// </summary>
public sealed class FileUnzip : JarvisFunction
{
    /// <summary>Most entries of one archive.</summary>
    public const int MaxEntries = FileContent.MaxListed;

    /// <summary>Most bytes that an archive may unpack to where the workflow sets no limit of its own, in MiB.</summary>
    public const int DefaultMaxMebibytes = 2048;

    private const int UnixKindMask = 0xF000;
    private const int UnixLink = 0xA000;

    public override string Name => "file.unzip";

    public override string Summary => "Unpacks a ZIP archive into a folder.";

    public override bool Repeatable => true;

    public override string Example => """{"path":"month.zip","to":"month"}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["path","to"],"properties":{
          "path":{"type":"string","minLength":1,"description":"The archive."},
          "to":{"type":"string","minLength":1,"description":"The folder; it is made where it is missing."},
          "overwrite":{"type":"boolean","default":true,"description":"Replaces files that are there."},
          "maxMebibytes":{"type":"integer","minimum":1,"maximum":1048576,"default":2048,"description":"Most that it may unpack to."}}}
        """;

    public override async Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var path = context.Resolve(arguments.Text("path"));
        var folder = context.Resolve(arguments.Text("to"));
        var overwrite = arguments.Flag("overwrite", otherwise: true);
        var limit = arguments.Count("maxMebibytes", DefaultMaxMebibytes) * 1024L * 1024;
        await using var archive = await Open(path, cancellation);
        var planned = Plan(path, archive, folder, limit, overwrite);
        Directory.CreateDirectory(folder);
        var left = limit;
        var files = new List<Json>();
        foreach (var (entry, target) in planned)
        {
            if (target.EndsWith('/'))
            {
                Directory.CreateDirectory(target);
                continue;
            }

            RefuseLinks(folder, target);
            await using (var source = await entry.OpenAsync(cancellation))
            {
                await FileContent.Replace(target, async stream => left -= await Copy(source, stream, left, cancellation), cancellation);
            }

            files.Add(Json.Of(target));
        }

        return Json.Of(("path", folder), ("files", Json.Of(files)), ("count", files.Count), ("size", limit - left));
    }

    private static async Task<ZipArchive> Open(string path, CancellationToken cancellation)
    {
        try
        {
            return await ZipFile.OpenReadAsync(path, cancellation);
        }
        catch (InvalidDataException broken)
        {
            throw Failed($"{path} is not a ZIP archive: {broken.Message}", broken);
        }
    }

    private static List<(ZipArchiveEntry Entry, string Target)> Plan(string path, ZipArchive archive, string folder, long limit, bool overwrite)
    {
        if (archive.Entries.Count > MaxEntries)
        {
            throw Failed($"{path} holds {archive.Entries.Count} entries; at most {MaxEntries} are unpacked.");
        }

        if (archive.Entries.Sum(entry => (decimal)entry.Length) > limit)
        {
            throw TooLarge(limit);
        }

        var within = Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar;
        var planned = new List<(ZipArchiveEntry, string)>();
        foreach (var entry in archive.Entries)
        {
            var name = entry.FullName.Replace('\\', '/');
            var target = name.Contains('\0', StringComparison.Ordinal) || Path.IsPathRooted(name) || name.Contains(':', StringComparison.Ordinal)
                ? ""
                : Path.GetFullPath(name, folder);
            if (!(target + Path.DirectorySeparatorChar).StartsWith(within, StringComparison.Ordinal))
            {
                throw Failed($"{path} holds '{entry.FullName}', which would be written outside of {folder}; nothing was unpacked.");
            }

            if (((entry.ExternalAttributes >> 16) & UnixKindMask) == UnixLink)
            {
                throw Failed($"{path} holds the link '{entry.FullName}'; nothing was unpacked.");
            }

            if (!name.EndsWith('/') && !overwrite && File.Exists(target))
            {
                throw Failed($"{target} is there already; nothing was unpacked.");
            }

            planned.Add((entry, name.EndsWith('/') ? Path.TrimEndingDirectorySeparator(target) + "/" : target));
        }

        return planned;
    }

    // A link that stands in the folder already would lead a harmless name elsewhere.
    private static void RefuseLinks(string folder, string target)
    {
        for (var parent = Path.GetDirectoryName(target); parent is not null && parent.Length > folder.Length; parent = Path.GetDirectoryName(parent))
        {
            if (new DirectoryInfo(parent).LinkTarget is not null)
            {
                throw Failed($"{parent} is a link; nothing is unpacked through it.");
            }
        }
    }

    // The lengths that an archive tells may be wrong, so that what comes out is counted as well.
    private static async Task<long> Copy(Stream source, Stream target, long left, CancellationToken cancellation)
    {
        var buffer = new byte[FileContent.BufferBytes];
        var copied = 0L;
        int count;
        while ((count = await source.ReadAsync(buffer, cancellation)) > 0)
        {
            copied += count;
            if (copied > left)
            {
                throw TooLarge(left);
            }

            await target.WriteAsync(buffer.AsMemory(0, count), cancellation);
        }

        return copied;
    }

    private static WorkflowFaultException TooLarge(long limit) => Failed($"The archive unpacks to more than the {limit} bytes that are allowed.");
}
