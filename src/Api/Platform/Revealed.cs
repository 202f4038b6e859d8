using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Api.Platform;

/// <summary>Unsealed content as an answer: the value, null where there is none or the caller may not see it, and "erased" where its key is gone.</summary>
public static class Revealed
{
    private static readonly Json Erased = Json.Of("erased");

    public static Json? Value(Content? content) => content switch
    {
        Content.Clear clear => clear.Value,
        Content.Erased => Erased,
        _ => null,
    };

    public static string? Text(Content? content) => Value(content) switch
    {
        JsonString text => text.Value,
        null => null,
        var other => other.ToString(),
    };

    /// <summary>A member of an object's content, as text.</summary>
    public static string? Member(Content? content, string name) => Value(content) switch
    {
        JsonObject members => members[name] is JsonString text ? text.Value : null,
        JsonString erased => erased.Value,
        _ => null,
    };
}
