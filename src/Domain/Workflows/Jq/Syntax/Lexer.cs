using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Syntax;

/// <summary>Cuts a program into tokens, strings with their interpolations included.</summary>
internal sealed class Lexer(string source)
{
    private static readonly FrozenSet<string> Keywords = new[]
    {
        "as", "import", "include", "module", "def", "if", "then", "else", "elif", "and", "or", "end", "reduce", "foreach",
        "try", "catch", "label", "break",
    }.ToFrozenSet();

    private static readonly string[] Operators =
    [
        "?//", "//=", "!=", "==", "//", "|=", "+=", "-=", "*=", "/=", "%=", "<=", ">=", "..",
        ".", "?", "=", ";", ",", ":", "|", "+", "-", "*", "/", "%", "$", "<", ">", "[", "]", "{", "}", "(", ")",
    ];

    private readonly List<Token> tokens = [];

    /// <summary>What is open: a bracket's end, or a quote for a string that an interpolation interrupted.</summary>
    private readonly Stack<char> open = new();

    private int at;

    public List<Token> Read()
    {
        while (SkipBlank())
        {
            ReadToken();
        }

        tokens.Add(new Token(TokenKind.End, "", source.Length, 0));
        return tokens;
    }

    private bool SkipBlank()
    {
        while (at < source.Length)
        {
            var c = source[at];
            if (c == '#')
            {
                SkipComment();
            }
            else if (c is ' ' or '\t' or '\r' or '\n')
            {
                at++;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A backslash before the end of the line carries a comment on, unless another one stands before it.</summary>
    private void SkipComment()
    {
        while (at < source.Length && source[at] != '\n')
        {
            if (source[at] == '\\' && at + 1 < source.Length)
            {
                at += source[at + 1] == '\r' && at + 2 < source.Length && source[at + 2] == '\n' ? 3
                    : source[at + 1] is '\n' or '\\' ? 2
                    : 1;
            }
            else
            {
                at++;
            }
        }
    }

    private void ReadToken()
    {
        var c = source[at];
        if (c == '"')
        {
            Add(TokenKind.StringStart, at, 1);
            ReadString();
        }
        else if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1))))
        {
            ReadNumber();
        }
        else if (c == '.' && IsNameStart(Peek(1)))
        {
            var end = EndOfName(at + 1, qualified: false);
            Add(TokenKind.Field, at, end - at, source[(at + 1)..end]);
        }
        else if (c == '$' && IsNameStart(Peek(1)))
        {
            var end = EndOfName(at + 1, qualified: true);
            Add(TokenKind.Variable, at, end - at, source[(at + 1)..end]);
        }
        else if (c == '@' && (IsNameStart(Peek(1)) || char.IsAsciiDigit(Peek(1))))
        {
            var end = EndOfName(at + 1, qualified: false);
            Add(TokenKind.Format, at, end - at, source[(at + 1)..end]);
        }
        else if (IsNameStart(c))
        {
            var end = EndOfName(at, qualified: true);
            var name = source[at..end];
            Add(Keywords.Contains(name) ? TokenKind.Keyword : TokenKind.Identifier, at, end - at, name);
        }
        else
        {
            ReadOperator();
        }
    }

    private void ReadOperator()
    {
        foreach (var candidate in Operators)
        {
            if (string.CompareOrdinal(source, at, candidate, 0, candidate.Length) != 0)
            {
                continue;
            }

            switch (candidate)
            {
                case "(": open.Push(')'); break;
                case "[": open.Push(']'); break;
                case "{": open.Push('}'); break;
                case ")" when open.TryPeek(out var quote) && quote == '"':
                    Add(TokenKind.InterpolationEnd, at, 1);
                    ReadString();
                    return;
                case ")" or "]" or "}":
                    if (!open.TryPop(out var expected) || expected != candidate[0])
                    {
                        throw Wrong($"syntax error, unexpected '{candidate}'", at, 1);
                    }

                    break;
            }

            Add(TokenKind.Operator, at, candidate.Length);
            return;
        }

        var length = at + 1 < source.Length && char.IsSurrogatePair(source[at], source[at + 1]) ? 2 : 1;
        throw Wrong($"syntax error, unexpected character '{source.AsSpan(at, length)}'", at, length);
    }

    private void ReadNumber()
    {
        var end = at;
        while (char.IsAsciiDigit(At(end)))
        {
            end++;
        }

        if (At(end) == '.')
        {
            end++;
            while (char.IsAsciiDigit(At(end)))
            {
                end++;
            }
        }

        if (At(end) is 'e' or 'E')
        {
            var digits = end + (At(end + 1) is '+' or '-' ? 2 : 1);
            if (char.IsAsciiDigit(At(digits)))
            {
                end = digits;
                while (char.IsAsciiDigit(At(end)))
                {
                    end++;
                }
            }
        }

        var number = JsonReading.Number(source.AsSpan(at, end - at)) ?? throw Wrong("Invalid numeric literal", at, end - at);
        tokens.Add(new Token(TokenKind.Number, source[at..end], at, end - at, number));
        at = end;
    }

    /// <summary>Goes on inside a string, up to its end or the next interpolation.</summary>
    private void ReadString()
    {
        if (open.TryPeek(out var top) && top == '"' && tokens[^1].Kind == TokenKind.InterpolationEnd)
        {
            open.Pop();
        }

        var text = new StringBuilder();
        var start = at;
        while (true)
        {
            if (at >= source.Length)
            {
                throw Wrong("syntax error, unterminated string literal", start, source.Length - start);
            }

            var c = source[at];
            if (c == '"')
            {
                AddText(text, start);
                Add(TokenKind.StringEnd, at, 1);
                return;
            }

            if (c != '\\')
            {
                text.Append(c);
                at++;
            }
            else if (Peek(1) == '(')
            {
                AddText(text, start);
                Add(TokenKind.InterpolationStart, at, 2);
                open.Push('"');
                return;
            }
            else
            {
                ReadEscape(text);
            }
        }
    }

    private void ReadEscape(StringBuilder text)
    {
        switch (Peek(1))
        {
            case '"': text.Append('"'); break;
            case '\\': text.Append('\\'); break;
            case '/': text.Append('/'); break;
            case 'b': text.Append('\b'); break;
            case 'f': text.Append('\f'); break;
            case 'n': text.Append('\n'); break;
            case 'r': text.Append('\r'); break;
            case 't': text.Append('\t'); break;
            case 'u':
                if (at + 6 > source.Length
                    || !ushort.TryParse(source.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
                {
                    throw Wrong("Invalid \\uXXXX escape", at, Math.Min(6, source.Length - at));
                }

                text.Append((char)unit);
                at += 4;
                break;
            default:
                throw Wrong("Invalid escape", at, Math.Min(2, source.Length - at));
        }

        at += 2;
    }

    private void AddText(StringBuilder text, int start)
    {
        if (text.Length > 0)
        {
            tokens.Add(new Token(TokenKind.StringText, JsonReading.Repaired(text.ToString()), start, at - start));
        }
    }

    private void Add(TokenKind kind, int position, int length, string? text = null)
    {
        tokens.Add(new Token(kind, text ?? source.Substring(position, length), position, length));
        at = position + length;
    }

    private int EndOfName(int start, bool qualified)
    {
        var end = start;
        while (true)
        {
            while (IsNameStart(At(end)) || char.IsAsciiDigit(At(end)))
            {
                end++;
            }

            if (!qualified || At(end) != ':' || At(end + 1) != ':' || !IsNameStart(At(end + 2)))
            {
                return end;
            }

            end += 2;
        }
    }

    private char Peek(int ahead) => At(at + ahead);

    private char At(int index) => index < source.Length ? source[index] : '\0';

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_';

    private static JqSyntaxException Wrong(string message, int position, int length) => new(new JqSyntaxError(message, position, length));
}
