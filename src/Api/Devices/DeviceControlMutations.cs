using GraphQL;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Api.Runs;
using Jarvis.Application.Devices;
using Jarvis.Application.Platform;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Api.Devices;

public sealed record PauseDeviceInput : MutationInput
{
    public required Guid DeviceId { get; init; }
}

public sealed record ResumeDeviceInput : MutationInput
{
    public required Guid DeviceId { get; init; }
}

public sealed record LimitDeviceInput : MutationInput
{
    public required Guid DeviceId { get; init; }

    /// <summary>Runs that it is given at once; null for what Jarvis takes for good.</summary>
    public int? AtOnce { get; init; }
}

/// <summary>What became of one run of the device: asked (follow its control), put back to wait, or refused with a code.</summary>
public sealed record DeviceRun(RunReference Run, DeviceRunOutcome Outcome, ControlReference? Control, string? Code, string? Message);

/// <param name="Runs">One entry for each run that the device had; every run told as accepted still has to be acknowledged by the PC.</param>
[Implements(typeof(IPayload))]
public sealed record DeviceControlPayload(Position Position, DeviceReference Device, IEnumerable<DeviceRun> Runs) : IPayload;

/// <summary>What people can do with everything on a device at once.</summary>
public sealed class DeviceControlMutations
{
    /// <summary>Asks every run on the device to pause. Nothing new starts on it until it is resumed; what waits says so.</summary>
    public static async Task<DeviceControlPayload> PauseDevice(IResolveFieldContext context, PauseDeviceInput input) =>
        Payload(input.DeviceId, await context.Give(input, new PauseDevice(input.DeviceId)));

    /// <summary>Asks every paused run on the device to go on, and lets it start runs again.</summary>
    public static async Task<DeviceControlPayload> ResumeDevice(IResolveFieldContext context, ResumeDeviceInput input) =>
        Payload(input.DeviceId, await context.Give(input, new ResumeDevice(input.DeviceId)));

    /// <summary>How many runs the device is given at once; those above it wait and say so.</summary>
    public static async Task<DevicePayload> LimitDevice(IResolveFieldContext context, LimitDeviceInput input) => new(
        new Position((await context.Give(input, new LimitDevice(input.DeviceId, input.AtOnce))).Position), new DeviceReference(input.DeviceId, null));

    private static DeviceControlPayload Payload(Guid deviceId, Answer answer) => new(
        new Position(answer.Position), new DeviceReference(deviceId, null),
        answer.Details is not JsonArray runs ? [] : runs.Items.Select(DeviceRunResult.From).Select(run => new DeviceRun(
            new RunReference(run.RunId), run.Outcome, run.ControlId is { } control ? new ControlReference(control) : null, run.Code, run.Message)));
}
