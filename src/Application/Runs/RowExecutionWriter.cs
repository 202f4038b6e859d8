using System.Buffers;
using Jarvis.Application.Platform;
using Jarvis.Domain.Runs;
using JasperFx.Events;
using Marten;
using Marten.Events;
using Npgsql;
using NpgsqlTypes;

namespace Jarvis.Application.Runs;

/// <summary>
/// Writes the rows of <c>Execution</c> streams itself: one statement for every stream and event of a commit, where the store's own
/// append sends one for each stream (and one for each event of a new one). The rows are those that
/// <see cref="MartenExecutionWriter"/> leaves, column for column, which a test holds it to. Why, and what it costs:
/// docs/decisions/rows-of-the-hot-path.md.
/// </summary>
public sealed class RowExecutionWriter(IDocumentStore store, TimeProvider clock) : IExecutionWriter
{
    // A stream that is archived, or whose row is not the one that was locked, takes no event; the count of what came back shows it.
    // Positions are drawn in the order of the events. Streams that are new to two nodes at once meet at the unique (stream, version).
    private const string Sql = $"""
        with streams as (
            insert into {EventStoreSetup.Schema}.mt_streams as s (id, type, version, timestamp, created, tenant_id, is_archived)
            select a.id, $3, a.version, now(), now(), '{Tenancy}', false from unnest($1::uuid[], $2::bigint[]) as a(id, version)
            on conflict (id) do update set version = excluded.version, timestamp = excluded.timestamp where not s.is_archived
            returning s.id
        )
        insert into {EventStoreSetup.Schema}.mt_events
            (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, correlation_id, causation_id, headers, user_name, is_archived)
        select nextval('{EventStoreSetup.Schema}.mt_events_sequence'), e.id, e.stream_id, e.version, e.data, e.type, $12, '{Tenancy}', e.dotnet_type,
            e.correlation_id, e.causation_id, e.headers, e.user_name, false
        from (
            select e.* from unnest($4::uuid[], $5::uuid[], $6::bigint[], $7::jsonb[], $8::varchar[], $9::varchar[], $10::varchar[], $11::varchar[], $13::jsonb[], $14::varchar[])
                with ordinality as e(id, stream_id, version, data, type, dotnet_type, correlation_id, causation_id, headers, user_name, place)
            join streams on streams.id = e.stream_id
            order by e.place
        ) e
        returning seq_id
        """;

    private const string Tenancy = "*DEFAULT*";

    private readonly MartenExecutionWriter ofTheStore = new();
    private readonly string streamType = ((EventGraph)store.Options.Events).AggregateAliasFor(typeof(Execution));

    public async ValueTask<IReadOnlyList<IEvent>> Append(IDocumentSession session, IReadOnlyList<ExecutionAppend> appends, CancellationToken cancellation)
    {
        // A run that begins with this commit is written by the session, behind the run's own first events: views rely on that order.
        var begun = session.PendingChanges.Streams().Select(stream => stream.Id).ToHashSet();
        await ofTheStore.Append(session, [.. appends.Where(append => begun.Contains(append.RunId))], cancellation);
        return await Insert(session, [.. appends.Where(append => !begun.Contains(append.RunId))], cancellation);
    }

    private async Task<IReadOnlyList<IEvent>> Insert(IDocumentSession session, IReadOnlyList<ExecutionAppend> appends, CancellationToken cancellation)
    {
        if (appends.Count == 0)
        {
            return [];
        }

        var now = clock.GetUtcNow();
        var rows = new List<IEvent>(appends.Sum(append => append.Events.Count));
        foreach (var append in appends)
        {
            var version = append.Version;
            foreach (var accepted in append.Events)
            {
                var row = ExecutionHeaders.Wrap(session, append, accepted);
                row.StreamId = append.StreamId;
                row.Version = ++version;
                row.Timestamp = now;
                row.TenantId = Tenancy;
                rows.Add(row);
            }
        }

        await Insert(session, appends, rows, now, cancellation);

        // Whoever waits for events is told with the commit: our own subscriptions and the daemon. It also makes the session commit.
        session.QueueSqlCommand($"notify {EventFeed.Channel}");
        session.QueueSqlCommand("notify mt_events_appended");
        return rows;
    }

    private async Task Insert(
        IDocumentSession session, IReadOnlyList<ExecutionAppend> appends, List<IEvent> rows, DateTimeOffset now, CancellationToken cancellation)
    {
        var serializer = store.Options.Serializer();
        var buffer = new ArrayBufferWriter<byte>(4096);
        byte[] Json(object? value)
        {
            buffer.ResetWrittenCount();
            serializer.WriteTo(buffer, value);
            return buffer.WrittenSpan.ToArray();
        }

        await using var command = new NpgsqlCommand(Sql)
        {
            Parameters =
            {
                Array(NpgsqlDbType.Uuid, appends.Select(append => append.StreamId).ToArray()),
                Array(NpgsqlDbType.Bigint, appends.Select(append => append.Version + append.Events.Count).ToArray()),
                new() { Value = streamType, NpgsqlDbType = NpgsqlDbType.Varchar },
                Column(NpgsqlDbType.Uuid, rows, row => row.Id),
                Column(NpgsqlDbType.Uuid, rows, row => row.StreamId),
                Column(NpgsqlDbType.Bigint, rows, row => row.Version),
                Column(NpgsqlDbType.Jsonb, rows, row => Json(row.Data)),
                Column(NpgsqlDbType.Varchar, rows, row => row.EventTypeName),
                Column(NpgsqlDbType.Varchar, rows, row => row.DotNetTypeName),
                Column(NpgsqlDbType.Varchar, rows, row => row.CorrelationId),
                Column(NpgsqlDbType.Varchar, rows, row => row.CausationId),
                new() { Value = now, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                Column(NpgsqlDbType.Jsonb, rows, row => Json(row.Headers)),
                Column(NpgsqlDbType.Varchar, rows, row => row.UserName),
            },
        };
        var written = 0;
        await using (var reader = await session.ExecuteReaderAsync(command, cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                rows[written++].Sequence = reader.GetInt64(0);
            }
        }

        if (written != rows.Count)
        {
            throw new InvalidOperationException($"Only {written} of {rows.Count} events could be appended: a stream of theirs is archived.");
        }
    }

    private static NpgsqlParameter Column<T>(NpgsqlDbType type, List<IEvent> rows, Func<IEvent, T> of) => Array(type, rows.ConvertAll(row => of(row)));

    private static NpgsqlParameter Array(NpgsqlDbType type, object values) => new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type };
}
