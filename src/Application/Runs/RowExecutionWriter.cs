using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Jarvis.Application.Platform;
using Jarvis.Domain.Runs;
using JasperFx.Events;
using Marten;
using Marten.Events;
using Npgsql;
using NpgsqlTypes;

namespace Jarvis.Application.Runs;

/// <summary>
/// Writes the rows of <c>Execution</c> streams itself, and of the <c>Run</c> streams that begin or take note with them: one statement for every stream and
/// event of a commit, where the store's own append sends one for each stream (and one for each event of a new one). The rows are those that
/// <see cref="MartenExecutionWriter"/> leaves, column for column, which a test holds it to. Why, and what it costs:
/// docs/decisions/rows-of-the-hot-path.md.
/// </summary>
public sealed class RowExecutionWriter(IDocumentStore store, TimeProvider clock) : IExecutionWriter
{
    // A stream that is archived takes no event: the count of streams that came back shows it, and the statement fails, so that it can be sent
    // along with the commit. Positions are drawn in the order of the
    // events. Streams that are new to two nodes at once meet at the unique (stream, version).
    private const string InsertSql = $"""
        with streams as (
            insert into {EventStoreSetup.Schema}.mt_streams as s (id, type, version, timestamp, created, tenant_id, is_archived)
            select a.id, a.type, a.version, now(), now(), '{Tenancy}', false from unnest($1::uuid[], $2::varchar[], $3::bigint[]) as a(id, type, version) order by a.id
            on conflict (id) do update set version = excluded.version, timestamp = excluded.timestamp where not s.is_archived
            returning 1
        ), events as (
            insert into {EventStoreSetup.Schema}.mt_events
                (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, correlation_id, causation_id, headers, user_name, is_archived)
            select nextval('{EventStoreSetup.Schema}.mt_events_sequence'), e.id, e.stream_id, e.version, e.data, e.type, $12, '{Tenancy}', e.dotnet_type,
                e.correlation_id, e.causation_id, e.headers, e.user_name, false
            from unnest($4::uuid[], $5::uuid[], $6::bigint[], $7::jsonb[], $8::varchar[], $9::varchar[], $10::varchar[], $11::varchar[], $13::jsonb[], $14::varchar[])
                as e(id, stream_id, version, data, type, dotnet_type, correlation_id, causation_id, headers, user_name)
            returning seq_id
        )
        select stored.positions, 1 / (stored.streams = $15 and cardinality(stored.positions) = $16)::int
        from (select (select count(*) from streams) as streams, (select array_agg(seq_id order by seq_id) from events) as positions) as stored
        """;

    // The rows that the store keeps of two documents, as it writes them when they are new.
    private const string BeginningsSql = $"""
        with grants as (
            insert into {EventStoreSetup.Schema}.mt_doc_rungrant (id, data, mt_version, mt_dotnet_type, mt_last_modified)
            select g.id, g.data, g.version, '{GrantType}', now() from unnest($1::uuid[], $2::jsonb[], $3::uuid[]) as g(id, data, version)
        )
        insert into {EventStoreSetup.Schema}.mt_doc_rundispatch (id, data, mt_version, mt_dotnet_type, mt_last_modified, owner_id, device_id, is_waiting)
        select d.id, d.data, 1, '{DispatchType}', now(), d.owner_id, d.device_id, d.is_waiting
        from unnest($4::uuid[], $5::jsonb[], $6::uuid[], $7::uuid[], $8::boolean[]) as d(id, data, owner_id, device_id, is_waiting)
        """;

    private const string GrantType = $"{nameof(Jarvis)}.{nameof(Application)}.{nameof(Runs)}.{nameof(RunGrant)}";
    private const string DispatchType = $"{nameof(Jarvis)}.{nameof(Application)}.{nameof(Runs)}.{nameof(RunDispatch)}";

    // The statement brings the row of every stream it writes events of, or fails: looking each one up again for the foreign key is half as much
    // work as the insert itself. Only a role that may do so leaves the look-up out; for any other it stays. Said once for each connection: said for
    // each transaction it made PostgreSQL forget its plans, and planning the insert anew took longer than running it. Its plan is the same for any rows,
    // and goes by indexes from the first row on.
    private const string ConnectionSql = """
        select set_config('plan_cache_mode', 'force_generic_plan', false), set_config('enable_seqscan', 'off', false),
            set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false),
            case when has_parameter_privilege('session_replication_role', 'set') then set_config('session_replication_role', 'replica', false) end
        """;

    private const string Tenancy = "*DEFAULT*";

    private readonly EventGraph graph = (EventGraph)store.Options.Events;

