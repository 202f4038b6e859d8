using Jarvis.Api.Runs;
using Jarvis.Domain.Devices;

namespace Jarvis.Api.Devices;

/// <summary>The PC's clock minus the server's.</summary>
/// <param name="Milliseconds">Positive where the PC's clock is ahead.</param>
/// <param name="UncertaintyMilliseconds">The true offset is at most so far from it; null where the round trip is not known.</param>
public sealed record DeviceClock(double Milliseconds, double? UncertaintyMilliseconds, DateTimeOffset? MeasuredAt);

/// <summary>A function that the PC cannot do, and why.</summary>
public sealed record DeviceMissingFunction(string Name, string Reason);

/// <summary>What a PC can do, as its runner told last.</summary>
/// <param name="Functions">Names of the functions that work there.</param>
/// <param name="DiskFreeBytes">Where runs are kept. It is told anew when it moved by a tenth.</param>
[GraphQL.Name("DeviceCapabilities")]
public sealed record DeviceCapabilitiesNode(
    IEnumerable<string> Functions, IEnumerable<DeviceMissingFunction> Missing, bool Display, bool Browser, int? Processors, double? MemoryBytes, double? DiskFreeBytes,
    DateTimeOffset? ReportedAt)
{
    internal static DeviceCapabilitiesNode Of(DeviceCapabilities can, DateTimeOffset? at) => new(
        can.Functions, can.Missing.Select(missing => new DeviceMissingFunction(missing.Name, missing.Reason)), can.HasDisplay, can.HasBrowser, can.Processors,
        can.MemoryBytes, can.DiskFreeBytes, at);
}

/// <summary>Why nothing runs on a device: one of several causes.</summary>
/// <param name="Message">A sentence for people.</param>
/// <param name="By">Who did it, where a person did.</param>
/// <param name="Count">How many of the runs that were looked at it is about; the first of them stand in <c>runs</c>.</param>
/// <param name="Limit">Where it is a limit: how many runs that allows at once.</param>
/// <param name="Functions">What the PC cannot do, where that is why.</param>
[GraphQL.Name("IdleReason")]
public sealed record IdleReasonNode(
    IdleCode Code, string Message, DateTimeOffset? Since, AccountReference? By, int Count, IEnumerable<RunReference> Runs, int? Limit, IEnumerable<string> Functions)
{
    internal static IdleReasonNode Of(IdleReason reason) => new(
        reason.Code, reason.Message, reason.Since, reason.By is { } by ? new AccountReference(by) : null, reason.Count,
        (reason.Runs ?? []).Select(run => new RunReference(run)), reason.Limit, reason.Functions ?? []);
}
