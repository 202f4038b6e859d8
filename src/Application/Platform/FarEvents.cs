using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Jarvis.Domain.Platform;
using JasperFx.Events;
using Npgsql;
using NpgsqlTypes;

namespace Jarvis.Application.Platform;

/// <summary>
/// A long stretch of history in its order, read on while what came before is folded. Of each event only what a view uses: its place, its time, who did it, what it
/// says but for its content, and the blobs that its content names. At most a handful of pages wait, however slow the reader is.
/// </summary>
/// <param name="build">Wraps a typed event as the store does.</param>
/// <param name="types">The types to read.</param>
/// <param name="pageEvents">Events of a page at most.</param>
public sealed class FarEvents(NpgsqlDataSource database, Func<object, IEvent> build, IEnumerable<Type> types, int pageEvents = FarEvents.UsualPage)
{
    /// <summary>Events that are handed on together.</summary>
    public const int UsualPage = 500;

    private const int PagesAhead = 4;

    /// <summary>Positions of one statement: a snapshot that is held for long keeps the database from clearing up.</summary>
    private const long StatementPositions = 100_000;

    private const string BlobsHeader = Runs.ExecutionHeaders.Blobs;

    private static readonly FrozenDictionary<string, JsonTypeInfo> Shapes =
        EventNames.All.ToFrozenDictionary(pair => pair.Value, pair => EventJson.Outline.GetTypeInfo(pair.Key), StringComparer.Ordinal);

    private readonly string[] names = [.. types.Where(EventNames.All.ContainsKey).Select(type => EventNames.All[type])];

    /// <summary>The events after a position, and with each page the position up to which these are all there are; the last one's is <paramref name="upTo"/>.</summary>
    /// <param name="upTo">The last position to look at; what stands before it is committed.</param>
    public async IAsyncEnumerable<(IReadOnlyList<IEvent> Events, long Ceiling)> Between(long after, long upTo, [EnumeratorCancellation] CancellationToken cancel)
    {
        var pages = Channel.CreateBounded<(IReadOnlyList<IEvent>, long)>(new BoundedChannelOptions(PagesAhead) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reading = Task.Run(() => Read(after, upTo, pages.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var page in pages.Reader.ReadAllAsync(cancel))
            {
                yield return page;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    private async Task Read(long after, long upTo, ChannelWriter<(IReadOnlyList<IEvent>, long)> pages, CancellationToken cancel)
    {
        try
        {
            for (var floor = after; floor < upTo;)
            {
                var ceiling = Math.Min(upTo, floor + StatementPositions);
                await ReadStretch(floor, ceiling, pages, cancel);
                floor = ceiling;
            }

            pages.Complete();
        }
        catch (Exception e)
        {
            // Told to whoever reads the pages.
            pages.Complete(e);
        }
    }

    private async Task ReadStretch(long floor, long ceiling, ChannelWriter<(IReadOnlyList<IEvent>, long)> pages, CancellationToken cancel)
    {
        await using var command = database.CreateCommand(
            $"""
            select seq_id, stream_id, version, type, data, timestamp, user_name, headers ->> '{BlobsHeader}' from {EventStoreSetup.Schema}.mt_events
            where seq_id > $1 and seq_id <= $2 and not is_archived and type = any($3) order by seq_id limit {StatementPositions}
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = floor });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = ceiling });
        command.Parameters.Add(new NpgsqlParameter { Value = names, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar });
        var events = new List<IEvent>(pageEvents);
        await using (var reader = await command.ExecuteReaderAsync(cancel))
        {
            while (await reader.ReadAsync(cancel))
            {
                events.Add(Read(reader));
                if (events.Count == pageEvents)
                {
                    await pages.WriteAsync((events, events[^1].Sequence), cancel);
                    events = new List<IEvent>(pageEvents);
                }
            }
        }

        await pages.WriteAsync((events, ceiling), cancel);
    }

    private IEvent Read(NpgsqlDataReader reader)
    {
        var type = reader.GetString(3);
        var shape = Shapes.GetValueOrDefault(type) ?? throw new InvalidOperationException($"The event type {type} is not known here.");
        var @event = build(JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(4), shape)!);
        @event.Sequence = reader.GetInt64(0);
        @event.StreamId = reader.GetGuid(1);
        @event.Version = reader.GetInt64(2);
        @event.Timestamp = reader.GetFieldValue<DateTimeOffset>(5);
        @event.UserName = reader.IsDBNull(6) ? null : reader.GetString(6);
        if (!reader.IsDBNull(7))
        {
            @event.SetHeader(BlobsHeader, reader.GetString(7));
        }

        return @event;
    }
}
