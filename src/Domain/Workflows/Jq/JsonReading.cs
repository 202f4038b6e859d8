using System.Buffers;
using System.Globalization;
using System.Text;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Evaluation;

namespace Jarvis.Domain.Workflows.Jq;

/// <summary>
/// Reads JSON as jq does: <c>nan</c> is a number, brackets nest to 10,000 levels without recursion, and errors are jq's, caught
/// with <c>try</c> by programs that look at them.
/// </summary>
internal sealed class JsonReading
{
    /// <summary>Deepest nesting that is read, in levels, as in jq.</summary>
    private const int MaxDepth = 10_000;

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.eE+-");

    private readonly string text;
    private readonly Stack<Open> open = new();
    private int at;
    private int line = 1;
    private int column;
    private Json? last;

    private JsonReading(string text) => this.text = text;

    /// <exception cref="JqException">The text is not one JSON value.</exception>
    public static Json Parse(string text)
    {
        var reading = new JsonReading(text.StartsWith('\ufeff') ? text[1..] : text);
        return reading.Read();
    }

    /// <summary>A decimal number with optional sign, fraction and exponent, or not-a-number or infinity by name; null for others.</summary>
    public static JsonNumber? Number(ReadOnlySpan<char> text)
    {
        var rest = text is ['-' or '+', ..] ? text[1..] : text;
        if (rest.Length == 0)
        {
            return null;
        }

        if (char.IsAsciiLetter(rest[0]))
        {
            if (rest.Equals("nan", StringComparison.OrdinalIgnoreCase))
            {
                return new JsonNumber(double.NaN);
            }

            return rest.Equals("infinity", StringComparison.OrdinalIgnoreCase) || rest.Equals("inf", StringComparison.OrdinalIgnoreCase)
                ? new JsonNumber(text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity)
                : null;
        }

        if (rest.ContainsAnyExcept(NumberCharacters))
        {
            return null;
        }

        return double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out _)
            ? JsonNumber.FromDigits(text is ['+', ..] ? text[1..].ToString() : text.ToString())
            : null;
    }

    /// <summary>Half a surrogate pair stands for no character: it is replaced, as in jq.</summary>
    public static string Repaired(string text) =>
        Texts.HasSurrogates(text) ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;

    private Json Read()
    {
        while (at < text.Length)
        {
            var c = text[at];
            switch (c)
            {
                case ' ' or '\t' or '\r':
                    Advance();
                    break;
                case '\n':
                    Advance();
                    line++;
                    column = 0;
                    break;
                case '"':
                    Advance();
                    Value(new JsonString(String()));
                    break;
                case '[' or '{' or ']' or '}' or ',' or ':':
                    Advance();
                    Structure(c);
                    break;
                default:
                    Literal();
                    break;
            }
        }

        if (open.Count > 0)
        {
            throw Wrong("Unfinished JSON term at EOF");
        }

        return last ?? throw Values.Error($"Expected JSON value (while parsing '{text}')");
    }

    private void Advance()
    {
        at++;
        column++;
    }

    private void Value(Json value)
    {
        if (last is not null)
        {
            throw open.Count == 0 ? Values.Error($"Unexpected extra JSON values (while parsing '{text}')") : Wrong("Expected separator between values");
        }

        last = value;
    }

    private void Structure(char c)
    {
        switch (c)
        {
            case '[' or '{':
                if (open.Count >= MaxDepth)
                {
                    throw Wrong("Exceeds depth limit for parsing");
                }

                if (last is not null)
                {
                    throw Wrong("Expected separator between values");
                }

                open.Push(new Open(c == '{'));
                break;
            case ':':
                if (last is null)
                {
                    throw Wrong("Expected string key before ':'");
                }

                if (!open.TryPeek(out var members) || members.Members is null || members.Key is not null)
                {
                    throw Wrong("':' not as part of an object");
                }

                members.Key = last is JsonString key ? key.Value : throw Wrong("Object keys must be strings");
                last = null;
                break;
            case ',':
                if (last is null)
                {
                    throw Wrong("Expected value before ','");
                }

                if (!open.TryPeek(out var container))
                {
                    throw Wrong("',' not as part of an object or array");
                }

                container.Add(last, this);
                container.Continues = true;
                last = null;
                break;
            default:
                Close(c);
                break;
        }
    }

    private void Close(char c)
    {
        if (!open.TryPeek(out var container) || container.Members is null == (c == '}'))
        {
            throw Wrong($"Unmatched '{c}'");
        }

        if (last is not null)
        {
            container.Add(last, this);
        }
        else if (container.Key is not null)
        {
            throw Wrong("Unmatched '}'");
        }
        else if (container.Continues)
        {
            throw Wrong(c == ']' ? "Expected another array element" : "Expected another key-value pair");
        }

        open.Pop();
        last = container.ToJson();
    }

    private void Literal()
    {
        var start = at;
        while (at < text.Length && text[at] is not (' ' or '\t' or '\r' or '\n' or '"' or '[' or ']' or '{' or '}' or ',' or ':'))
        {
            Advance();
        }

        var word = text.AsSpan(start, at - start);
        Json? value = word switch
        {
            "true" => Json.True,
            "false" => Json.False,
            "null" => Json.Null,
            _ => Number(word),
        };
        if (value is null)
        {
            // Found out only at the character behind it, which is counted with it.
            var message = word[0] == '\'' ? "Invalid string literal; expected \", but got '"
                : word[0] is 't' or 'f' || word.StartsWith("nu") ? "Invalid literal"
                : "Invalid numeric literal";
            column += at < text.Length ? 1 : 0;
            throw Wrong(at < text.Length ? message : $"{message} at EOF");
        }

        Value(value);
    }

    private string String()
    {
        var plain = text.AsSpan(at).IndexOfAny('"', '\\');
        if (plain >= 0 && text[at + plain] == '"' && text.AsSpan(at, plain).IndexOfAnyInRange('\0', '\x1f') < 0)
        {
            var simple = text.Substring(at, plain);
            at += plain + 1;
            column += plain + 1;
            return simple;
        }

        var read = new StringBuilder();
        while (at < text.Length && text[at] != '"')
        {
            var c = text[at];
            if (c < ' ')
            {
                throw Wrong("Invalid string: control characters from U+0000 through U+001F must be escaped");
            }

            Advance();
            read.Append(c == '\\' ? Escape() : c);
        }

        if (at >= text.Length)
        {
            throw Wrong("Unfinished string at EOF");
        }

        Advance();
        return Repaired(read.ToString());
    }

    private char Escape()
    {
        var c = at < text.Length ? text[at] : throw Wrong("Expected escape character at end of string");
        Advance();
        switch (c)
        {
            case '"' or '\\' or '/': return c;
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'u':
                if (at + 4 > text.Length)
                {
                    throw Wrong("Invalid \\uXXXX escape");
                }

                if (!ushort.TryParse(text.AsSpan(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
                {
                    throw Wrong("Invalid characters in \\uXXXX escape");
                }

                at += 4;
                column += 4;
                return (char)unit;
            default:
                throw Wrong("Invalid escape");
        }
    }

    private JqException Wrong(string message) => Values.Error($"{message} at line {line}, column {column} (while parsing '{text}')");

    private sealed class Open(bool isObject)
    {
        private JsonArrayBuilder items;

        public JsonObjectBuilder? Members { get; } = isObject ? new JsonObjectBuilder() : null;

        public string? Key { get; set; }

        public bool Continues { get; set; }

        public void Add(Json value, JsonReading reading)
        {
            if (Members is null)
            {
                items.Add(value);
                return;
            }

            Members.Set(Key ?? throw reading.Wrong("Objects must consist of key:value pairs"), value);
            Key = null;
        }

        public Json ToJson() => Members is null ? items.ToArray() : Members.ToObject();
    }
}
