using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Syntax;

/// <summary>A part of a program as it was written. Whether it binds variables decides if a function's argument needs room of its own.</summary>
internal abstract record Term(int Position, int Length)
{
    /// <summary>Whether it binds a variable or label outside of a nested definition.</summary>
    public bool Binds { get; init; }
}

internal sealed record Identity(int Position, int Length) : Term(Position, Length);

internal sealed record Constant(int Position, int Length, Json Value) : Term(Position, Length);

/// <summary>A string with interpolations: texts are <see cref="Constant"/>, everything else goes through the format.</summary>
internal sealed record Interpolated(int Position, int Length, string? Format, IReadOnlyList<Term> Parts) : Term(Position, Length);

internal sealed record Formatted(int Position, int Length, string Format) : Term(Position, Length);

/// <summary><c>.foo</c>, <c>.["foo"]</c>, <c>.[0]</c>.</summary>
internal sealed record At(int Position, int Length, Term Target, Term Key, bool Optional) : Term(Position, Length);

internal sealed record Slice(int Position, int Length, Term Target, Term? From, Term? To, bool Optional) : Term(Position, Length);

internal sealed record Each(int Position, int Length, Term Target, bool Optional) : Term(Position, Length);

internal sealed record Negated(int Position, int Length, Term Value) : Term(Position, Length);

internal sealed record Piped(int Position, int Length, Term First, Term Then) : Term(Position, Length);

internal sealed record Both(int Position, int Length, Term First, Term Second) : Term(Position, Length);

internal sealed record Operation(int Position, int Length, string Operator, Term Left, Term Right) : Term(Position, Length);

/// <summary><c>=</c>, <c>|=</c>, <c>//=</c> and the arithmetic updates.</summary>
internal sealed record Assignment(int Position, int Length, string Operator, Term Target, Term Value) : Term(Position, Length);

internal sealed record Choice(int Position, int Length, Term Condition, Term Then, Term? Else) : Term(Position, Length);

internal sealed record Attempt(int Position, int Length, Term Body, Term? Handler) : Term(Position, Length);

internal sealed record Reduction(int Position, int Length, Term Source, IReadOnlyList<Pattern> Patterns, Term Start, Term Update) : Term(Position, Length);

internal sealed record Iteration(int Position, int Length, Term Source, IReadOnlyList<Pattern> Patterns, Term Start, Term Update, Term? Extract)
    : Term(Position, Length);

internal sealed record Bound(int Position, int Length, Term Source, IReadOnlyList<Pattern> Patterns, Term Body) : Term(Position, Length);

internal sealed record Labelled(int Position, int Length, string Name, Term Body) : Term(Position, Length);

internal sealed record Broken(int Position, int Length, string Name) : Term(Position, Length);

internal sealed record Variable(int Position, int Length, string Name) : Term(Position, Length);

internal sealed record Call(int Position, int Length, string Name, IReadOnlyList<Term> Arguments) : Term(Position, Length);

internal sealed record Defined(int Position, int Length, Definition Function, Term Body) : Term(Position, Length);

internal sealed record ArrayOf(int Position, int Length, Term? Items) : Term(Position, Length);

internal sealed record ObjectOf(int Position, int Length, IReadOnlyList<(Term Key, Term Value)> Members) : Term(Position, Length);

internal sealed record Definition(int Position, int Length, string Name, IReadOnlyList<Parameter> Parameters, Term Body);

internal sealed record Parameter(string Name, bool IsValue);

/// <summary>What <c>as</c> takes apart.</summary>
internal abstract record Pattern(int Position, int Length);

internal sealed record VariablePattern(int Position, int Length, string Name) : Pattern(Position, Length);

internal sealed record ArrayPattern(int Position, int Length, IReadOnlyList<Pattern> Items) : Pattern(Position, Length);

/// <summary>Each member: its key, the variable that takes its value whole, the pattern that takes it apart.</summary>
internal sealed record ObjectPattern(int Position, int Length, IReadOnlyList<(Term Key, string? Variable, Pattern? Value)> Members) : Pattern(Position, Length);
