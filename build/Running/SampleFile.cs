using System.Text.Json.Nodes;

namespace Jarvis.Build.Running;

/// <summary>
/// A workflow of <c>samples/</c>: <c>NAME.yaml</c>, and <c>NAME.input.json</c> beside it if it takes an input, in which
/// <c>{samples}</c> stands for the folder of the samples and <c>{work}</c> for one that it may write to.
/// </summary>
public sealed record SampleFile(string Name, string Source, JsonNode? Input)
{
    /// <summary>The sample that every start runs: it needs nothing but the files that come with it.</summary>
    public const string First = "receipts";

    /// <param name="work">Made if missing; each sample gets a folder below it.</param>
    public static IReadOnlyList<SampleFile> All(string work)
    {
        var samples = Repository.PathTo("samples");
        return
        [
            .. Directory.EnumerateFiles(samples, "*.yaml").Order(StringComparer.Ordinal)
                .Select(file =>
                {
                    var name = Path.GetFileNameWithoutExtension(file);
                    var folder = Path.Combine(work, name);
                    Directory.CreateDirectory(folder);
                    return new SampleFile(name, File.ReadAllText(file), ReadInput(Path.ChangeExtension(file, ".input.json"), samples, folder));
                })
                .OrderBy(sample => sample.Name == First ? 0 : 1),
        ];
    }

    private static JsonNode? ReadInput(string file, string samples, string work)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        // Placed as JSON text: a path may hold backslashes and quotes.
        static string Escaped(string path) => JsonValue.Create(path).ToJsonString()[1..^1];
        return JsonNode.Parse(File.ReadAllText(file)
            .Replace("{samples}", Escaped(samples), StringComparison.Ordinal)
            .Replace("{work}", Escaped(work), StringComparison.Ordinal));
    }
}
