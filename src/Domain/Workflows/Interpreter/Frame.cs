using System.Collections.Immutable;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.JavaScript;
using Jarvis.Domain.Workflows.Jq;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>One line of execution: the main one, or one branch of a fork. Tasks in it follow each other and share the context.</summary>
internal sealed class Lane(Json context, Json output)
{
    public Json Context { get; set; } = context;

    /// <summary>The output that the last variables event of this line told.</summary>
    public Json Told { get; set; } = output;
}

/// <summary>What the expressions of one task see (dsl.md, "Runtime expression arguments").</summary>
internal sealed class Frame(
    Walk walk, TaskDefinition? task, string instance, Json raw, Lane lane, ImmutableDictionary<string, Json> locals, DateTimeOffset startedAt)
{
    private Json? descriptor;

    public TaskDefinition? Task => task;

    public string Pointer => task?.Pointer ?? "";

    public string Instance => instance;

    public Json RawInput { get; } = raw;

    public Lane Lane => lane;

    /// <summary>Variables of the loops and catches around.</summary>
    public ImmutableDictionary<string, Json> Locals => locals;

    public DateTimeOffset StartedAt { get; } = startedAt;

    public Json Input { get; set; } = raw;

    public Json Output { get; set; } = Json.Null;

    public Json Authorization { get; set; } = Json.Null;

    /// <summary>Events of this task that are not in the journal yet.</summary>
    public List<JournalEntry> Pending { get; } = [];

    /// <summary>
    /// What <c>now</c> is. While a task is in progress it stays the instant at which it began, because after a restart its expressions
    /// are evaluated again and must give the same; those that are evaluated once and recorded take the host's clock.
    /// </summary>
    public Func<DateTimeOffset>? Clock { get; set; }

    private Json? rawOutput;

    public void SetRawOutput(Json value)
    {
        rawOutput = value;
        descriptor = null;
    }

    /// <exception cref="WorkflowFaultException">The expression failed, or names a secret that is not to be had.</exception>
    public Json Evaluate(Expression expression, Json on, CancellationToken cancellation) => Evaluate(expression, on, locals, cancellation);

    /// <inheritdoc cref="Evaluate(Expression, Json, CancellationToken)"/>
    public Json Evaluate(Expression expression, Json on, ImmutableDictionary<string, Json> variables, CancellationToken cancellation)
    {
        foreach (var secret in expression.Secrets)
        {
            walk.RequireSecret(secret);
        }

        try
        {
            return expression.Evaluate(on, name => Variable(name, variables), Clock ?? (() => StartedAt), cancellation);
        }
        catch (Exception e) when (e is JqException or JqLimitException or JavaScriptException)
        {
            throw new WorkflowFaultException(Fault.Expression($"{expression}: {e.Message}"), e);
        }
    }

    public Json Evaluate(Template template, Json on, CancellationToken cancellation) =>
        template.Evaluate(expression => Evaluate(expression, on, cancellation));

    /// <summary>Whether it gives what counts as true in its language: in jq everything but null and false.</summary>
    public bool Holds(Expression expression, Json on, ImmutableDictionary<string, Json> variables, CancellationToken cancellation) =>
        expression.IsTrue(Evaluate(expression, on, variables, cancellation));

    public TimeSpan Evaluate(DurationTemplate template, CancellationToken cancellation)
    {
        if (template is DurationTemplate.Fixed known)
        {
            return known.Value;
        }

        var value = Evaluate(((DurationTemplate.Computed)template).Expression, Input, cancellation);
        return Durations.TryRead(value, out var duration, out var why) ? duration : throw new WorkflowFaultException(Fault.Expression(why));
    }

    private Json Variable(string name, ImmutableDictionary<string, Json> variables) => name switch
    {
        "context" => lane.Context,
        "input" => Input,
        "output" => Output,
        "secrets" => walk.Secrets,
        "authorization" => Authorization,
        "workflow" => walk.WorkflowDescriptor,
        "runtime" => walk.RuntimeDescriptor,
        "task" => variables.GetValueOrDefault("task") ?? (descriptor ??= Describe()),
        _ => variables.GetValueOrDefault(name) ?? Json.Null,
    };

    private Json Describe() => task is null
        ? Json.Null
        : Json.Of(
            ("name", task.Name),
            ("reference", task.Pointer),
            ("definition", task.Head.Source),
            ("input", RawInput),
            ("output", rawOutput ?? Json.Null),
            ("startedAt", Walk.Describe(StartedAt)));
}