    /// <summary>Makes the connections of a data source this writer's own: nothing else may be written through them, and they are not cleaned between two uses.</summary>
    public static void Own(NpgsqlDataSourceBuilder connections)
    {
        connections.ConnectionStringBuilder.NoResetOnClose = true;
        // Whose statement it is that fails by dividing by zero tells an archived stream from an assumption that no longer holds.
        connections.ConnectionStringBuilder.IncludeFailedBatchedCommand = true;
        // The request that a batch came with is traced; the text of these statements, put together anew for each commit, says nothing more.
        connections.ConfigureTracing(tracing => tracing.ConfigureCommandFilter(_ => false).ConfigureBatchFilter(_ => false));
        connections.UsePhysicalConnectionInitializer(
            connection =>
            {
                using var command = new NpgsqlCommand(ConnectionSql, connection);
                command.ExecuteNonQuery();
            },
            async connection =>
            {
                await using var command = new NpgsqlCommand(ConnectionSql, connection);
                await command.ExecuteNonQueryAsync();
            });
    }

    public async Task<IReadOnlyList<IEvent>> Append(ExecutionTransaction transaction, IReadOnlyList<ExecutionAppend> appends, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var rows = new Rows(store, graph, appends);
        await using var batch = new NpgsqlBatch(transaction.Connection) { BatchCommands = { rows.Insert(now) } };
        if (Beginnings(appends) is { } beginnings)
        {
            batch.BatchCommands.Add(beginnings);
        }

        if (RunEnds.Of(appends) is { } ends)
        {
            batch.BatchCommands.Add(ends.End());
        }

        long[] positions = [];
        try
        {
            await transaction.Finish(batch, async reader =>
            {
                await reader.ReadAsync(cancellation);
                positions = await reader.GetFieldValueAsync<long[]>(0, cancellation);
            }, cancellation);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.DivisionByZero && refused.BatchCommand?.CommandText == InsertSql)
        {
            throw new InvalidOperationException($"Not all of {rows.Streams} streams could be appended to: one of them is archived.", refused);
        }

        return rows.Written(positions, now);
    }

