namespace Jarvis.Domain.Platform;

/// <summary>
/// Ids of streams that belong to another one. Everything is named by a UUIDv7; its companion stream has the same bits under
/// version 8 (RFC 9562: custom), so that the two never collide, sort beside each other, and either gives the other.
/// </summary>
public static class StreamIds
{
    private const int MainVersion = 7;
    private const int CompanionVersion = 8;

    /// <summary>Whether an id that came from outside may name something: a UUIDv7.</summary>
    public static bool IsMain(Guid id) => id.Version == MainVersion;

    /// <summary>The <c>Execution</c> stream of a run.</summary>
    public static Guid Execution(Guid runId) => WithVersion(runId, CompanionVersion);

    /// <summary>The run of an <c>Execution</c> stream.</summary>
    public static Guid RunOf(Guid executionStreamId) => WithVersion(executionStreamId, MainVersion);

    /// <summary>The <c>DeviceCommands</c> stream of a device.</summary>
    public static Guid Commands(Guid deviceId) => WithVersion(deviceId, CompanionVersion);

    private static Guid WithVersion(Guid id, int version)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[6] = (byte)((bytes[6] & 0x0F) | (version << 4));
        return new Guid(bytes, bigEndian: true);
    }
}
