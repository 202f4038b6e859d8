using System.Globalization;
using GraphQL;
using GraphQL.DataLoader;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;

namespace Jarvis.Api.Runs;

/// <summary>The DSL's phases of a task instance.</summary>
public enum RunTaskStatus { Pending, Running, Waiting, Completed, Faulted, Cancelled }

/// <summary>The result of one node: a task instance and what it was called with and gave.</summary>
[Name("RunTask")]
public sealed class RunTaskNode(RunTaskRow row, RunRow run, ReadPoint point)
{
    private readonly long moment = point.Position ?? long.MaxValue;

    /// <summary>JSON Pointer of the task in the definition.</summary>
    public string Task => row.Task;

    /// <summary>Which execution of it.</summary>
    public string Instance => row.Instance;

    public string? Name => row.Name;

    /// <summary>The DSL's kind: call, do, for, fork, raise, run, set, switch, try, wait.</summary>
    public string? Kind => row.Kind;

    public RunTaskStatus Status =>
        row.EndedPosition <= moment ? Enum.Parse<RunTaskStatus>(row.EndedAs!, ignoreCase: true)
        : row.SuspendedPosition <= moment && !(row.ResumedPosition > row.SuspendedPosition && row.ResumedPosition <= moment) ? RunTaskStatus.Waiting
        : row.StartedPosition <= moment ? RunTaskStatus.Running
        : RunTaskStatus.Pending;

    public int Attempts => row.Attempts;

    public DateTimeOffset? StartedAt => row.StartedPosition <= moment ? row.StartedAt : null;

    public DateTimeOffset? EndedAt => row.EndedPosition <= moment ? row.EndedAt : null;

    public double? DurationSeconds => StartedAt is { } from && EndedAt is { } to ? Math.Max(0, (to - from).TotalSeconds) : null;

    /// <summary>Of a waiting one, when the wait ends.</summary>
    public DateTimeOffset? WaitsUntil => Status == RunTaskStatus.Waiting ? row.SuspendedUntil : null;

    /// <summary>The runner's number of the event that created it.</summary>
    public int Sequence => checked((int)row.Sequence);

    public Position Position => new(row.Position);

    /// <summary>What it was called with, evaluated; secrets are masked.</summary>
    public IDataLoaderResult<Json?> Arguments(IResolveFieldContext context) =>
        Event(context, row.StartedPosition <= moment ? row.StartedSequence : null).Then(e => Revealed.Value((e?.Data as ExecutionTaskStarted)?.Arguments));

    public IDataLoaderResult<Json?> Output(IResolveFieldContext context) =>
        End(context).Then(e => Revealed.Value((e?.Data as ExecutionTaskCompleted)?.Output));

    public IDataLoaderResult<RunError?> Error(IResolveFieldContext context) =>
        End(context).Then(e => RunError.Of((e?.Data as ExecutionTaskFaulted)?.Error));

    /// <summary>Who marked it done by hand.</summary>
    public IDataLoaderResult<AccountReference?> MarkedDoneBy(IResolveFieldContext context) =>
        End(context).Then(e => (e?.Data as ExecutionTaskCompleted)?.By is { } by ? new AccountReference(by) : null);

    /// <summary>Content that it took or gave and that stands beside the events, and what was attached to it; its owner's alone.</summary>
    public IDataLoaderResult<IEnumerable<BlobNode>> Blobs(IResolveFieldContext context) =>
        context.Caller().AccountId != run.OwnerId
            ? LoaderResult.Of<IEnumerable<BlobNode>>([])
            : context.Load<(Guid Run, string Instance), List<BlobNode>>("blobs", (run.RunId, row.Instance), async (keys, cancel) =>
                await context.Service<RunBlobs>().OfTasks(context.Caller(), keys, point, cancel))
            .Then(found => (IEnumerable<BlobNode>)(found ?? []));

    private IDataLoaderResult<RecordedEvent?> End(IResolveFieldContext context) => Event(context, row.EndedPosition <= moment ? row.EndedSequence : null);

    private IDataLoaderResult<RecordedEvent?> Event(IResolveFieldContext context, long? sequence)
    {
        if (sequence is not { } version || context.Caller().AccountId != run.OwnerId)
        {
            return LoaderResult.Of<RecordedEvent?>(null);
        }

        var recorded = context.Service<RecordedEvents>();
        return context.Load<(Guid Stream, long Version), RecordedEvent>("events", (StreamIds.Execution(run.RunId), version), async (keys, cancel) =>
        {
            var events = await recorded.At([.. keys.Select(k => k.Stream)], [.. keys.Select(k => k.Version)], cancel);
            return (await recorded.Unseal(events, cancel)).ToDictionary(e => (e.Stream, e.Version));
        });
    }
}

[Name("RunTaskEdge")]
public sealed record RunTaskEdge(RunTaskNode Node, string Cursor) : Edge<RunTaskNode>(Node, Cursor);

[Name("RunTaskConnection")]
public sealed class RunTaskConnection(IReadOnlyList<RunTaskEdge> edges, PageInfo pageInfo, Position asOf)
    : Connection<RunTaskNode, RunTaskEdge>(edges, pageInfo, asOf);

/// <summary>Pages of node results.</summary>
public sealed class RunTaskList(ViewReader views)
{
    public async Task<RunTaskConnection> Page(IResolveFieldContext context, RunRow run, ReadPoint point, PageRequest page)
    {
        var conditions = new Conditions().Add("run_id = ?", run.RunId).AddIf(point.Position is not null, "position <= ?", point.Position);
        if (page.PlaceAsNumber() is { } place)
        {
            conditions.Add(page.Backward ? "sequence < ?" : "sequence > ?", place);
        }

        var rows = await views.Rows<RunTaskRow>(context.Caller(),
            $"select {RowMapper<RunTaskRow>.Columns} from {ViewTables.Schema}.run_tasks where {conditions.Sql} "
            + $"order by sequence {(page.Backward ? "desc" : "asc")} limit {page.Size + 1}", conditions.Parameters, context.CancellationToken);
        var (edges, info) = Pages.Cut(
            page, rows, row => row.Sequence.ToString(CultureInfo.InvariantCulture), (row, cursor) => new RunTaskEdge(new RunTaskNode(row, run, point), cursor));
        return new RunTaskConnection(edges, info, new Position(point.AnswerPosition));
    }
}
