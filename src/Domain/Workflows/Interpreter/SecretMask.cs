using System.Text;
using System.Text.RegularExpressions;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>
/// Puts <c>***</c> where a secret's value stands: as it is, percent- or form-encoded, as JSON, HTML, shell or hexadecimal text, and in Base64 also
/// where it is encoded together with what stands before and after it (as in the header of basic authentication); alone or within a longer text,
/// in values and in names. Of a secret of several lines each longer line is one; of a text that was cut (<c>…</c> or <c>...</c>) what is left of a secret
/// beside the cut is one as well. Values shorter than <see cref="MinWithin"/> are masked only where they are the whole text.
/// </summary>
public sealed partial class SecretMask
{
    public const string Mask = "***";

    /// <summary>The shortest secret that is looked for within longer texts, in characters.</summary>
    public const int MinWithin = 4;

    /// <summary>The shortest line that is looked for by itself: shorter ones (a brace, a number) stand in any text.</summary>
    private const int MinLine = 8;

    /// <summary>The shortest rest of a secret beside the mark of a cut (<c>…</c>, or three dots before a quotation mark).</summary>
    private const int MinRest = 4;

    /// <summary>The same beside three dots, which people write, too.</summary>
    private const int MinRestBesideDots = 8;

    /// <summary>Fewer characters of Base64 than this say too little.</summary>
    private const int MinBase64 = 4;

    private readonly string[] within;
    private readonly string[] inBase64;
    private readonly HashSet<string> whole;

