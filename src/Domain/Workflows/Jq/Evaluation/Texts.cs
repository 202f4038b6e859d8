using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Evaluation;

/// <summary>Strings counted by code points, as jq does; .NET counts UTF-16 units.</summary>
internal static class Texts
{
    private const char FirstSurrogate = '\ud800';
    private const char LastSurrogate = '\udfff';

    public static bool HasSurrogates(ReadOnlySpan<char> text) => text.ContainsAnyInRange(FirstSurrogate, LastSurrogate);

    public static int Length(ReadOnlySpan<char> text)
    {
        if (!HasSurrogates(text))
        {
            return text.Length;
        }

        var points = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            points++;
        }

        return points;
    }

    /// <summary>The place of a code point, as a place of UTF-16 units.</summary>
    public static int UnitOf(ReadOnlySpan<char> text, int point)
    {
        var unit = 0;
        while (point-- > 0 && unit < text.Length)
        {
            unit += unit + 1 < text.Length && char.IsSurrogatePair(text[unit], text[unit + 1]) ? 2 : 1;
        }

        return unit;
    }

    public static bool IsWhiteSpace(char c) =>
        c is (>= '\t' and <= '\r') or ' ' or '\u0085' or '\u00a0' or '\u1680' or (>= '\u2000' and <= '\u200a')
            or '\u2028' or '\u2029' or '\u202f' or '\u205f' or '\u3000';

    public static string Of(Json value) => value is JsonString text ? text.Value : value.ToString();
}
