using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Engine.Workflows;

/// <summary>
/// One thing that Jarvis can do on this PC and that a workflow calls by name. One more function is one class like this,
/// listed in <see cref="FunctionCatalog"/>.
/// </summary>
public abstract class JarvisFunction
{
    private FunctionDescription? description;
    private JsonSchema? schema;

    /// <summary>Dotted, such as <c>file.read</c>.</summary>
    public abstract string Name { get; }

    /// <summary>One sentence for people.</summary>
    public abstract string Summary { get; }

    /// <summary>JSON Schema of the object given in <c>with</c>, as JSON text.</summary>
    public abstract string Parameters { get; }

    /// <summary>Whether it may run again after a crash in flight without harm.</summary>
    public virtual bool Repeatable => false;

    /// <summary>Systems it works on (<c>linux</c>, <c>windows</c>, <c>macos</c>); empty for all.</summary>
    public virtual IReadOnlyList<string> Platforms => [];

    /// <summary>Whether this system is one of its <see cref="Platforms"/>.</summary>
    public bool IsForThisPlatform => Platforms.Count == 0 || Platforms.Contains(OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : "linux");

    /// <summary>Arguments of a call as a person would write them, as JSON text; they satisfy <see cref="Parameters"/>.</summary>
    public virtual string Example => "{}";

    /// <summary>What this machine lacks for it, as a sentence; null where it can work here.</summary>
    public virtual string? Lacking() => null;

    /// <summary>Why it cannot be done on this machine, as a sentence; null where it can.</summary>
    public string? Unable() => IsForThisPlatform ? Lacking() : $"works on {string.Join(", ", Platforms)} only";

    public FunctionDescription Description => description ??= new FunctionDescription(Name, Summary, new Lazy<Json>(() => Json.Parse(Parameters)), Repeatable, Platforms);

    /// <summary>Checks arguments against the schema and puts in its defaults.</summary>
    /// <exception cref="WorkflowFaultException">A validation fault that names the argument.</exception>
    public FunctionArguments Check(Json arguments)
    {
        schema ??= JsonSchema.Compile(Description.ParameterSchema, out var mistakes)
            ?? throw new InvalidOperationException($"The parameter schema of {Name} is wrong: {string.Join("; ", mistakes)}.");
        var given = arguments.Kind == JsonKind.Null ? JsonObject.Empty : arguments;
        var violations = schema.Check(given);
        if (violations.Count > 0)
        {
            throw new WorkflowFaultException(Fault.Validation(string.Join(" ", violations.Take(5).Select(v =>
                v.Pointer.Length == 0 ? $"The arguments of {Name}: {v.Message}." : $"The argument '{v.Pointer[1..]}' of {Name} {v.Message}."))));
        }

        return new FunctionArguments((JsonObject)given);
    }

    /// <summary>Does it. The arguments were checked against <see cref="Parameters"/>.</summary>
    /// <exception cref="WorkflowFaultException">It cannot be done; the fault says why.</exception>
    public abstract Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation);

    /// <summary>The fault of a function that cannot work on this machine as it is; a workflow may catch it and go without.</summary>
    protected static WorkflowFaultException NotAvailable(string detail) => new(JarvisFaults.CannotWorkHere(detail));

    protected static WorkflowFaultException Failed(string detail, Exception? cause = null) => new(Fault.Runtime(detail), cause);
}

/// <summary>Errors of Jarvis's own functions.</summary>
public static class JarvisFaults
{
    /// <summary>Type of <see cref="CannotWorkHere"/>.</summary>
    public const string NotAvailable = "https://jarvis.ai/errors/not-available";

    private const int NotImplemented = 501;

    /// <summary>A function cannot work on this machine as it is; a workflow may catch it and go without.</summary>
    public static Fault CannotWorkHere(string detail) => new(NotAvailable, NotImplemented, "Not available", detail, null);
}

/// <summary>The checked arguments of a call.</summary>
public sealed class FunctionArguments(JsonObject values)
{
    public Json? this[string name] => values[name] is { Kind: not JsonKind.Null } value ? value : null;

    public string Text(string name) => (this[name] as JsonString)?.Value ?? throw Missing(name);

    public string? TextOrNull(string name) => (this[name] as JsonString)?.Value;

    public bool Flag(string name, bool otherwise = false) => this[name] is JsonBoolean flag ? flag.Value : otherwise;

    public int Count(string name, int otherwise) => this[name] is JsonNumber number ? (int)number.Value : otherwise;

    public IReadOnlyList<Json> List(string name) => this[name] is JsonArray list ? list.Items : throw Missing(name);

    private static WorkflowFaultException Missing(string name) => new(Fault.Validation($"The argument '{name}' is missing or of another type."));
}

/// <summary>What a function may use of its run.</summary>
/// <param name="RunFolder">Where relative paths lead.</param>
/// <param name="Log">A line for the run's log.</param>
/// <param name="KeepBlob">Keeps content that is too large for an event (bytes, media type) and gives its <c>$blob</c> reference.</param>
public sealed record FunctionContext(string RunFolder, TimeProvider Clock, Action<Domain.Runs.LogSeverity, string> Log, Func<byte[], string, Json> KeepBlob)
{
    /// <summary>Attaches content (bytes, media type) to the task that calls, to be seen there: a picture that was taken, a file.</summary>
    public Func<byte[], string, Domain.Runs.BlobPurpose, CancellationToken, ValueTask> Attach { get; init; } = static (_, _, _, _) => ValueTask.CompletedTask;

    /// <summary>The runner's own folder, where functions keep what outlives a run (such as browser profiles).</summary>
    public string HomeFolder { get; init; } = RunFolder;

    /// <summary>Whether a text is one of the run's secrets.</summary>
    public Func<string, bool> IsSecret { get; init; } = static _ => false;

    /// <summary>What functions of one run hold open between its steps.</summary>
    public RunResources Resources { get; init; } = new();

    /// <summary>A path as the workflow means it: relative to the run's folder, <c>~</c> for the person's.</summary>
    public string Resolve(string path)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new WorkflowFaultException(Fault.Validation("A path is empty or holds a zero character."));
        }

        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal))
        {
            path = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..];
        }

        return Path.GetFullPath(path, RunFolder);
    }
}
