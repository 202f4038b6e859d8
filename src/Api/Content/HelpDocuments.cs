using System.Collections.Immutable;
using System.Reflection;
using GraphQL;
using Jarvis.Api.Accounts;
using Jarvis.Api.Platform.GraphQL;

// The context is Content; a namespace of that name would hide the type of that name.
namespace Jarvis.Api.Documents;

/// <summary>A help document in one language.</summary>
/// <param name="Id">The same in every language, such as <c>pair-a-pc</c>.</param>
/// <param name="Language">The one it is written in: <c>zh</c> or <c>en</c>.</param>
/// <param name="Summary">Its first paragraph.</param>
/// <param name="Body">The whole in Markdown (CommonMark), its title included.</param>
[Name("HelpDocument")]
public sealed record HelpDocument(string Id, string Language, string Title, string Summary, string Body);

/// <summary>The help that is published with this version of the server.</summary>
public static class HelpDocuments
{
    /// <summary>Chinese first.</summary>
    public const string DefaultLanguage = "zh";

    private const string Prefix = "Jarvis.Api.Content.Help/";

    private static readonly string[] ReadingOrder =
        ["pair-a-pc", "start-a-run", "pause-and-stop", "when-a-run-fails", "write-a-workflow", "account-and-privacy"];

    /// <summary>Every document by language, in the order in which a newcomer reads them.</summary>
    public static readonly ImmutableArray<HelpDocument> All = [.. Load().OrderBy(document => Array.IndexOf(ReadingOrder, document.Id))];

    /// <summary>The languages there are.</summary>
    public static readonly ImmutableArray<string> Languages = [DefaultLanguage, "en"];

    /// <summary>The language there is help in that is nearest to a tag such as <c>zh-CN</c>.</summary>
    public static string Nearest(string? language)
    {
        var primary = language?.Split('-')[0].ToLowerInvariant();
        return primary is not null && Languages.Contains(primary) ? primary : primary is null ? DefaultLanguage : "en";
    }

    private static IEnumerable<HelpDocument> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            var body = reader.ReadToEnd().ReplaceLineEndings("\n");
            var paragraphs = body.Split("\n\n");
            var parts = name[Prefix.Length..].Split('/');
            yield return new HelpDocument(parts[1][..^".md".Length], parts[0], paragraphs[0].TrimStart('#', ' '), paragraphs[1].Trim(), body);
        }
    }
}

/// <summary>Help, to be read and searched.</summary>
public sealed class HelpQueries
{
    private const int SearchMaxCharacters = 200;

    /// <summary>Published help in a language (the person's own by default), in reading order; with a search those that hold every word of it.</summary>
    public static async Task<IEnumerable<HelpDocument>> HelpDocuments(IResolveFieldContext context, string? search, string? language)
    {
        var wanted = await LanguageOf(context, language);
        var text = search?.Length > SearchMaxCharacters ? search[..SearchMaxCharacters] : search ?? "";
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return Documents.HelpDocuments.All.Where(document =>
            document.Language == wanted && words.All(word => document.Body.Contains(word, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>One document, or null where there is none of that id.</summary>
    public static async Task<HelpDocument?> HelpDocument(IResolveFieldContext context, string id, string? language)
    {
        var wanted = await LanguageOf(context, language);
        return Documents.HelpDocuments.All.FirstOrDefault(document => document.Id == id && document.Language == wanted);
    }

    private static async Task<string> LanguageOf(IResolveFieldContext context, string? language)
    {
        context.Caller();
        return Documents.HelpDocuments.Nearest(language ?? (await ViewerQueries.Viewer(context)).Language);
    }
}
