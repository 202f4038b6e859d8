using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Jarvis.Domain.Platform;
using JasperFx.Events;
using Npgsql;
using NpgsqlTypes;

namespace Jarvis.Application.Platform;

/// <summary>
/// Events in their order, a page at a time, for a view: as the store's own loader gives them, but for the kind of their streams, which no view asks for and which
/// costs a look into another table for each, and never more of them than a page has bytes. One reader, one call after another.
/// </summary>
/// <param name="build">Wraps a typed event as the store does.</param>
/// <param name="types">The types to read; empty for all.</param>
/// <param name="kind">The kind of streams that alone hold these types (<see cref="StreamKinds"/>): where there are few of them nothing else is looked at.</param>
/// <param name="pageBytes">Bytes of stored JSON from which on a page is full; the event that reaches them is its last.</param>
public sealed class StoredEvents(
    NpgsqlDataSource database, Func<object, IEvent> build, IEnumerable<Type> types, string? kind = null, long pageBytes = StoredEvents.PageBytes)
{
    /// <summary>Few streams.</summary>
    private const int FewStreams = 1_000;

    /// <summary>Events of a page at most; of larger ones (10,000) the collector has more to move than the database has less to do.</summary>
    public const int PageEvents = 2_500;

    /// <summary>Bytes of stored JSON of a page, about: usual events are many times smaller, so that it is their number that ends a page.</summary>
    public const long PageBytes = 16 * 1024 * 1024;

    /// <summary>Positions that a page looks at, at most: of a type that is rare the next one may be far.</summary>
    private const long MostPositions = 128 * PageEvents;

    /// <summary>How an event reads, by its name; from the bytes as the database sends them: as text they would be turned to UTF-16 and back.</summary>
    private static readonly FrozenDictionary<string, JsonTypeInfo> Shapes =
        EventNames.All.ToFrozenDictionary(pair => pair.Value, pair => EventJson.Stored.GetTypeInfo(pair.Key), StringComparer.Ordinal);

    private readonly string[] names = [.. types.Where(EventNames.All.ContainsKey).Select(type => EventNames.All[type])];
    private long positions = PageEvents;

    /// <exception cref="InvalidOperationException">The event's type is not known to this server.</exception>
    public static JsonTypeInfo ShapeOf(string name) => Shapes.GetValueOrDefault(name) ?? throw new InvalidOperationException($"The event type {name} is not known here.");

    /// <summary>The next events after a position, the position up to which these are all there are, and the bytes of their stored JSON.</summary>
    /// <param name="upTo">The last position to look at; what stands before it is committed.</param>
    /// <param name="most">Events at most.</param>
    public async Task<(List<IEvent> Events, long Ceiling, long Bytes)> After(long position, long upTo, CancellationToken cancel, int most = PageEvents)
    {
        // Where a page holds all positions there are, their streams say nothing more.
        var streams = upTo - position > PageEvents ? await Streams(cancel) : null;
        var ceiling = streams is null ? Math.Min(upTo, position + positions) : upTo;
        // Put in order by a sum, so that nobody goes along all positions for the sake of their order.
        var order = streams is null ? "seq_id" : "seq_id + 0";
        // What is too much for the page is not sent: the sizes are those of the rows as they lie there, for which none is opened.
        await using var command = database.CreateCommand(
            $"""
            select seq_id, id, stream_id, version, type, data, timestamp, user_name, correlation_id, causation_id, headers, lying from (
                select seq_id, id, stream_id, version, type, data, timestamp, user_name, correlation_id, causation_id, headers,
                    pg_column_size(data) as own, sum(pg_column_size(data)) over (order by {order} rows unbounded preceding) as lying
                from {EventStoreSetup.Schema}.mt_events
                where seq_id > $1 and seq_id <= $2 and not is_archived {(names.Length == 0 ? "and type <> 'tombstone'" : "and type = any($3)")}
                {(streams is null ? "" : "and stream_id = any($4)")} order by {order} limit {most}) page
            where lying - own < {pageBytes} order by seq_id
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = ceiling });
        if (names.Length > 0)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = names, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar });
        }

        if (streams is not null)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = streams });
        }

        var events = new List<IEvent>();
        var bytes = 0L;
        var isFull = false;
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (!isFull && await reader.ReadAsync(cancel))
        {
            events.Add(Read(reader, out var length));
            bytes += length;
            // A row may lie there in a fraction of what it says.
            isFull = events.Count == most || bytes >= pageBytes || reader.GetInt64(11) >= pageBytes;
        }

        if (streams is null)
        {
            positions = isFull ? PageEvents : events.Count < most / 8 ? Math.Min(4 * positions, MostPositions) : positions;
        }

        return (events, isFull ? events[^1].Sequence : ceiling, bytes);
    }

    /// <summary>The streams of the kind, as they are now: what is committed up to a position is in one of them. Null where they are not few.</summary>
    private async Task<Guid[]?> Streams(CancellationToken cancel)
    {
        if (kind is null || names.Length == 0)
        {
            return null;
        }

        await using var command = database.CreateCommand($"select id from {EventStoreSetup.Schema}.mt_streams where type = $1 limit {FewStreams + 1}");
        command.Parameters.AddWithValue(kind);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var streams = new List<Guid>();
        while (await reader.ReadAsync(cancel))
        {
            streams.Add(reader.GetGuid(0));
        }

        return streams.Count <= FewStreams ? [.. streams] : null;
    }

    private IEvent Read(NpgsqlDataReader reader, out int bytes)
    {
        var json = reader.GetFieldValue<byte[]>(5);
        bytes = json.Length;
        var @event = build(JsonSerializer.Deserialize(json, ShapeOf(reader.GetString(4)))!);
        @event.Sequence = reader.GetInt64(0);
        @event.Id = reader.GetGuid(1);
        @event.StreamId = reader.GetGuid(2);
        @event.Version = reader.GetInt64(3);
        @event.Timestamp = reader.GetFieldValue<DateTimeOffset>(6);
        @event.UserName = reader.IsDBNull(7) ? null : reader.GetString(7);
        @event.CorrelationId = reader.IsDBNull(8) ? null : reader.GetString(8);
        @event.CausationId = reader.IsDBNull(9) ? null : reader.GetString(9);
        if (!reader.IsDBNull(10))
        {
            SetHeaders(@event, reader.GetFieldValue<byte[]>(10));
        }

        return @event;
    }

    private static void SetHeaders(IEvent @event, byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            @event.SetHeader(name, reader.TokenType switch
            {
                JsonTokenType.String => reader.GetString()!,
                JsonTokenType.Number when reader.TryGetInt64(out var number) => number,
                _ => JsonElement.ParseValue(ref reader),
            });
        }
    }
}
