using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Syntax;

internal enum TokenKind
{
    End,
    Identifier,
    Field,
    Variable,
    Format,
    Number,
    Keyword,
    Operator,
    StringStart,
    StringText,
    InterpolationStart,
    InterpolationEnd,
    StringEnd,
}

/// <summary>A piece of the source. <see cref="Text"/> is its name or operator, or a string's text with its escapes resolved.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Position, int Length, Json? Value = null)
{
    public bool Is(string text) => Kind is TokenKind.Operator or TokenKind.Keyword && Text == text;

    public override string ToString() => Kind == TokenKind.End ? "the end of the program" : $"'{Text}'";
}
