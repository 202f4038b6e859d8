using System.Collections.Immutable;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>A runtime expression, compiled when the definition was read.</summary>
public sealed class Expression
{
    /// <summary>What one expression of a workflow may use.</summary>
    public static readonly JqLimits Limits = new(Steps: 20_000_000, Depth: 5_000, OutputSize: 64_000_000);

    /// <summary>The clock of the evaluation that this thread is in; evaluation is synchronous, so that it never leaks to another.</summary>
    [ThreadStatic]
    private static Func<DateTimeOffset>? clock;

    private readonly JqProgram program;

    private Expression(string source, JqProgram program, ImmutableArray<string> variables, ImmutableArray<string> secrets)
    {
        Source = source;
        this.program = program;
        Variables = variables;
        Secrets = secrets;
    }

    internal static JqEnvironment Environment { get; } = new()
    {
        Now = static () => clock?.Invoke() ?? throw new InvalidOperationException("`now` is asked for outside an evaluation."),
    };

    /// <summary>The jq text, without <c>${ }</c>.</summary>
    public string Source { get; }

    /// <summary>The variables it mentions, without <c>$</c>.</summary>
    public ImmutableArray<string> Variables { get; }

    /// <summary>The secrets it mentions by name.</summary>
    public ImmutableArray<string> Secrets { get; }

    internal static Expression? Compile(
        string source, IReadOnlyCollection<string> variables, ImmutableArray<string> secrets, out JqSyntaxError? error)
    {
        if (!JqProgram.TryCompile(source, variables, out var program, out error, Environment))
        {
            return null;
        }

        return new Expression(source, program!, [.. variables.Where(name => source.Contains("$" + name, StringComparison.Ordinal))], secrets);
    }

    /// <summary>The first result; null (the JSON value) for none.</summary>
    /// <exception cref="JqException">The expression raised an error.</exception>
    /// <exception cref="JqLimitException">It asked for more than <see cref="Limits"/>.</exception>
    public Json Evaluate(Json input, Func<string, Json> variable, Func<DateTimeOffset> now, CancellationToken cancellation)
    {
        var outer = clock;
        clock = now;
        try
        {
            var values = Variables.Length == 0 ? null : Variables.ToDictionary(name => name, variable, StringComparer.Ordinal);
            return program.EvaluateFirst(input, values, Limits, cancellation);
        }
        finally
        {
            clock = outer;
        }
    }

    public override string ToString() => "${ " + Source + " }";
}

/// <summary>A value of the definition in which texts of the form <c>${ … }</c> are expressions.</summary>
public abstract record Template
{
    public sealed record Literal(Json Value) : Template;

    public sealed record Computed(Expression Expression) : Template;

    public sealed record Object(ImmutableArray<(string Key, Template Value)> Members) : Template;

    public sealed record Array(ImmutableArray<Template> Items) : Template;

    /// <param name="evaluate">Gives the value of one expression.</param>
    public Json Evaluate(Func<Expression, Json> evaluate) => this switch
    {
        Literal literal => literal.Value,
        Computed computed => evaluate(computed.Expression),
        Object o => new JsonObject(o.Members.Select(m => KeyValuePair.Create(m.Key, m.Value.Evaluate(evaluate)))),
        Array a => new JsonArray([.. a.Items.Select(item => item.Evaluate(evaluate))]),
        _ => throw new InvalidOperationException("Unknown template."),
    };
}
