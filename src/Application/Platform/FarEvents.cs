using System.Collections.Frozen;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Jarvis.Domain.Platform;
using JasperFx.Events;
using Npgsql;
using NpgsqlTypes;

namespace Jarvis.Application.Platform;

/// <summary>Events that are handed on together.</summary>
/// <param name="Ceiling">The position up to which these are all there are.</param>
/// <param name="Bytes">Bytes of their stored JSON, with its content.</param>
public readonly record struct FarPage(IReadOnlyList<IEvent> Events, long Ceiling, long Bytes);

/// <summary>
/// A long stretch of history in its order, read on while what came before is folded. Of each event only what a view uses: its place, its time, who did it, what it
/// says but for its content, and the blobs that its content names. At most a handful of pages wait, however slow the reader is.
/// </summary>
/// <param name="build">Wraps a typed event as the store does.</param>
/// <param name="types">The types to read.</param>
/// <param name="pageEvents">Events of a page at most.</param>
/// <param name="pageBytes">Bytes of stored JSON from which on a page is full; the event that reaches them is its last.</param>
public sealed class FarEvents(
    NpgsqlDataSource database, Func<object, IEvent> build, IEnumerable<Type> types, int pageEvents = FarEvents.UsualPage, long pageBytes = FarEvents.UsualPageBytes)
{
    /// <summary>Events that are handed on together.</summary>
    public const int UsualPage = 500;

    /// <summary>Bytes of stored JSON that are handed on together, about.</summary>
    public const long UsualPageBytes = 4 * 1024 * 1024;

    private const int PagesAhead = 4;

    /// <summary>Positions of one statement at most.</summary>
    private const long MostPositions = 100_000;

    private const long FewestPositions = 1_000;

    /// <summary>
    /// How long a statement may take, with whoever folds what it gives: while it is open the database cannot clear up, and the daemon waits at a missing position for
    /// every transaction that was open when it came to it. One that took longer is followed by one over fewer positions.
    /// </summary>
    private static readonly TimeSpan Statement = TimeSpan.FromMilliseconds(500);

    private const string BlobsHeader = Runs.ExecutionHeaders.Blobs;

    private static readonly FrozenDictionary<string, JsonTypeInfo> Shapes =
        EventNames.All.ToFrozenDictionary(pair => pair.Value, pair => EventJson.Outline.GetTypeInfo(pair.Key), StringComparer.Ordinal);

    private readonly string[] names = [.. types.Where(EventNames.All.ContainsKey).Select(type => EventNames.All[type])];

    private long positions = MostPositions / 5;

    /// <summary>The events after a position; the last page's ceiling is <paramref name="upTo"/>.</summary>
    /// <param name="upTo">The last position to look at; what stands before it is committed.</param>
    public async IAsyncEnumerable<FarPage> Between(long after, long upTo, [EnumeratorCancellation] CancellationToken cancel)
    {
        var pages = Channel.CreateBounded<FarPage>(new BoundedChannelOptions(PagesAhead) { SingleReader = true, SingleWriter = true });
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

    /// <summary>Positions of the next statement, where one over so many took so long.</summary>
    public static long Span(long positions, TimeSpan took) =>
        took > Statement ? Math.Max(FewestPositions, positions / 2) : took < Statement / 4 ? Math.Min(MostPositions, 2 * positions) : positions;

    private async Task Read(long after, long upTo, ChannelWriter<FarPage> pages, CancellationToken cancel)
    {
        try
        {
            for (var floor = after; floor < upTo;)
            {
                var ceiling = Math.Min(upTo, floor + positions);
                var began = Stopwatch.GetTimestamp();
                await ReadStretch(floor, ceiling, pages, cancel);
                positions = Span(positions, Stopwatch.GetElapsedTime(began));
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

    private async Task ReadStretch(long floor, long ceiling, ChannelWriter<FarPage> pages, CancellationToken cancel)
    {
        await using var command = database.CreateCommand(
            $"""
            select seq_id, stream_id, version, type, data, timestamp, user_name, headers ->> '{BlobsHeader}' from {EventStoreSetup.Schema}.mt_events
            where seq_id > $1 and seq_id <= $2 and not is_archived and type = any($3) order by seq_id limit {MostPositions}
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = floor });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = ceiling });
        command.Parameters.Add(new NpgsqlParameter { Value = names, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar });
        var events = new List<IEvent>(pageEvents);
        var bytes = 0L;
        await using (var reader = await command.ExecuteReaderAsync(cancel))
        {
            while (await reader.ReadAsync(cancel))
            {
                events.Add(Read(reader, out var length));
                bytes += length;
                if (events.Count == pageEvents || bytes >= pageBytes)
                {
                    await pages.WriteAsync(new FarPage(events, events[^1].Sequence, bytes), cancel);
                    (events, bytes) = (new List<IEvent>(pageEvents), 0);
                }
            }
        }

        await pages.WriteAsync(new FarPage(events, ceiling, bytes), cancel);
    }

    private IEvent Read(NpgsqlDataReader reader, out int bytes)
    {
        var type = reader.GetString(3);
        var shape = Shapes.GetValueOrDefault(type) ?? throw new InvalidOperationException($"The event type {type} is not known here.");
        var json = reader.GetFieldValue<byte[]>(4);
        bytes = json.Length;
        var @event = build(JsonSerializer.Deserialize(json, shape)!);
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