    /// <summary>Whose the runs are that begin, and their conversations; null where none begins.</summary>
    private NpgsqlBatchCommand? Beginnings(IReadOnlyList<ExecutionAppend> appends)
    {
        var grants = appends.Select(append => append.Grant).OfType<RunGrant>().ToList();
        if (grants.Count == 0)
        {
            return null;
        }

        var dispatches = appends.Select(append => append.Dispatch).OfType<RunDispatch>().ToList();
        var serializer = store.Options.Serializer();
        return new NpgsqlBatchCommand(BeginningsSql)
        {
            Parameters =
            {
                new() { Value = grants.Select(grant => grant.Id).ToArray() },
                new() { Value = grants.Select(serializer.ToJson).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
                new() { Value = grants.Select(_ => Guid.CreateVersion7()).ToArray() },
                new() { Value = dispatches.Select(dispatch => dispatch.Id).ToArray() },
                new() { Value = dispatches.Select(serializer.ToJson).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
                new() { Value = dispatches.Select(dispatch => dispatch.OwnerId).ToArray() },
                new() { Value = dispatches.Select(dispatch => dispatch.DeviceId).ToArray() },
                new() { Value = dispatches.Select(dispatch => dispatch.IsWaiting).ToArray() },
            },
        };
    }

    /// <summary>The columns of a commit, filled once.</summary>
    private sealed class Rows
    {
        private const int BytesPerId = 16;

        /// <summary>What the store keeps where an event has none.</summary>
        private static readonly byte[] NoHeaders = "null"u8.ToArray();

        private readonly IDocumentStore store;
        private readonly EventGraph graph;
        private readonly string runType;
        private readonly string executionType;
        private readonly ArrayBufferWriter<byte> buffer = new(512);
        private readonly byte[] random;
        private readonly Guid[] streamIds;
        private readonly string[] streamTypes;
        private readonly long[] streamVersions;
        private readonly Guid[] ids;
        private readonly Guid[] streams;
        private readonly long[] versions;
        private readonly byte[][] data;
        private readonly string[] types;
        private readonly string[] dotNetTypes;
        private readonly string?[] correlations;
        private readonly string?[] causations;
        private readonly byte[][] headers;
        private readonly string?[] users;
        private readonly IEvent[] events;
        private int stream;
        private int row;

        public Rows(IDocumentStore store, EventGraph graph, IReadOnlyList<ExecutionAppend> appends)
        {
            (this.store, this.graph) = (store, graph);
            Streams = appends.Sum(append => append.Beginning.Count > 0 || append.Notes.Count > 0 ? 2 : 1);
            Count = appends.Sum(append => append.Beginning.Count + append.Events.Count + append.Notes.Count);
            (streamIds, streamTypes, streamVersions) = (new Guid[Streams], new string[Streams], new long[Streams]);
            (ids, streams, versions, data) = (new Guid[Count], new Guid[Count], new long[Count], new byte[Count][]);
            (types, dotNetTypes) = (new string[Count], new string[Count]);
            (correlations, causations, headers, users) = (new string?[Count], new string?[Count], new byte[Count][], new string?[Count]);
            events = new IEvent[Count];
            random = RandomNumberGenerator.GetBytes(BytesPerId * Count);
            runType = graph.AggregateAliasFor(typeof(Run));
            executionType = graph.AggregateAliasFor(typeof(Execution));
            foreach (var append in appends)
            {
                if (append.Beginning.Count > 0)
                {
                    Add(append.RunId, runType, append.Beginning.Count);
                    Add(append.RunId, 0, append.Beginning);
                }

                Add(append.StreamId, executionType, append.Version + append.Events.Count);
                Add(append);
                if (append.Notes.Count > 0)
                {
                    Add(append.RunId, runType, append.Noted!.Version);
                    Add(append.RunId, append.Noted.Version - append.Notes.Count, append.Notes);
                }
            }
        }

        public int Streams { get; }

        public int Count { get; }

        public NpgsqlBatchCommand Insert(DateTimeOffset now) => new(InsertSql)
        {
            Parameters =
            {
                Array(NpgsqlDbType.Uuid, streamIds),
                Array(NpgsqlDbType.Varchar, streamTypes),
                Array(NpgsqlDbType.Bigint, streamVersions),
                Array(NpgsqlDbType.Uuid, ids),
                Array(NpgsqlDbType.Uuid, streams),
                Array(NpgsqlDbType.Bigint, versions),
                Array(NpgsqlDbType.Jsonb, data),
                Array(NpgsqlDbType.Varchar, types),
                Array(NpgsqlDbType.Varchar, dotNetTypes),
                Array(NpgsqlDbType.Varchar, correlations),
                Array(NpgsqlDbType.Varchar, causations),
                new() { Value = now, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                Array(NpgsqlDbType.Jsonb, headers),
                Array(NpgsqlDbType.Varchar, users),
                new() { Value = (long)Streams, NpgsqlDbType = NpgsqlDbType.Bigint },
                new() { Value = (long)Count, NpgsqlDbType = NpgsqlDbType.Bigint },
            },
        };

        /// <summary>The events that are worth keeping in memory, as the store gives them back.</summary>
        public List<IEvent> Written(long[] positions, DateTimeOffset now)
        {
            var kept = new List<IEvent>(Count);
            for (var i = 0; i < Count; i++)
            {
                if (!RecentEvents.Keeps(data[i].Length))
                {
                    continue;
                }

                var @event = events[i];
                (@event.Sequence, @event.Timestamp) = (positions[i], now);
                (@event.Id, @event.StreamId, @event.Version) = (ids[i], streams[i], versions[i]);
                (@event.CorrelationId, @event.CausationId, @event.UserName) = (correlations[i], causations[i], users[i]);
                @event.TenantId = Tenancy;
                kept.Add(@event);
            }

            return kept;
        }

        private void Add(Guid id, string type, long version)
        {
            (streamIds[stream], streamTypes[stream], streamVersions[stream]) = (id, type, version);
            stream++;
        }

        private void Add(Guid streamId, long version, IReadOnlyList<object> events)
        {
            foreach (var @event in events)
            {
                Place(streamId, ++version, @event, Json(@event), runType);
                headers[row++] = NoHeaders;
            }
        }

        private void Add(ExecutionAppend append)
        {
            var (streamId, version) = (append.StreamId, append.Version);
            var (correlation, causation, user) = (append.RunId.ToString(), append.DeviceId.ToString(), append.OwnerId.ToString());
            foreach (var accepted in append.Events)
            {
                Place(streamId, ++version, accepted.Data, accepted.Stored ?? Json(accepted.Data), executionType);
                ExecutionHeaders.Set(events[row], append, accepted);
                (correlations[row], causations[row], users[row]) = (correlation, causation, user);
                headers[row] = ExecutionHeaders.Stored(buffer, append, accepted);
                row++;
            }
        }

        private void Place(Guid streamId, long version, object @event, byte[] json, string streamType)
        {
            var wrapped = graph.BuildEvent(@event);
            wrapped.AggregateTypeName = streamType;
            events[row] = wrapped;
            (ids[row], streams[row], versions[row], data[row]) = (NextId(), streamId, version, json);
            (types[row], dotNetTypes[row]) = (wrapped.EventTypeName, wrapped.DotNetTypeName);
        }

        private byte[] Json(object value)
        {
            buffer.ResetWrittenCount();
            store.Options.Serializer().WriteTo(buffer, value);
            return buffer.WrittenSpan.ToArray();
        }

        /// <summary>A UUIDv7 out of the randomness that was fetched for all rows at once: a call to the system for each costs as much as its row.</summary>
        private Guid NextId()
        {
            var bytes = random.AsSpan(row * BytesPerId, BytesPerId);
            var milliseconds = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)(milliseconds >> 16));
            BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], (ushort)milliseconds);
            bytes[6] = (byte)((bytes[6] & 0x0F) | 0x70);
            bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
            return new Guid(bytes, bigEndian: true);
        }

        private static NpgsqlParameter Array(NpgsqlDbType type, object values) => new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}
