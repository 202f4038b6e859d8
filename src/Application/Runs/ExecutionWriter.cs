using System.Buffers;
using System.Text.Json;
using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using JasperFx.Events;
using Marten;
using Marten.Services;
using Npgsql;

namespace Jarvis.Application.Runs;

/// <summary>What is to be appended to one <c>Execution</c> stream, whose row is locked where it exists.</summary>
/// <param name="Version">Its version now; 0 for a new stream.</param>
/// <param name="Events">In order; contents sealed.</param>
public sealed record ExecutionAppend(Guid RunId, Guid OwnerId, Guid DeviceId, long Version, IReadOnlyList<RunnerEvent> Events)
{
    public Guid StreamId => StreamIds.Execution(RunId);

    /// <summary>Where the run begins with this append: the first events of its <c>Run</c> stream, which come before. Else none.</summary>
    public IReadOnlyList<object> Beginning { get; init; } = [];

    /// <summary>Whose the run is from now on, where it begins with this append; else null.</summary>
    public RunGrant? Grant { get; init; }

    /// <summary>Its conversation, where it begins with this append and has not ended with it; else null.</summary>
    public RunDispatch? Dispatch { get; init; }

    /// <summary>What the run takes note of with this append: further events of its <c>Run</c> stream, which come behind. Else none.</summary>
    public IReadOnlyList<object> Notes { get; init; } = [];

    /// <summary>The <c>Run</c> stream behind this append, where it is known; else null.</summary>
    public NotedRun? Noted { get; init; }

    /// <summary>Whether the run's conversation ends with this append.</summary>
    public bool Ends => Notes.Count > 0 && Noted is { Run.HasEnded: true };
}

/// <summary>
/// Puts accepted events into a transaction. The one seam of the hot path: whatever stands behind it, rows, metadata, daemon,
/// rebuild and archiving are the same.
/// </summary>
public interface IExecutionWriter
{
    /// <returns>What of it is kept in <see cref="RecentEvents"/> once it is committed; none where the session tells of it itself.</returns>
    Task<IReadOnlyList<IEvent>> Append(ExecutionTransaction transaction, IReadOnlyList<ExecutionAppend> appends, CancellationToken cancellation);
}

/// <summary>One commit of the hot path: a plain transaction, which a session of the store joins only where it has something to add.</summary>
public sealed class ExecutionTransaction : IAsyncDisposable
{
    private readonly IDocumentStore store;
    private readonly NpgsqlTransaction transaction;
    private IDocumentSession? session;
    private List<NpgsqlBatchCommand> checks = [];
    private bool isCommitted;

    private ExecutionTransaction(IDocumentStore store, NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        this.store = store;
        this.transaction = transaction;
        Connection = connection;
    }

    public NpgsqlConnection Connection { get; }

    /// <summary>The store's session on this transaction, opened when first asked for.</summary>
    public IDocumentSession Session => session ??= store.LightweightSession(SessionOptions.ForTransaction(transaction, shouldAutoCommit: true));

