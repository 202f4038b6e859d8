using System.Text;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Evaluation;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary><c>@csv</c>, <c>@base64</c> and the other formats, alone and for what is interpolated into a string.</summary>
internal static class Formats
{
    public static readonly Builtin[] Functions =
    [
        BuiltinTable.Value("format", (e, input, name) =>
        {
            var format = name as JsonString ?? throw Values.Error(name, "is not a valid format");
            return new JsonString((Find(format.Value) ?? throw Values.Error($"{format.Value} is not a valid format"))(e, input));
        }),
    ];

    public static Func<Evaluator, Json, string>? Find(string name) => name switch
    {
        "text" => Counted((_, input) => Texts.Of(input)),
        "json" => Counted((_, input) => input.ToString()),
        "csv" => Counted((_, input) => Row(input, "csv", ",", text => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")),
        "tsv" => Counted((_, input) => Row(input, "tsv", "\t", text => text
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\t", "\\t", StringComparison.Ordinal)
            .Replace("\r", "\\r", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\0", "\\0", StringComparison.Ordinal))),
        "html" => Counted((_, input) => Html(Texts.Of(input))),
        "uri" => Counted((_, input) => Uri(Texts.Of(input))),
        "urid" => Counted((_, input) => FromUri(Texts.Of(input))),
        "sh" => Counted((_, input) => Shell(input)),
        "base64" => Counted((_, input) => Convert.ToBase64String(Encoding.UTF8.GetBytes(Texts.Of(input)))),
        "base32" => Counted((_, input) => Base32.Write(Encoding.UTF8.GetBytes(Texts.Of(input)))),
        "base32d" => Counted((_, input) => Encoding.UTF8.GetString(
            Base32.Read(Texts.Of(input)) ?? throw Values.Error(Texts.Of(input), "is not valid base32 data"))),
        "base64d" => Counted((_, input) => FromBase64(Texts.Of(input))),
        _ => null,
    };

    private static Func<Evaluator, Json, string> Counted(Func<Evaluator, Json, string> format) => (e, input) =>
    {
        var text = format(e, input);
        e.Tick(text.Length / 16);
        e.Grow(text.Length);
        return text;
    };

    private static string Row(Json input, string name, string separator, Func<string, string> quoted)
    {
        if (input is not JsonArray row)
        {
            throw Values.Error(input, $"cannot be {name}-formatted, only array");
        }

        var line = new StringBuilder();
        for (var i = 0; i < row.Count; i++)
        {
            line.Append(i == 0 ? "" : separator).Append(row[i] switch
            {
                JsonNull or JsonNumber { Value: double.NaN } => "",
                JsonBoolean or JsonNumber => row[i].ToString(),
                JsonString text => quoted(text.Value),
                _ => throw Values.Error(row[i], "is not valid in a csv row"),
            });
        }

        return line.ToString();
    }

    private static string Html(string text)
    {
        if (text.AsSpan().IndexOfAny("&<>'\"") < 0)
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = c switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '\'' => escaped.Append("&apos;"),
                '"' => escaped.Append("&quot;"),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }

    /// <summary>Everything but RFC 3986's unreserved characters as bytes of UTF-8 in percent.</summary>
    private static string Uri(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~')
            {
                escaped.Append((char)b);
            }
            else
            {
                escaped.Append('%').Append("0123456789ABCDEF"[b >> 4]).Append("0123456789ABCDEF"[b & 15]);
            }
        }

        return escaped.ToString();
    }

    private static string FromUri(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var read = new byte[bytes.Length];
        var count = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != '%')
            {
                read[count++] = bytes[i];
                continue;
            }

            if (i + 2 >= bytes.Length || !char.IsAsciiHexDigit((char)bytes[i + 1]) || !char.IsAsciiHexDigit((char)bytes[i + 2]))
            {
                throw Values.Error(text, "is not a valid uri encoding");
            }

            read[count++] = (byte)((Convert.FromHexString($"{(char)bytes[i + 1]}{(char)bytes[i + 2]}")[0]));
            i += 2;
        }

        var utf8 = read.AsSpan(0, count);
        return System.Text.Unicode.Utf8.IsValid(utf8)
            ? Encoding.UTF8.GetString(utf8)
            : throw Values.Error(text, "is not a valid uri encoding");
    }

    private static string Shell(Json input)
    {
        var words = input is JsonArray array ? array.Span : [input];
        var line = new StringBuilder();
        for (var i = 0; i < words.Length; i++)
        {
            line.Append(i == 0 ? "" : " ").Append(words[i] switch
            {
                JsonString text => $"'{text.Value.Replace("'", "'\\''", StringComparison.Ordinal)}'",
                JsonArray or JsonObject => throw Values.Error(words[i], "can not be escaped for shell"),
                _ => words[i].ToString(),
            });
        }

        return line.ToString();
    }

    /// <summary>Ends at the first '='; what is no UTF-8 is replaced.</summary>
    private static string FromBase64(string text)
    {
        var end = text.IndexOf('=', StringComparison.Ordinal);
        var data = end < 0 ? text : text[..end];
        foreach (var c in data)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '/'))
            {
                throw Values.Error(text, "is not valid base64 data");
            }
        }

        if (data.Length % 4 == 1)
        {
            throw Values.Error(text, "trailing base64 byte found");
        }

        return Encoding.UTF8.GetString(Convert.FromBase64String(Loose(data)));
    }

    /// <summary>Padded, and with the bits that the last character has too many set to zero, which .NET would refuse.</summary>
    private static string Loose(string data)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        var spare = (data.Length % 4) switch { 2 => 15, 3 => 3, _ => 0 };
        if (spare == 0)
        {
            return data;
        }

        var last = Alphabet[Alphabet.IndexOf(data[^1], StringComparison.Ordinal) & ~spare];
        return $"{data.AsSpan(0, data.Length - 1)}{last}{(spare == 15 ? "==" : "=")}";
    }
}
