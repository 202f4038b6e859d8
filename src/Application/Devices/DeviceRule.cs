namespace Jarvis.Application.Devices;

/// <summary>What people settled about a device, where dispatch asks for it. Written with the event that says so.</summary>
public sealed record DeviceRule(Guid Id, Guid OwnerId, bool IsPaused, int? AtOnce);
