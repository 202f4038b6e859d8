using System.Collections.Immutable;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.JavaScript;
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

    private readonly JqProgram? jq;
    private readonly JavaScriptProgram? javaScript;

    private Expression(string source, JqProgram? jq, JavaScriptProgram? javaScript, ImmutableArray<string> variables, ImmutableArray<string> secrets)
    {
        Source = source;
        this.jq = jq;
        this.javaScript = javaScript;
        Variables = variables;
        Secrets = secrets;
    }

    internal static JqEnvironment Environment { get; } = new()
    {
        Now = static () => clock?.Invoke() ?? throw new InvalidOperationException("`now` is asked for outside an evaluation."),
    };

    /// <summary>The text, without <c>${ }</c>.</summary>
    public string Source { get; }

    /// <summary>The variables it mentions, without <c>$</c>.</summary>
    public ImmutableArray<string> Variables { get; }

    /// <summary>The secrets it mentions by name.</summary>
    public ImmutableArray<string> Secrets { get; }

    /// <returns>Null, with the mistake and its place in the source, where it cannot be compiled.</returns>
    internal static Expression? Compile(
        string source, ExpressionLanguage language, IReadOnlyCollection<string> variables, ImmutableArray<string> secrets, out (string Message, int Position) error)
    {
        error = default;
        ImmutableArray<string> mentioned = [.. variables.Where(name => source.Contains("$" + name, StringComparison.Ordinal))];
        if (language == ExpressionLanguage.JavaScript)
        {
            if (JavaScriptProgram.TryCompile(source, out var script, out var mistake))
            {
                return new Expression(source, null, script, mentioned, secrets);
            }

            error = (mistake!.Message, mistake.Position);
            return null;
        }

        if (JqProgram.TryCompile(source, variables, out var program, out var wrong, Environment))
        {
            return new Expression(source, program, null, mentioned, secrets);
        }

        error = (wrong!.Message, wrong.Position);
        return null;
    }

    /// <summary>The first result; null (the JSON value) for none.</summary>
    /// <exception cref="JqException">The expression raised an error.</exception>
    /// <exception cref="JavaScriptException">The same, in JavaScript.</exception>
    /// <exception cref="JqLimitException">It asked for more than <see cref="Limits"/>.</exception>
    public Json Evaluate(Json input, Func<string, Json> variable, Func<DateTimeOffset> now, CancellationToken cancellation)
    {
        var outer = clock;
        clock = now;
        try
        {
            var values = Variables.Length == 0 ? null : Variables.ToDictionary(name => name, variable, StringComparer.Ordinal);
            return javaScript is null ? jq!.EvaluateFirst(input, values, Limits, cancellation) : javaScript.Evaluate(input, values, now, cancellation);
        }
        finally
        {
            clock = outer;
        }
    }

    /// <summary>Whether a result of this expression counts as true in its language.</summary>
    public bool IsTrue(Json result) => javaScript is null ? result.IsTruthy : JavaScriptProgram.IsTrue(result);

    public override string ToString() => "${ " + Source + " }";
}

/// <summary>What a workflow's expressions are written in (<c>evaluate.language</c>).</summary>
public enum ExpressionLanguage { Jq, JavaScript }

/// <summary>A value of the definition in which texts of the form <c>${ … }</c> are expressions.</summary>
public abstract record Template
{
    public sealed record Literal(Json Value) : Template;

    public sealed record Computed(Expression Expression) : Template;

    /// <summary>A text that may be an expression (<c>evaluate.mode: loose</c>): where its evaluation fails, it is the text.</summary>
    public sealed record Loose(Expression Expression, Json Text) : Template;

    public sealed record Object(ImmutableArray<(string Key, Template Value)> Members) : Template;

    public sealed record Array(ImmutableArray<Template> Items) : Template;

    /// <param name="evaluate">Gives the value of one expression.</param>
    public Json Evaluate(Func<Expression, Json> evaluate) => this switch
    {
        Literal literal => literal.Value,
        Computed computed => evaluate(computed.Expression),
        Loose loose => OrText(loose, evaluate),
        Object o => new JsonObject(o.Members.Select(m => KeyValuePair.Create(m.Key, m.Value.Evaluate(evaluate)))),
        Array a => new JsonArray([.. a.Items.Select(item => item.Evaluate(evaluate))]),
        _ => throw new InvalidOperationException("Unknown template."),
    };

    private static Json OrText(Loose loose, Func<Expression, Json> evaluate)
    {
        try
        {
            return evaluate(loose.Expression);
        }
        catch (WorkflowFaultException failed) when (failed.Fault.Type == FaultTypes.Expression)
        {
            return loose.Text;
        }
    }
}
