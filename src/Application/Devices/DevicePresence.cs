using Marten;
using Npgsql;

namespace Jarvis.Application.Devices;

/// <summary>
/// When a device was last heard, and under which epoch: an ordinary row that heartbeats may rewrite, so that the store keeps
/// only what changed. Its epoch is written together with <c>DeviceConnected</c> and is what batches are fenced by.
/// </summary>
public sealed record DevicePresence
{
    public required Guid Id { get; init; }

    public required Guid OwnerId { get; init; }

    public long Epoch { get; init; }

    public DateTimeOffset LastSeenAt { get; init; }

    /// <summary>In touch: neither stale nor offline.</summary>
    public bool IsOnline { get; init; }

    /// <summary>The last command number that it said it received.</summary>
    public long LastReceived { get; init; }

    /// <summary>Keyed hash of the address it connects from, to notice a change.</summary>
    public string? AddressKey { get; init; }

    public bool IsRevoked { get; init; }
}

/// <summary>How long a device counts as in touch.</summary>
public static class Lease
{
    public const int Seconds = 30;

    /// <summary>Runners send a heartbeat this often.</summary>
    public const int HeartbeatSeconds = Seconds / 3;

    /// <summary>Two heartbeats missed.</summary>
    public const int StaleSeconds = 2 * HeartbeatSeconds;
}

/// <summary>Reads the epochs that fence batches.</summary>
public static class DeviceEpochs
{
    private const string Sql =
        $"select id, (data ->> 'epoch')::bigint, (data ->> 'isRevoked')::boolean from {Platform.EventStoreSetup.Schema}.mt_doc_devicepresence where id = any($1) order by id for share";

    /// <summary>
    /// Locks the epoch of each device against a hello until the transaction ends, so that a batch is stored either before the
    /// newer hello reads its cursors or not at all.
    /// </summary>
    public static NpgsqlBatchCommand Lock(Guid[] devices) => new(Sql) { Parameters = { new() { Value = devices } } };

    /// <summary>The epochs that <see cref="Lock"/> asked for. A revoked device has none.</summary>
    public static async Task<Dictionary<Guid, long>> Read(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var epochs = new Dictionary<Guid, long>();
        while (await reader.ReadAsync(cancellation))
        {
            if (!reader.GetBoolean(2))
            {
                epochs[reader.GetGuid(0)] = reader.GetInt64(1);
            }
        }

        return epochs;
    }
}
