using System.Text.Json;
using System.Text.Json.Serialization;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Devices;

// The JSON of the runner's protocol, version 1. Frames of the command channel are objects with a "type".

public sealed record PairRequest(string Name, string Os, string Version);

/// <param name="ExpiresIn">Seconds.</param>
/// <param name="Interval">Seconds.</param>
public sealed record PairAnswer(string DeviceCode, string UserCode, Uri VerificationUri, int ExpiresIn, int Interval);

/// <param name="Earlier">Refresh tokens from before <paramref name="RefreshToken"/>, latest first, at most <see cref="DeviceTokens.MaxEarlierAtOnce"/>.</param>
public sealed record TokenRequest(string? DeviceCode, string? RefreshToken, IReadOnlyList<string>? Earlier = null);

/// <param name="ExpiresIn">Seconds that the access token lives.</param>
/// <param name="AccountId">Whose device it is; null of servers that do not tell.</param>
public sealed record TokenAnswer(string AccessToken, string RefreshToken, int ExpiresIn, Guid DeviceId, Guid? AccountId = null);

/// <summary>Problem details (RFC 9457) with the members that the runner acts on.</summary>
/// <param name="Code">The stable code, such as <c>run.sequence_gap</c>.</param>
/// <param name="Error">RFC 8628's error of a token request.</param>
/// <param name="Runs">Which runs of a batch were refused, and why.</param>
public sealed record ServerProblem(
    string? Title, string? Detail, int? Status, string? Code, string? Error, Dictionary<Guid, RunRefused>? Runs);

/// <param name="Expected">The sequence that the server wants next of this run.</param>
public sealed record RunRefused(string? Code, long? Expected, string? Detail);

/// <param name="Accepted">How many events the batch had, repeats included.</param>
/// <param name="Cursors">The server's count of each run's events.</param>
public sealed record EventsAnswer(int Accepted, Dictionary<Guid, long>? Cursors);

/// <param name="RoundTripMilliseconds">How long the connection took to be made: at least one question and its answer.</param>
/// <param name="Capabilities">What this PC can do.</param>
/// <param name="LastCommandId">The id of the command that <paramref name="LastCommand"/> counts; null before the first. A restored server may have given the number to another.</param>
public sealed record HelloFrame(
    Dictionary<Guid, long> Journals, long LastCommand, string Os, string Version, string? Address, DateTimeOffset Clock,
    double? RoundTripMilliseconds = null, CapabilitiesFrame? Capabilities = null, Guid? LastCommandId = null)
{
    [JsonPropertyOrder(-1)]
    public string Type { get; init; } = "hello";
}

public sealed record ReceivedFrame(long Number)
{
    [JsonPropertyOrder(-1)]
    public string Type { get; init; } = "received";
}

public sealed record ClaimFrame(Guid RunId)
{
    [JsonPropertyOrder(-1)]
    public string Type { get; init; } = "claim";
}

public sealed record MissingFunctionFrame(string Name, string Reason);

public sealed record CapabilitiesFrame(
    IReadOnlyList<string> Functions, IReadOnlyList<MissingFunctionFrame> Missing, bool Display, bool Browser, int? Processors, long? MemoryBytes, long? DiskFreeBytes)
{
    public static CapabilitiesFrame? Of(DeviceCapabilities? can) => can is null ? null : new(
        can.Functions, [.. can.Missing.Select(missing => new MissingFunctionFrame(missing.Name, missing.Reason))], can.HasDisplay, can.HasBrowser,
        can.Processors, can.MemoryBytes, can.DiskFreeBytes);
}

/// <param name="RoundTripMilliseconds">How long the heartbeat before took until it was answered.</param>
/// <param name="Capabilities">What this PC can do, where it changed since it was told.</param>
public sealed record HeartbeatFrame(
    string Os, string Version, IReadOnlyCollection<Guid> Running, DateTimeOffset Clock, double? RoundTripMilliseconds = null, CapabilitiesFrame? Capabilities = null)
{
    [JsonPropertyOrder(-1)]
    public string Type { get; init; } = "heartbeat";
}

/// <summary>Every frame that the server sends, by its type: welcome, command, granted, gone, heartbeat.</summary>
/// <param name="Epoch">welcome: this connection's right to submit; a newer hello ends it.</param>
/// <param name="LeaseSeconds">welcome: after how long without a heartbeat the device is shown offline.</param>
/// <param name="Cursors">welcome: how many events of each run the server has.</param>
/// <param name="Types">welcome: the event types it takes.</param>
/// <param name="Number">command: the device's own count of commands.</param>
/// <param name="Command">command: what to do: start, pause, resume, cancel, unpair.</param>
/// <param name="Deadline">command: until when it may be done, by the server's clock.</param>
/// <param name="Reason">gone: why the run is not to be started.</param>
/// <param name="LastCommand">welcome: the number of the device's last command on the server.</param>
/// <param name="CountsAnew">welcome: what the runner has received are not this server's commands; all of those follow, from the first.</param>
public sealed record ServerFrame(
    string Type,
    long? Epoch = null,
    int? LeaseSeconds = null,
    Dictionary<Guid, long>? Cursors = null,
    IReadOnlyList<string>? Types = null,
    DateTimeOffset? ServerTime = null,
    long? Number = null,
    Guid? Id = null,
    string? Command = null,
    Guid? RunId = null,
    DateTimeOffset? Deadline = null,
    JsonElement? Body = null,
    string? Reason = null,
    long? LastCommand = null,
    bool? CountsAnew = null);

/// <summary>The body of a start.</summary>
/// <param name="Revision">Of the workflow; the definition is pinned to it.</param>
/// <param name="DefinitionHash">SHA-256 of the source text, lower-case hex.</param>
public sealed record StartBody(
    Guid? WorkflowId, int? Revision, string? Name, string Definition, string? DefinitionHash, Json? Input, ContinuesBody? Continues);

/// <summary>The run goes on from a failed one that this runner has in its journal.</summary>
/// <param name="From">Instance of the task at which it goes on.</param>
/// <param name="Done">A person says that this task is done, with this output.</param>
/// <param name="Input">A person corrected this task's input.</param>
public sealed record ContinuesBody(Guid RunId, string? From, MarkedDoneBody? Done, Json? Input = null);

public sealed record MarkedDoneBody(Json? Output, Guid By);

/// <param name="GraceSeconds">cancel: how long the run may take to end by itself; 0 kills at once.</param>
public sealed record ControlBody(Guid ControlId, double? GraceSeconds);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = Domain.Workflows.Data.Json.MaxDepth)]
[JsonSerializable(typeof(PairRequest))]
[JsonSerializable(typeof(PairAnswer))]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(ServerProblem))]
[JsonSerializable(typeof(EventsAnswer))]
[JsonSerializable(typeof(HelloFrame))]
[JsonSerializable(typeof(ReceivedFrame))]
[JsonSerializable(typeof(ClaimFrame))]
[JsonSerializable(typeof(HeartbeatFrame))]
[JsonSerializable(typeof(ServerFrame))]
[JsonSerializable(typeof(StartBody))]
[JsonSerializable(typeof(ControlBody))]
[JsonSerializable(typeof(Credentials))]
[JsonSerializable(typeof(PendingPairing))]
internal sealed partial class RunnerJson : JsonSerializerContext;
