using Jarvis.Application.Platform;
using Jarvis.Domain.Devices;
using JasperFx.Events.Projections;
using Marten;

namespace Jarvis.Application.Devices;

/// <summary>Devices: a stream per device, a stream of commands per device, presence, and what waits to be paired.</summary>
public static class DevicesSetup
{
    public static void SetUpDevices(this StoreOptions options)
    {
        options.Projections.Add(new DeviceFold(), ProjectionLifecycle.Live);
        options.Projections.Add(new DeviceCommandsFold(), ProjectionLifecycle.Live);
        // Dispatch asks for the owner's devices.
        options.Schema.For<DevicePresence>().Identity(presence => presence.Id).Index(presence => presence.OwnerId);
        // What people settled about a device; apart from presence, which heartbeats rewrite.
        options.Schema.For<DeviceRule>().Identity(rule => rule.Id).Index(rule => rule.OwnerId);
        // What its PC can do; dispatch does not give it what it cannot.
        options.Schema.For<DeviceAbility>().Identity(ability => ability.Id).Index(ability => ability.OwnerId);
        // A code in use is unique; the secret half is kept as a keyed hash.
        options.Schema.For<PairingRequest>().Identity(request => request.Id)
            .UniqueIndex(request => request.UserCode)
            .UniqueIndex(request => request.DeviceCodeHash);
    }
}

public sealed class DeviceFold() : Fold<Device>(Device.Evolve);

public sealed class DeviceCommandsFold() : Fold<DeviceCommands>(DeviceCommands.Evolve);
