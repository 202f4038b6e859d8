using System.IO.Compression;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Workflows.Files;

/// <summary>Packs files and folders into a ZIP archive, whole or not at all: what cannot be read is a fault. Links to other places are not followed.</summary>
public sealed class FileZip : JarvisFunction
{
    public override string Name => "file.zip";

    public override string Summary => "Packs files and folders into a ZIP archive.";

    public override bool Repeatable => true;

    public override string Example => """{"from":["reports","notes.txt"],"to":"month.zip"}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["from","to"],"properties":{
          "from":{"type":["string","array"],"minLength":1,"minItems":1,"items":{"type":"string","minLength":1},"description":"A file or folder, or several. Of a single folder what is in it stands at the top of the archive."},
          "to":{"type":"string","minLength":1,"description":"The archive; one that is there is replaced."},
          "level":{"enum":["fast","best","none"],"default":"fast"}}}
        """;

    public override async Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var to = context.Resolve(arguments.Text("to"));
        var from = (arguments["from"] is JsonArray several ? several.Items : [arguments["from"]!]).Select(path => context.Resolve(((JsonString)path).Value)).ToList();
        var entries = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in from)
        {
            foreach (var (name, file) in Entries(path, alone: from.Count == 1))
            {
                if (string.Equals(file, to, StringComparison.Ordinal))
                {
                    continue;
                }

                if (!entries.TryAdd(name, file) && entries[name] != file)
                {
                    throw Failed($"The archive would hold '{name}' twice: {entries[name]} and {file}.");
                }

                if (entries.Count > FileContent.MaxListed)
                {
                    throw Failed($"More than {FileContent.MaxListed} files do not go into one archive.");
                }
            }
        }

        var level = arguments.TextOrNull("level") switch
        {
            "best" => CompressionLevel.SmallestSize,
            "none" => CompressionLevel.NoCompression,
            _ => CompressionLevel.Fastest,
        };
        await FileContent.Replace(to, stream => Pack(stream, entries, level, cancellation), cancellation);
        return Json.Of(("path", to), ("files", entries.Count(entry => entry.Value.Length > 0)), ("size", new FileInfo(to).Length));
    }

    private static async Task Pack(Stream stream, SortedDictionary<string, string> entries, CompressionLevel level, CancellationToken cancellation)
    {
        await using var archive = await ZipArchive.CreateAsync(stream, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellation);
        foreach (var (name, file) in entries)
        {
            if (file.Length == 0)
            {
                archive.CreateEntry(name);
            }
            else
            {
                await archive.CreateEntryFromFileAsync(file, name, level, cancellation);
            }
        }
    }

    /// <summary>Name in the archive and file; an empty folder has no file.</summary>
    private static IEnumerable<(string Name, string File)> Entries(string path, bool alone)
    {
        if (File.Exists(path))
        {
            return [(Path.GetFileName(path), path)];
        }

        var folder = new DirectoryInfo(path);
        if (!folder.Exists)
        {
            throw Failed($"There is no file or folder {path}.");
        }

        var root = alone ? folder.FullName : folder.Parent?.FullName ?? folder.FullName;
        // Links are not entered, so that paths end where the file system ends them; what cannot be read fails the whole archive instead of missing in it.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };
        return folder.EnumerateFileSystemInfos("*", options)
            .Where(info => info is FileInfo || !Directory.EnumerateFileSystemEntries(info.FullName).Any())
            .Select(info => (
                Path.GetRelativePath(root, info.FullName).Replace('\\', '/') + (info is DirectoryInfo ? "/" : ""),
                info is FileInfo ? info.FullName : ""));
    }
}
