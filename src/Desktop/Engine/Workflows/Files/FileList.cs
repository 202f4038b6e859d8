using System.IO.Enumeration;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Workflows.Files;

/// <summary>Lists a folder in the order of its paths, by a name pattern, with size and time of change. Linked folders are listed and not entered.</summary>
public sealed class FileList : JarvisFunction
{
    public override string Name => "file.list";

    public override string Summary => "Lists the files of a folder.";

    public override bool Repeatable => true;

    public override string Example => """{"path":"~/Documents","pattern":"*.pdf"}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["path"],"properties":{
          "path":{"type":"string","minLength":1},
          "pattern":{"type":"string","minLength":1,"default":"*","description":"Of the name, with * and ?; several with a comma. One with a slash is of the relative path, ** for any folders."},
          "recursive":{"type":"boolean","default":false},
          "folders":{"type":"boolean","default":false,"description":"Lists folders as well."}}}
        """;

    public override Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var root = new DirectoryInfo(context.Resolve(arguments.Text("path")));
        if (!root.Exists)
        {
            throw Failed($"There is no folder {root.FullName}.");
        }

        var patterns = (arguments.TextOrNull("pattern") ?? "*").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = arguments.Flag("recursive") || patterns.Any(p => p.Contains('/', StringComparison.Ordinal)),
            AttributesToSkip = FileAttributes.None,
            IgnoreInaccessible = true,
        };
        var folders = arguments.Flag("folders");
        var found = new List<FileSystemInfo>();
        var all = new FileSystemEnumerable<FileSystemInfo>(root.FullName, static (ref FileSystemEntry entry) => entry.ToFileSystemInfo(), options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => folders || !entry.IsDirectory,
            // A link may lead back to where it stands, and paths would have no end.
            ShouldRecursePredicate = static (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        foreach (var info in all)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!Matches(info, root.FullName, patterns))
            {
                continue;
            }

            found.Add(info);
            if (found.Count > FileContent.MaxListed)
            {
                throw Failed($"{root.FullName} holds more than {FileContent.MaxListed} entries; narrow the pattern.");
            }
        }

        found.Sort((a, b) => string.CompareOrdinal(a.FullName, b.FullName));
        return Task.FromResult(Json.Of(found.Select(info => FileContent.Describe(info, root.FullName))));
    }

    private static bool Matches(FileSystemInfo info, string root, string[] patterns)
    {
        foreach (var pattern in patterns)
        {
            var matches = pattern.Contains('/', StringComparison.Ordinal)
                ? PathMatches(pattern.Split('/'), Path.GetRelativePath(root, info.FullName).Replace('\\', '/').Split('/'))
                : FileSystemName.MatchesSimpleExpression(pattern, info.Name, ignoreCase: OperatingSystem.IsWindows());
            if (matches)
            {
                return true;
            }
        }

        return false;
    }

    // Row by row over the pattern's segments, so that many `**` cost a product and not a power.
    private static bool PathMatches(string[] pattern, string[] path)
    {
        var reachable = new bool[path.Length + 1];
        reachable[0] = true;
        foreach (var segment in pattern)
        {
            var next = new bool[path.Length + 1];
            for (var i = 0; i <= path.Length; i++)
            {
                if (segment == "**")
                {
                    next[i] = reachable[i] || (i > 0 && next[i - 1]);
                }
                else if (i > 0 && reachable[i - 1])
                {
                    next[i] = FileSystemName.MatchesSimpleExpression(segment, path[i - 1], ignoreCase: OperatingSystem.IsWindows());
                }
            }

            reachable = next;
        }

        return reachable[path.Length];
    }
}