    /// <param name="secrets">Values of any shape; every text in them is secret.</param>
    public SecretMask(IEnumerable<Json> secrets)
    {
        var texts = secrets.SelectMany(TextsOf).Where(text => text.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        texts.AddRange(texts.Where(text => text.Contains('\n', StringComparison.Ordinal))
            .SelectMany(text => text.Split(['\r', '\n'])).Where(line => line.Length >= MinLine).ToList());
        whole = new HashSet<string>(texts, StringComparer.Ordinal);
        var longer = texts.Where(text => text.Length >= MinWithin).ToList();
        within = [.. longer.SelectMany(Spellings).Where(text => text.Length >= MinWithin).Distinct(StringComparer.Ordinal).OrderByDescending(text => text.Length)];
        inBase64 = [.. longer.SelectMany(Base64Cores).Distinct(StringComparer.Ordinal).OrderByDescending(text => text.Length)];
    }

    public bool IsEmpty => whole.Count == 0;

    /// <summary>The value with every secret masked; the same reference where it holds none.</summary>
    public Json Apply(Json value)
    {
        if (IsEmpty)
        {
            return value;
        }

        switch (value)
        {
            case JsonString text:
                var masked = Apply(text.Value);
                return ReferenceEquals(masked, text.Value) ? text : Json.Of(masked);
            case JsonNumber number:
                return whole.Contains(number.ToString()) ? Json.Of(Mask) : number;
            case JsonArray array:
                var items = array.Items.Select(Apply).ToList();
                return items.Where((item, i) => !ReferenceEquals(item, array.Items[i])).Any() ? Json.Of(items) : array;
            case JsonObject o:
                var members = o.Members.Select(m => KeyValuePair.Create(Apply(m.Key), Apply(m.Value))).ToList();
                return members.Zip(o.Members, (now, then) => ReferenceEquals(now.Key, then.Key) && ReferenceEquals(now.Value, then.Value)).All(same => same)
                    ? o
                    : new JsonObject(members);
            default:
                return value;
        }
    }

    /// <inheritdoc cref="Apply(Json)"/>
    public string Apply(string text)
    {
        var masked = ApplyUncut(text);
        return !IsEmpty && Cut().IsMatch(masked) ? WithoutRests(masked) : masked;
    }

    /// <summary>As <see cref="Apply(string)"/>, of a text that nobody cut: its own dots mean nothing.</summary>
    public string ApplyUncut(string text)
    {
        if (IsEmpty)
        {
            return text;
        }

        if (whole.Contains(text))
        {
            return Mask;
        }

        var masked = text;
        foreach (var secret in within)
        {
            if (masked.Contains(secret, StringComparison.Ordinal))
            {
                masked = masked.Replace(secret, Mask, StringComparison.Ordinal);
            }
        }

        foreach (var core in inBase64)
        {
            if (masked.Contains(core, StringComparison.Ordinal))
            {
                masked = Base64Run().Replace(masked, run => run.Value.Contains(core, StringComparison.Ordinal) ? Mask : run.Value);
            }
        }

        return masked;
    }

    /// <summary>Masks what a cut left of a secret: its beginning right before the mark, its end right behind it.</summary>
    private string WithoutRests(string text)
    {
        var rest = new StringBuilder(text.Length);
        var from = 0;
        foreach (var cut in Cut().EnumerateMatches(text))
        {
            if (cut.Index < from)
            {
                // It stands within the rest that was masked.
                continue;
            }

            var before = text.AsSpan(from, cut.Index - from);
            var least = text[cut.Index] == '…' || text.AsSpan(cut.Index + cut.Length) is ['"', ..] ? MinRest : MinRestBesideDots;
            var begun = LongestRest(before, least, atEnd: true);
            rest.Append(before[..^begun]).Append(begun > 0 ? Mask : "").Append(text, cut.Index, cut.Length);
            from = cut.Index + cut.Length;
            var ended = LongestRest(text.AsSpan(from), least, atEnd: false);
            rest.Append(ended > 0 ? Mask : "");
            from += ended;
        }

        // Each rest is longer than its mask.
        return rest.Length == from ? text : rest.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>How many characters at one end of a text are the beginning of a secret (at the text's end), or a secret's end (at its beginning).</summary>
    private int LongestRest(ReadOnlySpan<char> text, int least, bool atEnd)
    {
        var longest = 0;
        foreach (var spelling in within.Concat(inBase64).Where(spelling => spelling.Length > least))
        {
            longest = Math.Max(longest, atEnd ? BeginningAtEnd(text, spelling, least) : EndAtBeginning(text, spelling, least));
        }

        return longest;
    }

    private static int BeginningAtEnd(ReadOnlySpan<char> text, string spelling, int least)
    {
        for (var rest = text[^Math.Min(text.Length, spelling.Length - 1)..]; ; rest = rest[1..])
        {
            var at = rest.IndexOf(spelling.AsSpan(0, least));
            if (at < 0)
            {
                return 0;
            }

            rest = rest[at..];
            if (spelling.AsSpan().StartsWith(rest))
            {
                return rest.Length;
            }
        }
    }

    private static int EndAtBeginning(ReadOnlySpan<char> text, string spelling, int least)
    {
        for (var rest = text[..Math.Min(text.Length, spelling.Length - 1)]; ; rest = rest[..^1])
        {
            var at = rest.LastIndexOf(spelling.AsSpan(spelling.Length - least));
            if (at < 0)
            {
                return 0;
            }

            rest = rest[..(at + least)];
            if (spelling.AsSpan().EndsWith(rest))
            {
                return rest.Length;
            }
        }
    }

    private static IEnumerable<string> Spellings(string text)
    {
        yield return text;
        var percent = Uri.EscapeDataString(text);
        yield return percent;
        yield return LowerPercent().Replace(percent, match => match.Value.ToLowerInvariant());
        yield return percent.Replace("%20", "+", StringComparison.Ordinal);
        yield return Json.Of(text).ToString()[1..^1];
        yield return System.Text.Encodings.Web.JavaScriptEncoder.Default.Encode(text);
        yield return text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("'", "&#39;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);
        yield return text.Replace("'", "'\\''", StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(text);
        yield return Convert.ToHexStringLower(bytes);
        yield return Convert.ToHexString(bytes);
    }

    /// <summary>
    /// What of a secret's Base64 does not depend on the bytes around it, for each of the three places in a group of three bytes at which
    /// it can begin; in both alphabets (RFC 4648, sections 4 and 5).
    /// </summary>
    private static IEnumerable<string> Base64Cores(string text)
    {
        const int BitsPerByte = 8;
        const int BitsPerCharacter = 6;
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var before = 0; before < 3; before++)
        {
            var encoded = Convert.ToBase64String([.. new byte[before], .. bytes]);
            var first = (before * BitsPerByte + BitsPerCharacter - 1) / BitsPerCharacter;
            var end = (before + bytes.Length) * BitsPerByte / BitsPerCharacter;
            if (end - first >= MinBase64)
            {
                var core = encoded[first..end];
                yield return core;
                yield return core.Replace('+', '-').Replace('/', '_');
            }
        }
    }

    private static IEnumerable<string> TextsOf(Json value) => value switch
    {
        JsonString text => [text.Value],
        JsonNumber number => [number.ToString()],
        JsonArray array => array.Items.SelectMany(TextsOf),
        JsonObject o => o.Members.Values.SelectMany(TextsOf),
        _ => [],
    };

    [GeneratedRegex(@"…|\.{3,}", RegexOptions.CultureInvariant)]
    private static partial Regex Cut();

    [GeneratedRegex("%[0-9A-F]{2}", RegexOptions.CultureInvariant)]
    private static partial Regex LowerPercent();

    [GeneratedRegex("[A-Za-z0-9+/_-]+={0,2}", RegexOptions.CultureInvariant)]
    private static partial Regex Base64Run();
}
