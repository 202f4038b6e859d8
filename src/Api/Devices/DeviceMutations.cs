using GraphQL;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Application.Devices;
using Jarvis.Application.Platform;
using Jarvis.Domain.Devices;

namespace Jarvis.Api.Devices;

public sealed record ApproveDeviceInput : MutationInput
{
    /// <summary>As the runner shows it.</summary>
    public required string UserCode { get; init; }

    /// <summary>What to call the device; the runner's own proposal by default.</summary>
    public string? Name { get; init; }

    /// <summary>What it may do; everything by default.</summary>
    public IEnumerable<DeviceScope>? Scopes { get; init; }
}

public sealed record AllowDeviceInput : MutationInput
{
    public required Guid DeviceId { get; init; }

    /// <summary>All that it may do from now on.</summary>
    public required IEnumerable<DeviceScope> Scopes { get; init; }
}

public sealed record DenyDeviceInput : MutationInput
{
    public required string UserCode { get; init; }
}

public sealed record RenameDeviceInput : MutationInput
{
    public required Guid DeviceId { get; init; }

    public required string Name { get; init; }
}

public sealed record RevokeDeviceInput : MutationInput
{
    public required Guid DeviceId { get; init; }
}

/// <summary>A device by its id and name.</summary>
public sealed record DeviceReference(Guid Id, string? Name);

/// <param name="Device">Null where there is none, as after a denial.</param>
[Implements(typeof(IPayload))]
public sealed record DevicePayload(Position Position, DeviceReference? Device) : IPayload;

/// <summary>What people can do with devices.</summary>
public sealed class DeviceMutations
{
    public static async Task<DevicePayload> ApproveDevice(IResolveFieldContext context, ApproveDeviceInput input) =>
        await Payload(context, await context.Give(input, new ApproveDevice(input.UserCode, input.Name, input.Scopes?.ToList())));

    public static async Task<DevicePayload> DenyDevice(IResolveFieldContext context, DenyDeviceInput input) =>
        new(new Position((await context.Give(input, new DenyDevice(input.UserCode))).Position), null);

    public static async Task<DevicePayload> RenameDevice(IResolveFieldContext context, RenameDeviceInput input) =>
        await Payload(context, await context.Give(input, new RenameDevice(input.DeviceId, input.Name)));

    /// <summary>What the device may do from now on. What it does already goes on.</summary>
    public static async Task<DevicePayload> AllowDevice(IResolveFieldContext context, AllowDeviceInput input) =>
        await Payload(context, await context.Give(input, new AllowDevice(input.DeviceId, [.. input.Scopes])));

    public static async Task<DevicePayload> RevokeDevice(IResolveFieldContext context, RevokeDeviceInput input)
    {
        var answer = await context.Give(input, new RevokeDevice(input.DeviceId));
        await context.Service<Accounts.Sessions>().EndOfDevice(input.DeviceId, "device revoked", context.CancellationToken);
        return await Payload(context, answer);
    }

    // Told from the stream itself, which the instruction has just written; the view may be a moment behind.
    private static async Task<DevicePayload> Payload(IResolveFieldContext context, Answer answer)
    {
        if (answer.Stream is not { } id)
        {
            return new DevicePayload(new Position(answer.Position), null);
        }

        var recorded = context.Service<RecordedEvents>();
        var events = await recorded.OfStreams([id], answer.Position, context.CancellationToken);
        var named = events.FindLast(e => e.Data is DevicePaired or DeviceRenamed);
        var clear = named is null ? null : (await recorded.Unseal([named], context.CancellationToken))[0].Data;
        var name = (clear as DevicePaired)?.Name ?? (clear as DeviceRenamed)?.Name;
        return new DevicePayload(new Position(answer.Position), new DeviceReference(id, Revealed.Text(name)));
    }
}
