using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Jarvis.Api.Platform.Screens;

/// <summary>
/// A published WebAssembly app, as <c>dotnet publish</c> left it: <c>wwwroot</c> and, beside it, the manifest that says under which addresses each
/// file is served, how compressed, and for how long it may be kept.
/// </summary>
public sealed class PublishedApp
{
    private const string Manifest = "*.staticwebassets.endpoints.json";
    private const string Entrance = "index.html";

    private readonly FrozenDictionary<string, Served[]> files;
    private readonly string root;

    private PublishedApp(string root, FrozenDictionary<string, Served[]> files, string contentPolicy)
    {
        this.root = root;
        this.files = files;
        ContentPolicy = contentPolicy;
    }

    /// <summary>Of its page.</summary>
    public string ContentPolicy { get; }

    /// <summary>One file in one encoding.</summary>
    /// <param name="Encoding"><c>br</c>, <c>gzip</c>, or null.</param>
    public sealed record Served(string File, string? Encoding, IReadOnlyList<KeyValuePair<string, string>> Headers);

    /// <summary>Null where the folder has no app (yet).</summary>
    public static PublishedApp? Load(string folder)
    {
        if (!Directory.Exists(folder) || Directory.EnumerateFiles(folder, Manifest).FirstOrDefault() is not { } manifest)
        {
            return null;
        }

        var found = new Dictionary<string, List<Served>>(StringComparer.Ordinal);
        using var json = JsonDocument.Parse(File.ReadAllBytes(manifest));
        foreach (var endpoint in json.RootElement.GetProperty("Endpoints").EnumerateArray())
        {
            var headers = endpoint.GetProperty("ResponseHeaders").EnumerateArray()
                .Select(header => KeyValuePair.Create(header.GetProperty("Name").GetString()!, header.GetProperty("Value").GetString()!)).ToList();
            var encoding = endpoint.GetProperty("Selectors").EnumerateArray()
                .Where(selector => selector.GetProperty("Name").GetString() == "Content-Encoding").Select(selector => selector.GetProperty("Value").GetString()).FirstOrDefault();
            var route = endpoint.GetProperty("Route").GetString()!;
            if (!found.TryGetValue(route, out var variants))
            {
                found[route] = variants = [];
            }

            variants.Add(new Served(endpoint.GetProperty("AssetFile").GetString()!, encoding, headers));
        }

        var root = Path.Combine(folder, "wwwroot");
        var html = File.ReadAllText(Path.Combine(root, Entrance), Encoding.UTF8);
        return new PublishedApp(
            root,
            found.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.OrderBy(served => served.Encoding switch { "br" => 0, "gzip" => 1, _ => 2 }).ToArray(), StringComparer.Ordinal),
            Platform.ContentPolicy.OfApp(html));
    }

    /// <summary>The file of an address in the best encoding that is accepted; the app's page for an address that it routes itself.</summary>
    /// <param name="path">Below the app's own address, without a leading slash.</param>
    public (Served? File, bool IsPage) Find(string path, IReadOnlySet<string> accepted)
    {
        var isPage = path.Length == 0 || path == Entrance;
        if (!files.TryGetValue(isPage ? Entrance : path, out var variants))
        {
            // A name with a dot is a file that is not there; anything else is one of the app's pages.
            if (path.AsSpan(path.LastIndexOf('/') + 1).Contains('.') || !files.TryGetValue(Entrance, out variants))
            {
                return (null, false);
            }

            isPage = true;
        }

        return (variants.FirstOrDefault(served => served.Encoding is null || accepted.Contains(served.Encoding)), isPage);
    }

    public string PathOf(Served served) => Path.Combine(root, served.File);
}
