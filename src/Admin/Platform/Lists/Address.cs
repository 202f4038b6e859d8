namespace Jarvis.Admin.Platform.Lists;

/// <summary>The query part of an address, read and written.</summary>
public static class Address
{
    public static Dictionary<string, string> Read(string address)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var at = address.IndexOf('?', StringComparison.Ordinal);
        if (at < 0)
        {
            return found;
        }

        foreach (var pair in address[(at + 1)..].Split('#')[0].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            var value = parts.Length == 2 ? Decode(parts[1]) : "";
            if (value.Length > 0)
            {
                found[Decode(parts[0])] = value;
            }
        }

        return found;
    }

    /// <summary>With a leading <c>?</c>; empty for nothing.</summary>
    public static string Write(IEnumerable<KeyValuePair<string, string>> values)
    {
        var text = string.Join('&', values.Where(pair => pair.Value.Length > 0).Select(pair => Uri.EscapeDataString(pair.Key) + "=" + Uri.EscapeDataString(pair.Value)));
        return text.Length == 0 ? "" : "?" + text;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
