using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using Jarvis.Application.Devices;
using Jarvis.Domain.Devices;

namespace Jarvis.Api.Devices;

/// <summary>Closing codes of the command channel.</summary>
public enum RunnerClose
{
    GoingAway = 1001,
    Malformed = 4400,
    Revoked = 4401,
    Fenced = 4410,
}

/// <summary>What a runner sends, by <c>type</c>.</summary>
/// <param name="Type">hello, received, claim or heartbeat.</param>
/// <param name="RoundTripMilliseconds">hello, heartbeat: how long a question and its answer last took.</param>
/// <param name="Capabilities">hello, heartbeat: what the PC can do, where that is to be told.</param>
/// <param name="LastCommandId">hello: the id of the command that <c>lastCommand</c> counts; null of runners that do not tell.</param>
public sealed record ClientFrame(
    string? Type, Dictionary<Guid, long>? Journals, long? LastCommand, string? Os, string? Version, string? Address, DateTimeOffset? Clock,
    long? Number, Guid? RunId, double? RoundTripMilliseconds = null, CapabilitiesFrame? Capabilities = null,
    Guid? LastCommandId = null)
{
    /// <summary>The PC's clock minus ours; null where the frame tells no time.</summary>
    public ClockOffset? ClockAt(DateTimeOffset now) =>
        Clock is { } theirs
            ? ClockOffset.Of(theirs, now, RoundTripMilliseconds is >= 0 and < MaxRoundTripMilliseconds and var trip ? TimeSpan.FromMilliseconds(trip) : null)
            : null;

    private const double MaxRoundTripMilliseconds = 600_000;
}

/// <summary>What the PC can do, as it comes: every part may be missing or wrong.</summary>
public sealed record CapabilitiesFrame(
    List<string?>? Functions, List<MissingFunctionFrame?>? Missing, bool? Display, bool? Browser, int? Processors, long? MemoryBytes, long? DiskFreeBytes)
{
    /// <summary>Null where it is not sound.</summary>
    public DeviceCapabilities? Read()
    {
        if (Functions is null || Functions.Contains(null) || (Missing ?? []).Any(missing => missing is not { Name: not null, Reason: not null }))
        {
            return null;
        }

        var told = new DeviceCapabilities(
            [.. Functions.Select(name => name!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            [.. (Missing ?? []).Select(missing => new MissingFunction(missing!.Name!, missing.Reason!)).OrderBy(missing => missing.Name, StringComparer.Ordinal)],
            Display ?? false, Browser ?? false, Processors, MemoryBytes, DiskFreeBytes);
        return told.IsSound() ? told : null;
    }
}

public sealed record MissingFunctionFrame(string? Name, string? Reason);

/// <summary>The frames as bytes.</summary>
public static class RunnerFrames
{
    /// <summary>The longest frame a runner may send; a hello with thousands of journals fits.</summary>
    public const int MaxBytes = 1024 * 1024;

    private static readonly JsonSerializerOptions Reading = new(JsonSerializerDefaults.Web) { MaxDepth = 8 };
    private static readonly JsonSerializerOptions Writing = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        MaxDepth = Domain.Workflows.Data.Json.MaxDepth,
    };

    /// <summary>Null for what is not a frame.</summary>
    public static ClientFrame? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<ClientFrame>(bytes, Reading);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <param name="lastCommand">The number of the device's last command here.</param>
    /// <param name="countsAnew">The runner's commands are not those of this server, which sends all it has from the first.</param>
    public static byte[] Welcome(
        long epoch, IReadOnlyDictionary<Guid, long> cursors, IReadOnlyList<string> types, long lastCommand, bool countsAnew, DateTimeOffset now) =>
        Bytes(new { type = "welcome", epoch, leaseSeconds = Lease.Seconds, cursors, types, lastCommand, countsAnew = countsAnew ? true : (bool?)null, serverTime = now });

    public static byte[] Command(OutgoingCommand command) => Bytes(new
    {
        type = "command",
        number = command.Number,
        id = command.Id,
        command = command.Kind.ToString().ToLowerInvariant(),
        runId = command.RunId,
        deadline = command.Deadline,
        body = command.Body,
    });

    public static byte[] Granted(Guid runId) => Bytes(new { type = "granted", runId });

    public static byte[] Gone(Guid runId, string reason) => Bytes(new { type = "gone", runId, reason });

    public static byte[] Heartbeat() => Bytes(new { type = "heartbeat" });

    /// <summary>The next whole text message; null when the other side closed or sent something else or too much.</summary>
    /// <param name="buffer">Grows with the message; one that few messages need is given up again.</param>
    public static async Task<ReadOnlyMemory<byte>?> Receive(WebSocket socket, FrameBuffer buffer, CancellationToken cancellation)
    {
        buffer.Empty();
        while (buffer.Room() is { IsEmpty: false } room)
        {
            var part = await socket.ReceiveAsync(room, cancellation);
            if (part.MessageType != WebSocketMessageType.Text)
            {
                return null;
            }

            buffer.Took(part.Count);
            if (part.EndOfMessage)
            {
                return buffer.Frame;
            }
        }

        return null;
    }

    private static byte[] Bytes<T>(T frame) => JsonSerializer.SerializeToUtf8Bytes(frame, Writing);
}

/// <summary>Room for one frame, up to <see cref="RunnerFrames.MaxBytes"/>.</summary>
public sealed class FrameBuffer
{
    private const int SmallBytes = 4 * 1024;

    private byte[] bytes = new byte[SmallBytes];
    private int length;

    public ReadOnlyMemory<byte> Frame => bytes.AsMemory(0, length);

    public void Empty()
    {
        length = 0;
        bytes = bytes.Length > SmallBytes ? new byte[SmallBytes] : bytes;
    }

    /// <summary>Empty once the frame is as long as one may be.</summary>
    public Memory<byte> Room()
    {
        if (length == bytes.Length && bytes.Length < RunnerFrames.MaxBytes)
        {
            Array.Resize(ref bytes, Math.Min(RunnerFrames.MaxBytes, bytes.Length * 2));
        }

        return bytes.AsMemory(length);
    }

    public void Took(int count) => length += count;
}
