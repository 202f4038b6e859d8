using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;

namespace Jarvis.Engine.Runs;

/// <summary>Where a run was asked for.</summary>
public enum RunOrigin
{
    /// <summary>By the server's command: the server knows the definition.</summary>
    Server,

    /// <summary>On this PC: its first event carries name, definition hash and definition.</summary>
    Local,
}

/// <summary>Where a run stands, as the journal knows it.</summary>
public enum JournaledStatus { Pending, Running, Paused, Completed, Faulted, Cancelled }

/// <summary>A person's word that the failed task of the parent run is done, with the output it is to have.</summary>
/// <param name="Output">JSON, UTF-8.</param>
public sealed record MarkedDone(byte[] Output, Guid By);

/// <summary>What a retry goes on from.</summary>
/// <param name="RunId">The parent run, in this same journal.</param>
/// <param name="From">Instance pointer of the failed task; null takes the one at which the parent ended.</param>
/// <param name="Input">The failed task's input as a person corrected it, UTF-8 JSON; null for what it got.</param>
public sealed record Continuation(Guid RunId, string? From, MarkedDone? Done, byte[]? Input = null);

/// <summary>A run as it is asked for.</summary>
/// <param name="Definition">The source text, YAML or JSON.</param>
/// <param name="Input">JSON, UTF-8.</param>
/// <param name="BaseFolder">Where workflows that it runs by name are looked for; null for none.</param>
/// <param name="Submits">Whether its events are to reach the server.</param>
/// <param name="ParentRunId">The run whose <c>run: workflow</c> task began it.</param>
/// <param name="Depth">How many such parents it has above it.</param>
public sealed record NewRun(
    Guid RunId,
    DefinitionReference Workflow,
    string Definition,
    string DefinitionHash,
    byte[] Input,
    RunOrigin Origin,
    bool Submits,
    DateTimeOffset RequestedAt,
    string? BaseFolder = null,
    Guid? WorkflowId = null,
    int? Revision = null,
    Continuation? Continues = null,
    Guid? ParentRunId = null,
    int Depth = 0)
{
    /// <summary>The DSL's qualified name of the run, <c>name-id.namespace</c>, which every lifecycle event's data carries as <c>workflow</c>.</summary>
    public string QualifiedName => $"{Workflow.Name}-{RunId}.{Workflow.Namespace}";
}

/// <summary>A run as the journal has it.</summary>
/// <param name="Number">Its row.</param>
/// <param name="LastSequence">Sequence of its last event; 0 before the first.</param>
/// <param name="Acknowledged">Up to which sequence the server has its events, durably.</param>
/// <param name="ParkedCode">Why the server finally refused its events, a stable code; null while nothing is wrong.</param>
/// <param name="Owner">Which process executes it, see <see cref="ProcessIdentity"/>; null for none yet.</param>
public sealed record JournaledRun(
    NewRun Request,
    long Number,
    JournaledStatus Status,
    DateTimeOffset? EndedAt,
    long LastSequence,
    long Acknowledged,
    string? ParkedCode,
    string? ParkedDetail,
    string? Owner)
{
    public Guid RunId => Request.RunId;

    public bool HasEnded => Status is JournaledStatus.Completed or JournaledStatus.Faulted or JournaledStatus.Cancelled;

    /// <inheritdoc cref="NewRun.QualifiedName"/>
    public string QualifiedName => Request.QualifiedName;
}

/// <summary>An event before it has its sequence.</summary>
/// <param name="Data">The wire form, UTF-8 JSON: secrets masked, large values as blobs.</param>
/// <param name="Private">What a resume needs besides, UTF-8 JSON; never leaves the PC.</param>
/// <param name="Whole">The event with its large values in it, where <paramref name="Data"/> refers to blobs; UTF-8 JSON.</param>
/// <param name="Blobs">The blobs that it names; each is brought to the server as well.</param>
public sealed record PendingEvent(
    string Type, DateTimeOffset OccurredAt, byte[] Data, byte[]? Private = null, byte[]? Whole = null, IReadOnlyList<BlobReference>? Blobs = null);

/// <summary>An event as the journal has it.</summary>
public sealed record JournaledEvent(Guid RunId, long Sequence, string Type, DateTimeOffset OccurredAt, byte[] Data, byte[]? Private, byte[]? Whole);

/// <summary>How far a run's events have come, for whoever submits them.</summary>
public sealed record Submission(Guid RunId, long LastSequence, long Acknowledged, bool Ended, string? ParkedCode, string? ParkedDetail)
{
    /// <summary>The code of a run that is parked because it was done for an account that this PC is not paired with any more.</summary>
    public const string OtherAccount = "device.other_account";
}

/// <summary>A command of the server, kept as it was received; <paramref name="Number"/> is the device's own count.</summary>
/// <param name="Body">JSON, UTF-8.</param>
public sealed record ReceivedCommand(long Number, Guid Id, string Type, Guid? RunId, DateTimeOffset? Deadline, byte[] Body, DateTimeOffset ReceivedAt, bool Handled);

/// <summary>A control that someone asked of a run. It is kept before it is acted upon, so that a crash cannot lose it.</summary>
/// <param name="GraceSeconds">Of a cancel: how long processes may take to end by themselves; 0 kills at once.</param>
public sealed record JournaledControl(Guid ControlId, Guid RunId, ControlKind Kind, int GraceSeconds, DateTimeOffset ReceivedAt, bool Acknowledged, bool Effective);

/// <summary>A process that a run started and that may have outlived the engine.</summary>
/// <param name="StartedTicks">The system's own start time of the process, so that a reused id is not taken for it.</param>
public sealed record StartedProcess(Guid RunId, int ProcessId, string StartedTicks);

/// <summary>A blob that the server is to have.</summary>
/// <param name="Number">Its place in the queue.</param>
/// <param name="Attempts">How often it was tried since it last got further.</param>
public sealed record PendingUpload(long Number, BlobReference Blob, int Attempts);

/// <summary>The journal cannot be used; the message says why and what to do.</summary>
public sealed class JournalException(string message, Exception? inner = null) : Exception(message, inner);
