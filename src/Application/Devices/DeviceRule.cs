using Jarvis.Domain.Devices;

namespace Jarvis.Application.Devices;

/// <summary>What people settled about a device, where dispatch asks for it. Written with the event that says so.</summary>
/// <param name="Scopes">What it may do; null for everything.</param>
public sealed record DeviceRule(Guid Id, Guid OwnerId, bool IsPaused, int? AtOnce, IReadOnlyList<DeviceScope>? Scopes = null)
{
    public bool May(DeviceScope scope) => DeviceScopes.Of(Scopes).Contains(scope);

    /// <summary>As it stands after a decision.</summary>
    public static DeviceRule After(Guid id, Device device, IEnumerable<object> events)
    {
        var after = events.Aggregate(device, (state, @event) => Device.Evolve(state, @event)!);
        return new DeviceRule(id, device.OwnerId, after.IsPaused, after.AtOnce, after.Scopes);
    }
}

/// <summary>What a device's PC can do, where dispatch asks for it. Written with the event that says so.</summary>
public sealed record DeviceAbility(Guid Id, Guid OwnerId, IReadOnlyList<string> Functions);
