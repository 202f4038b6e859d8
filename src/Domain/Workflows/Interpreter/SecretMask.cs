using System.Text;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>
/// Puts <c>***</c> where a secret's value stands: as it is, in Base64 and percent-encoded, alone or within a longer text, in values and in
/// names. Values shorter than <see cref="MinWithin"/> are masked only where they are the whole text.
/// </summary>
public sealed class SecretMask
{
    public const string Mask = "***";

    /// <summary>The shortest secret that is looked for within longer texts, in characters.</summary>
    public const int MinWithin = 4;

    private readonly string[] within;
    private readonly HashSet<string> whole;

    /// <param name="secrets">Values of any shape; every text in them is secret.</param>
    public SecretMask(IEnumerable<Json> secrets)
    {
        var texts = secrets.SelectMany(TextsOf).Where(text => text.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        whole = new HashSet<string>(texts, StringComparer.Ordinal);
        within = [.. texts
            .Where(text => text.Length >= MinWithin)
            .SelectMany(text => (string[])[text, Convert.ToBase64String(Encoding.UTF8.GetBytes(text)), Uri.EscapeDataString(text)])
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(text => text.Length)];
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

        return masked;
    }

    private static IEnumerable<string> TextsOf(Json value) => value switch
    {
        JsonString text => [text.Value],
        JsonNumber number => [number.ToString()],
        JsonArray array => array.Items.SelectMany(TextsOf),
        JsonObject o => o.Members.Values.SelectMany(TextsOf),
        _ => [],
    };
}