    public static async Task<ExecutionTransaction> Begin(IDocumentStore store, NpgsqlDataSource database, CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        try
        {
            return new ExecutionTransaction(store, connection, await connection.BeginTransactionAsync(cancellation));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads within this transaction, without a session having anything to add.</summary>
    public IQuerySession Reading() => store.QuerySession(SessionOptions.ForTransaction(transaction));

    /// <summary>Statements that fail where this transaction must not be committed; they go before whatever is done next.</summary>
    public void Check(params IEnumerable<NpgsqlBatchCommand?> first) => checks.AddRange(first.OfType<NpgsqlBatchCommand>());

    /// <summary>
    /// Runs the last statements of this transaction, and commits in the same round trip where no session has anything to add: a statement
    /// that must not be committed has to fail. The answers are read to their end, the first of them by <paramref name="read"/>.
    /// </summary>
    public async Task Finish(NpgsqlBatch batch, Func<NpgsqlDataReader, Task> read, CancellationToken cancellation)
    {
        var commits = session is null;
        var skipped = checks.Count;
        for (var i = 0; i < skipped; i++)
        {
            batch.BatchCommands.Insert(i, checks[i]);
        }

        checks = [];

        if (commits)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        for (; skipped > 0; skipped--)
        {
            await reader.ReadAsync(cancellation);
            await reader.NextResultAsync(cancellation);
        }

        await read(reader);
        // What a later command of the batch has to say is heard, too.
        while (await reader.NextResultAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
        }

        isCommitted = commits;
    }

    /// <summary>Whoever commits tells of it.</summary>
    public async Task Commit(CancellationToken cancellation)
    {
        if (isCommitted)
        {
            return;
        }

        if (checks.Count > 0)
        {
            await using var batch = new NpgsqlBatch(Connection);
            checks.ForEach(batch.BatchCommands.Add);
            await batch.ExecuteNonQueryAsync(cancellation);
            checks = [];
        }

        if (session is null)
        {
            await transaction.CommitAsync(cancellation);
            return;
        }

        // A session commits only when it has something to do itself.
        session.QueueSqlCommand("select 1");
        await session.SaveChangesAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (session is not null)
        {
            await session.DisposeAsync();
        }

        await transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }
}

/// <summary>Metadata of <c>Execution</c> events: ids and hashes only.</summary>
public static class ExecutionHeaders
{
    public const string Hash = "hash";
    public const string Epoch = "epoch";
    public const string Device = "device";

    /// <summary>Whose stream it is, from its first event on.</summary>
    public const string Owner = "owner";

    /// <summary>Which blobs its content names, for events that name any (<see cref="BlobNames"/>).</summary>
    public const string Blobs = "blobs";

    /// <summary>An accepted event with all its metadata but its place.</summary>
    internal static IEvent Wrap(IDocumentSession session, ExecutionAppend append, RunnerEvent accepted)
    {
        var @event = session.Events.BuildEvent(accepted.Data);
        @event.Id = Guid.CreateVersion7();
        @event.UserName = append.OwnerId.ToString();
        @event.CausationId = append.DeviceId.ToString();
        @event.CorrelationId = append.RunId.ToString();
        Set(@event, append, accepted);
        return @event;
    }

    internal static void Set(IEvent @event, ExecutionAppend append, RunnerEvent accepted)
    {
        @event.SetHeader(Hash, accepted.Hash);
        @event.SetHeader(Epoch, accepted.Epoch);
        @event.SetHeader(Device, append.DeviceId.ToString());
        @event.SetHeader(Owner, append.OwnerId.ToString());
        if (accepted.Blobs.Count > 0)
        {
            @event.SetHeader(Blobs, BlobNames.Write(accepted.Blobs));
        }
    }

    /// <summary>The same headers as they are stored.</summary>
    internal static byte[] Stored(ArrayBufferWriter<byte> buffer, ExecutionAppend append, RunnerEvent accepted)
    {
        buffer.ResetWrittenCount();
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteString(Hash, accepted.Hash);
        writer.WriteNumber(Epoch, accepted.Epoch);
        writer.WriteString(Device, append.DeviceId);
        writer.WriteString(Owner, append.OwnerId);
        if (accepted.Blobs.Count > 0)
        {
            writer.WriteString(Blobs, BlobNames.Write(accepted.Blobs));
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}

/// <summary>The store's own append.</summary>
public sealed class MartenExecutionWriter : IExecutionWriter
{
    public Task<IReadOnlyList<IEvent>> Append(ExecutionTransaction transaction, IReadOnlyList<ExecutionAppend> appends, CancellationToken cancellation)
    {
        var session = transaction.Session;
        foreach (var append in appends)
        {
            if (append.Beginning.Count > 0)
            {
                session.Events.StartStream<Run>(append.RunId, append.Beginning);
            }

            if (append.Grant is { } grant)
            {
                session.Insert(grant);
            }

            if (append.Dispatch is { } dispatch)
            {
                session.Insert(dispatch);
            }

            var events = append.Events.Select(@event => (object)ExecutionHeaders.Wrap(session, append, @event)).ToArray();
            if (append.Version == 0)
            {
                session.Events.StartStream<Execution>(append.StreamId, events);
            }
            else
            {
                session.Events.Append(append.StreamId, append.Version + events.Length, events);
            }

            if (append.Notes.Count > 0)
            {
                session.Events.Append(append.RunId, append.Noted!.Version, append.Notes);
            }
        }

        RunEnds.Of(appends)?.End(session);

        return Task.FromResult<IReadOnlyList<IEvent>>([]);
    }
}
