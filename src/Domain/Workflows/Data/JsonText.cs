using System.Buffers;
using System.Runtime.CompilerServices;

namespace Jarvis.Domain.Workflows.Data;

/// <summary>Writes values as compact JSON text, the way jq does: only what must be escaped is.</summary>
internal sealed class JsonText
{
    /// <summary>What lies deeper is written as a text that says so, in levels, as in jq.</summary>
    private const int MaxWrittenDepth = 10_000;

    private const string TooDeep = "<skipped: too deep>";

    /// <summary>Longest text that is written, in characters; the memory of one string ends near there.</summary>
    private const int MaxLength = 500_000_000;

    private static readonly SearchValues<char> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, 32).Select(c => (char)c), '"', '\\', '\x7f']);

    private char[] buffer = ArrayPool<char>.Shared.Rent(256);
    private int length;
    private int room = MaxLength;

    private JsonText()
    {
    }

    public static string Write(Json value) => value switch
    {
        JsonNull => "null",
        JsonBoolean b => b.Value ? "true" : "false",
        JsonNumber n => n.ToString(),
        _ => Write(value, MaxLength),
    };

    /// <summary>The text, or only its beginning of at least <paramref name="most"/> characters where it is longer.</summary>
    public static string Write(Json value, int most)
    {
        var text = new JsonText { room = most };
        try
        {
            text.Value(value, 0);
            return new string(text.buffer, 0, text.length);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(text.buffer);
        }
    }

    private void Value(Json value, int depth)
    {
        if (length > room)
        {
            return;
        }

        switch (value)
        {
            case JsonString text:
                Text(text.Value);
                return;
            case JsonArray array:
                if (Refused(depth))
                {
                    return;
                }

                Put('[');
                for (var i = 0; i < array.Count; i++)
                {
                    if (i > 0)
                    {
                        Put(',');
                    }

                    Value(array[i], depth + 1);
                    if (length > room)
                    {
                        return;
                    }
                }

                Put(']');
                return;
            case JsonObject members:
                if (Refused(depth))
                {
                    return;
                }

                Put('{');
                for (var i = 0; i < members.Count; i++)
                {
                    if (i > 0)
                    {
                        Put(',');
                    }

                    Text(members.Keys[i]);
                    Put(':');
                    Value(members.Values[i], depth + 1);
                    if (length > room)
                    {
                        return;
                    }
                }

                Put('}');
                return;
            case JsonNumber number:
                Number(number);
                return;
            default:
                Put(Write(value));
                return;
        }
    }

    private bool Refused(int depth)
    {
        if (depth > MaxWrittenDepth)
        {
            Put(TooDeep);
            return true;
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        return false;
    }

    private void Number(JsonNumber number)
    {
        if (number.Literal is null && number.Value == (long)number.Value && Math.Abs(number.Value) < 1e15 && number.Value != 0)
        {
            Ensure(20);
            ((long)number.Value).TryFormat(buffer.AsSpan(length), out var written, provider: System.Globalization.CultureInfo.InvariantCulture);
            length += written;
            return;
        }

        Put(number.ToString());
    }

    private void Text(string text)
    {
        Put('"');
        var rest = text.AsSpan();
        while (true)
        {
            var next = rest.IndexOfAny(Escaped);
            if (next < 0)
            {
                Put(rest);
                break;
            }

            Put(rest[..next]);
            Escape(rest[next]);
            rest = rest[(next + 1)..];
        }

        Put('"');
    }

    private void Escape(char c)
    {
        switch (c)
        {
            case '"': Put("\\\""); break;
            case '\\': Put("\\\\"); break;
            case '\n': Put("\\n"); break;
            case '\r': Put("\\r"); break;
            case '\t': Put("\\t"); break;
            case '\b': Put("\\b"); break;
            case '\f': Put("\\f"); break;
            default:
                Put("\\u00");
                Put("0123456789abcdef"[c >> 4]);
                Put("0123456789abcdef"[c & 15]);
                break;
        }
    }

    private void Put(char c)
    {
        Ensure(1);
        buffer[length++] = c;
    }

    private void Put(ReadOnlySpan<char> text)
    {
        Ensure(text.Length);
        text.CopyTo(buffer.AsSpan(length));
        length += text.Length;
    }

    private void Ensure(int more)
    {
        if (buffer.Length - length >= more)
        {
            return;
        }

        if ((long)length + more > MaxLength)
        {
            throw new JsonDepthException("JSON text too long");
        }

        var grown = ArrayPool<char>.Shared.Rent(Math.Max(buffer.Length * 2, length + more));
        buffer.AsSpan(0, length).CopyTo(grown);
        ArrayPool<char>.Shared.Return(buffer);
        buffer = grown;
    }
}
