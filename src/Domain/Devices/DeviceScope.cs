namespace Jarvis.Domain.Devices;

/// <summary>What its owner lets a device do.</summary>
public enum DeviceScope
{
    /// <summary>Be given runs by the server.</summary>
    TakeRuns,

    /// <summary>Hand in runs that began on the PC itself.</summary>
    HandInRuns,
}

/// <summary>The scopes of a device as they are kept: each once, in one order.</summary>
public static class DeviceScopes
{
    /// <summary>What a device may do where nobody said otherwise.</summary>
    public static readonly IReadOnlyList<DeviceScope> All = [DeviceScope.TakeRuns, DeviceScope.HandInRuns];

    /// <summary>Each once, in the order of their declaration; all of them for null.</summary>
    public static IReadOnlyList<DeviceScope> Of(IEnumerable<DeviceScope>? scopes) => scopes is null ? All : [.. scopes.Distinct().Order()];
}
