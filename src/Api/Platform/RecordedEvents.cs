using System.Text.Json;
using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>An event as it stands in the store.</summary>
/// <param name="Data">The typed event, its content sealed unless it was unsealed since.</param>
/// <param name="Actor">The account that caused it; null where the server or a runner did.</param>
public sealed record RecordedEvent(
    long Position, Guid EventId, Guid Stream, long Version, string Type, object Data, DateTimeOffset RecordedAt, Guid? Actor, string? Correlation, string? Causation)
{
    public const string Columns = "seq_id, id, stream_id, version, type, data, timestamp, user_name, correlation_id, causation_id";

    public const string Table = $"{EventStoreSetup.Schema}.mt_events";

    /// <summary>Reads a row that was selected with <see cref="Columns"/>.</summary>
    /// <exception cref="InvalidOperationException">The event's type is not known to this server.</exception>
    public static RecordedEvent Read(NpgsqlDataReader reader)
    {
        var type = reader.GetString(4);
        return new RecordedEvent(
            reader.GetInt64(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetInt64(3), type,
            JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(5), StoredEvents.ShapeOf(type))!, reader.GetFieldValue<DateTimeOffset>(6),
            reader.IsDBNull(7) || !Guid.TryParse(reader.GetString(7), out var actor) ? null : actor,
            reader.IsDBNull(8) ? null : reader.GetString(8), reader.IsDBNull(9) ? null : reader.GetString(9));
    }
}

/// <summary>Reads events straight from the store's table. Whoever asks has made sure, by a view, that the caller may see the stream.</summary>
public sealed class RecordedEvents(NpgsqlDataSource database, Vault vault)
{
    /// <summary>What the store leaves at a position that a rolled-back save had taken: no event.</summary>
    private const string Tombstone = "tombstone";

    /// <summary>Events of one stream after a version, in order.</summary>
    public Task<List<RecordedEvent>> After(Guid stream, long version, long? upToPosition, int limit, CancellationToken cancel) =>
        Read($"stream_id = $1 and version > $2 and seq_id <= $3 order by version limit {limit}", [stream, version, upToPosition ?? long.MaxValue], cancel);

    /// <summary>The same, from any source of connections.</summary>
    public static Task<List<RecordedEvent>> OfStream(NpgsqlDataSource database, Guid stream, long version, int limit, CancellationToken cancel) =>
        Read(database, $"stream_id = $1 and version > $2 and seq_id <= $3 order by version limit {limit}", [stream, version, long.MaxValue], cancel);

    /// <summary>Whole streams that are short by nature (what people decided), in order of stream and version.</summary>
    public Task<List<RecordedEvent>> OfStreams(Guid[] streams, long? upToPosition, CancellationToken cancel) =>
        Read("stream_id = any($1) and seq_id <= $2 order by stream_id, version", [streams, upToPosition ?? long.MaxValue], cancel);

    /// <summary>Single events by stream and version.</summary>
    public Task<List<RecordedEvent>> At(Guid[] streams, long[] versions, CancellationToken cancel) =>
        Read("(stream_id, version) in (select * from unnest($1::uuid[], $2::bigint[]))", [streams, versions], cancel);

    /// <summary>Events by position, from one (excluded) up to another (included), in order.</summary>
    public Task<List<RecordedEvent>> Between(long after, long upTo, int limit, CancellationToken cancel) =>
        Read($"seq_id > $1 and seq_id <= $2 and type <> '{Tombstone}' order by seq_id limit {limit}", [after, upTo], cancel);

    /// <summary>The same events with their content clear, many at a time; erased content reads as erased.</summary>
    public async ValueTask<List<RecordedEvent>> Unseal(IReadOnlyList<RecordedEvent> events, CancellationToken cancel)
    {
        var clear = await vault.UnsealEvents([.. events.Select(e => e.Data)], cancel);
        return [.. events.Zip(clear, (e, data) => e with { Data = data })];
    }

    private Task<List<RecordedEvent>> Read(string condition, object[] values, CancellationToken cancel) => Read(database, condition, values, cancel);

    private static async Task<List<RecordedEvent>> Read(NpgsqlDataSource database, string condition, object[] values, CancellationToken cancel)
    {
        await using var command = database.CreateCommand($"select {RecordedEvent.Columns} from {RecordedEvent.Table} where {condition}");
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await using var reader = await command.ExecuteReaderAsync(cancel);
        var events = new List<RecordedEvent>();
        while (await reader.ReadAsync(cancel))
        {
            events.Add(RecordedEvent.Read(reader));
        }

        return events;
    }
}
