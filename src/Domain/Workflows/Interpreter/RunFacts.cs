using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>What is known of a run before its first step.</summary>
/// <param name="Input">The raw input.</param>
/// <param name="Secrets">Every secret the workflow names in <c>use.secrets</c>, by name; a missing one is a fault when it is used.</param>
/// <param name="StartedAt">When the run first started; the same after a resume.</param>
/// <param name="Local">Where the run began on this PC without the server: its definition, for the first event.</param>
/// <param name="ContinuesRunId">The run whose finished tasks this one inherits, if any.</param>
/// <param name="Masked">Further values that must not leave the PC: those of every secret it keeps, whether the workflow names it or not.</param>
public sealed record RunFacts(
    Guid RunId,
    Json Input,
    RuntimeDescriptor Runtime,
    IReadOnlyDictionary<string, Json> Secrets,
    DateTimeOffset StartedAt,
    LocalDefinition? Local = null,
    Guid? ContinuesRunId = null,
    IReadOnlyCollection<Json>? Masked = null);

/// <summary>The DSL's <c>$runtime</c>.</summary>
public sealed record RuntimeDescriptor(string Name, string Version, Json Metadata);

/// <summary>How an execution ended. The end is already recorded when it is returned.</summary>
public abstract record Ending
{
    public sealed record Completed(Json Output) : Ending;

    public sealed record Faulted(Fault Fault) : Ending;

    public sealed record Cancelled : Ending;
}
