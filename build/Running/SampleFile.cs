using System.Text.Json.Nodes;

namespace Jarvis.Build.Running;

/// <summary>A workflow of <c>samples/</c> with the input that the demo gives it.</summary>
/// <param name="Name">Of the file, and of the workflow in it.</param>
/// <param name="Source">The definition as it stands in the file.</param>
/// <param name="Input">As its schema wants it.</param>
/// <param name="MadeForTheRetry">A folder whose absence fails the first run; the demo makes it, and retries from the failed task.</param>
public sealed record SampleFile(string Name, string Source, JsonObject Input, string? MadeForTheRetry)
{
    /// <summary>The sample that every start runs: it needs nothing but the files that come with it.</summary>
    public const string First = "receipts";

    /// <param name="work">A folder that the samples may write to.</param>
    /// <param name="server">Address of the server.</param>
    public static IReadOnlyList<SampleFile> All(string work, string server) =>
    [
        .. Directory.EnumerateFiles(Repository.PathTo("samples"), "*.yaml")
            .Select(file => Describe(Path.GetFileNameWithoutExtension(file), File.ReadAllText(file), work, server))
            .OrderBy(sample => sample.Name == First ? 0 : 1)
            .ThenBy(sample => sample.Name, StringComparer.Ordinal),
    ];

    private static SampleFile Describe(string name, string source, string work, string server)
    {
        var receipts = Repository.PathTo("samples", "receipts");
        var disk = Path.Combine(work, "backup-disk");
        return name switch
        {
            "receipts" => new SampleFile(name, source, new JsonObject { ["folder"] = receipts }, null),
            "backup" => new SampleFile(name, source, new JsonObject { ["folder"] = receipts, ["disk"] = disk }, disk),
            "site-watch" => new SampleFile(name, source, new JsonObject { ["url"] = server + "/health/live", ["memory"] = Path.Combine(work, "site-watch.json") }, null),
            "server-status" => new SampleFile(name, source, new JsonObject { ["server"] = server }, null),
            "web-form" => new SampleFile(
                name, source, new JsonObject { ["sheet"] = Repository.PathTo("samples", "web-form", "people.xlsx"), ["page"] = Repository.PathTo("samples", "web-form", "form.html") }, null),
            _ => new SampleFile(name, source, [], null),
        };
    }
}
