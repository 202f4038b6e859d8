using System.Collections.Immutable;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>What every task has.</summary>
/// <param name="Pointer">JSON Pointer of the task in the definition, such as <c>/do/1/initialize</c>.</param>
/// <param name="Kind">The DSL's task kind.</param>
/// <param name="Then">A flow directive or the name of a task in the same list; null for <c>continue</c>.</param>
/// <param name="Repeatable">Declared by <c>metadata.jarvis.repeatable</c>: it may be performed again where a crash left its effect unknown.</param>
/// <param name="Source">The task as data, for <c>$task.definition</c>.</param>
public sealed record TaskHead(
    string Name,
    string Pointer,
    string Kind,
    Expression? If,
    DataStep Input,
    DataStep Output,
    DataStep Export,
    DurationTemplate? Timeout,
    string? Then,
    bool Repeatable,
    Json Source);

/// <summary>A task: one of the DSL's kinds.</summary>
public abstract record TaskDefinition(TaskHead Head)
{
    public string Name => Head.Name;

    public string Pointer => Head.Pointer;

    public sealed record Do(TaskHead Head, TaskList Tasks) : TaskDefinition(Head);

    public sealed record Set(TaskHead Head, Template Value) : TaskDefinition(Head);

    public sealed record CallHttp(TaskHead Head, HttpCall Call) : TaskDefinition(Head);

    public sealed record CallOpenApi(TaskHead Head, OpenApiCall Call) : TaskDefinition(Head);

    /// <param name="Event">Gives the attributes of the event.</param>
    public sealed record Emit(TaskHead Head, Template Event) : TaskDefinition(Head);

    public sealed record Listen(TaskHead Head, EventStrategy To, EventPart Read, EventIterator? ForEach) : TaskDefinition(Head);

    /// <summary>A call of one of Jarvis's functions.</summary>
    public sealed record CallFunction(TaskHead Head, string Function, Template With, JsonSchema Parameters, bool FunctionRepeatable) : TaskDefinition(Head);

    /// <summary>A call of a task from <c>use.functions</c>.</summary>
    public sealed record CallDefined(TaskHead Head, string Function, Template? With) : TaskDefinition(Head);

    /// <param name="In">Gives the array.</param>
    public sealed record For(TaskHead Head, string Each, string At, Expression In, Expression? While, TaskList Tasks) : TaskDefinition(Head);

    public sealed record Fork(TaskHead Head, TaskList Branches, bool Compete) : TaskDefinition(Head);

    public sealed record Switch(TaskHead Head, ImmutableArray<SwitchCase> Cases) : TaskDefinition(Head);

    public sealed record Try(TaskHead Head, TaskList Tasks, CatchClause Catch) : TaskDefinition(Head);

    public sealed record Raise(TaskHead Head, ErrorTemplate Error) : TaskDefinition(Head);

    public sealed record RunShell(TaskHead Head, ShellProcess Process, ProcessReturn Return, bool Await) : TaskDefinition(Head);

    public sealed record RunScript(TaskHead Head, ScriptProcess Process, ProcessReturn Return, bool Await) : TaskDefinition(Head);

    public sealed record RunWorkflow(TaskHead Head, WorkflowReference Reference, Template? Input) : TaskDefinition(Head);

    public sealed record Wait(TaskHead Head, DurationTemplate Duration) : TaskDefinition(Head);
}

/// <param name="Endpoint">A URI, a template with <c>{name}</c>, or an expression.</param>
public sealed record HttpCall(
    Template Method, Template Endpoint, Authentication? Authentication, Template? Headers, Template? Query, Template? Body, HttpOutput Output, bool AcceptRedirects);

/// <param name="Parameters">Gives an object; null for none.</param>
public sealed record OpenApiCall(
    ExternalResource Document, Template OperationId, Template? Parameters, Authentication? Authentication, HttpOutput Output, bool AcceptRedirects);

/// <summary>Something that is fetched when it is needed.</summary>
public sealed record ExternalResource(Template Endpoint, Authentication? Authentication);

/// <summary>How a request proves who sends it.</summary>
public abstract record Authentication
{
    public sealed record Basic(Template Username, Template Password) : Authentication;

    public sealed record Bearer(Template Token) : Authentication;

    public sealed record Digest(Template Username, Template Password) : Authentication;

    /// <summary>OAuth 2 or, where its endpoints are to be discovered, OpenID Connect.</summary>
    /// <param name="Policy">Gives the DSL's object: authority, grant, client, scopes and so on.</param>
    public sealed record OAuth2(Template Policy, bool Discovers) : Authentication;

    /// <summary>
    /// The values come from a secret: <c>{username, password}</c>, or <c>{token}</c> or the token itself, or the object that the section
    /// would hold.
    /// </summary>
    public sealed record FromSecret(AuthenticationScheme Scheme, string Secret) : Authentication;
}

public enum AuthenticationScheme { Basic, Bearer, Digest, OAuth2, Oidc }

/// <param name="When">Null for the default case.</param>
public sealed record SwitchCase(string Name, Expression? When, string Then);

/// <summary>What is caught (all conditions must hold) and what is done then.</summary>
/// <param name="As">The variable that holds the error.</param>
public sealed record CatchClause(ErrorFilter? Errors, string As, Expression? When, Expression? ExceptWhen, RetryPolicy? Retry, TaskList? Do);

public sealed record ErrorFilter(string? Type, int? Status, string? Title, string? Detail, string? Instance);

public enum Backoff { Constant, Linear, Exponential }

/// <param name="Attempts">The most retries; null for no limit but <see cref="MaxRetries"/>.</param>
/// <param name="AttemptDuration">The longest that one attempt may take.</param>
/// <param name="Duration">The longest that all attempts may take, counted from the first.</param>
public sealed record RetryPolicy(
    Expression? When,
    Expression? ExceptWhen,
    DurationTemplate? Delay,
    Backoff Backoff,
    int? Attempts,
    DurationTemplate? AttemptDuration,
    DurationTemplate? Duration,
    DurationTemplate? JitterFrom,
    DurationTemplate? JitterTo)
{
    /// <summary>No task is retried more often, whatever its policy says.</summary>
    public const int MaxRetries = 1_000;
}

public sealed record ErrorTemplate(Template Type, Template Status, Template? Title, Template? Detail, Template? Instance);

public sealed record ShellProcess(
    Template Command, ImmutableArray<Template> Arguments, ImmutableArray<(string Key, Template Value)> Environment, Template? Stdin);

/// <param name="Process">Its command is the script's code, where that stands in the definition; else empty.</param>
/// <param name="Source">Where the code is fetched from.</param>
public sealed record ScriptProcess(ScriptLanguage Language, ShellProcess Process, ExternalResource? Source);
