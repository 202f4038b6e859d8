using System.Collections.Immutable;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Domain.Workflows;

/// <summary>How a workflow is found: what its document says of it, unless its owner says otherwise.</summary>
/// <param name="Category">At most one.</param>
/// <param name="Tags">Without repetition, in order.</param>
public sealed record WorkflowCard(string? Category, ImmutableArray<string> Tags)
{
    /// <summary>Length of a category or a tag, in characters.</summary>
    public const int MaxCharacters = 50;

    public const int MaxTags = 20;

    /// <summary>
    /// Category: <c>metadata.category</c>, or <c>tags.category</c>. Tags: the texts of <c>metadata.tags</c>, then the other entries of the DSL's
    /// <c>tags</c> as <c>name</c> (without a value) or <c>name:value</c>. What is too long, too much or no plain text is left out.
    /// </summary>
    public static WorkflowCard Of(DocumentSection document)
    {
        var metadata = document.Metadata as JsonObject ?? JsonObject.Empty;
        var tags = document.Tags as JsonObject ?? JsonObject.Empty;
        IEnumerable<string> said =
        [
            .. metadata["tags"] is JsonArray list ? list.Items.OfType<JsonString>().Select(tag => tag.Value) : [],
            .. tags.Members.Where(tag => tag.Key != "category")
                .Select(tag => tag.Value is JsonString { Value.Length: > 0 } value ? $"{tag.Key}:{value.Value}" : tag.Key),
        ];
        return Of((metadata["category"] as JsonString ?? tags["category"] as JsonString)?.Value, said);
    }

    public static WorkflowCard Of(string? category, IEnumerable<string> tags) => new(
        category?.Trim() is { Length: > 0 } name && IsWord(name) ? name : null,
        [.. tags.Select(tag => tag.Trim()).Where(tag => tag.Length > 0 && IsWord(tag)).Distinct(StringComparer.Ordinal).Take(MaxTags)]);

    /// <summary>Whether it can be a category or a tag: short, and without characters that steer (of which U+0000 cannot even be stored).</summary>
    public static bool IsWord(string text) => text.Length <= MaxCharacters && !text.Any(char.IsControl);

    /// <summary>
    /// Title and description as they are searched and shown: personal, so they are stored sealed. <c>metadata.title</c> and <c>metadata.description</c>
    /// may say them by language (<c>{ zh: …, en: … }</c>); those stand in <c>titles</c> and <c>descriptions</c>, which are there only then.
    /// </summary>
    public static Json About(DocumentSection document)
    {
        var metadata = document.Metadata as JsonObject ?? JsonObject.Empty;
        return Json.Of(
        [
            ("title", Json.Of(document.Title)),
            ("description", Json.Of(document.Summary ?? (metadata["description"] as JsonString)?.Value)),
            .. Translations("titles", metadata["title"]),
            .. Translations("descriptions", metadata["description"]),
        ]);
    }

    private static (string Name, Json Value)[] Translations(string name, Json? texts) => texts is JsonObject byLanguage
        ? [(name, new JsonObject(byLanguage.Members.Where(text => text.Value is JsonString)))]
        : [];
}
