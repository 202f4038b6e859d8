using System.Globalization;

namespace Jarvis.Domain.Workflows.Data;

/// <summary>JSON Pointers (RFC 6901): <c>/do/0/get~1pet</c>.</summary>
public static class JsonPointer
{
    /// <summary>A name as a segment: <c>~</c> becomes <c>~0</c>, <c>/</c> becomes <c>~1</c>.</summary>
    public static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>The name that a segment stands for.</summary>
    public static string Unescape(string segment) => segment.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    /// <summary>What a pointer in a URI's fragment (section 6: percent-encoded, with or without its <c>#</c>) leads to; null where it leads to nothing.</summary>
    public static Json? Follow(Json root, string fragment) => fragment.Split('/').Skip(1).Aggregate((Json?)root, (at, segment) =>
    {
        var name = Unescape(Uri.UnescapeDataString(segment));
        return at switch
        {
            JsonObject members => members[name],
            JsonArray items when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place < items.Count => items[place],
            _ => null,
        };
    });
}
