using GraphQL;
using GraphQL.DataLoader;
using Jarvis.Api.Devices;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Api.Workflows;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Projections.Runs;

namespace Jarvis.Api.Runs;

/// <summary>How far a run is; percent is 100 once it completed.</summary>
public sealed record RunProgress(int Percent, IEnumerable<string> Current, DateTimeOffset? At);

/// <summary>Why a pending run waits, and its place among the owner's pending ones, from 1.</summary>
/// <param name="Limit">Where it waits for a limit of its device or workflow: how many runs that allows at once.</param>
/// <param name="Functions">Where it waits for a device that can do more: what is lacking.</param>
/// <param name="Message">Why it waits, as a sentence; null while nobody has looked.</param>
public sealed record RunQueue(int? Place, string? WaitsFor, Guid? DeviceId, int? Limit, IEnumerable<string> Functions, string? Message);

/// <summary>The DSL's error of a failed run or task (RFC 9457).</summary>
public sealed record RunError(string Type, int Status, string? Title, string? Detail, string? Instance)
{
    internal static RunError? Of(FaultError? error) => error is null ? null : new(
        error.Type, error.Status, Revealed.Member(error.Text, "title"), Revealed.Member(error.Text, "detail"), error.Instance);
}

/// <summary>Another run, by its id.</summary>
public sealed record RunReference(Guid Id);

/// <summary>An account, by its id.</summary>
public sealed record AccountReference(Guid Id)
{
    /// <summary>Its address: the caller's own in full, masked for administrators, null for anybody else.</summary>
    public IDataLoaderResult<string?> Email(IResolveFieldContext context) => Accounts.AccountList.Email(context, Id);
}

/// <summary>A run, of one moment.</summary>
[Name("Run")]
public sealed class RunNode(RunRow row, ReadPoint point)
{
    [Ignore]
    public RunRow Row => row;

    public Guid Id => row.RunId;

    /// <summary>The position of its last change.</summary>
    public Position Position => new(row.FromPosition);

    /// <summary>Follow the list of runs from this change on.</summary>
    public Cursor Cursor => RunChangeCursor.Of(row.FromPosition);

    public RunStatus Status => row.Status;

    public string Namespace => row.Namespace;

    public string WorkflowName => row.WorkflowName;

    public int? Revision => row.Revision;

    public string DefinitionHash => row.DefinitionHash;

    public RunTrigger Trigger => row.Trigger;

    /// <summary>Which of the waiting runs goes first; of equals the one requested first.</summary>
    public RunPriority Priority => row.Priority;

    public AccountReference RequestedBy => new(row.RequestedBy);

    public AccountReference Owner => new(row.OwnerId);

    public DateTimeOffset RequestedAt => row.RequestedAt;

    /// <summary>By the PC's clock.</summary>
    public DateTimeOffset? StartedAt => row.StartedAt;

    public DateTimeOffset? EndedAt => row.EndedAt;

    /// <summary>When it began, corrected by what the PC's clock was off; until then when it was requested.</summary>
    public DateTimeOffset OccurredAt => row.OccurredAt;

    /// <summary>The PC's clock minus the server's.</summary>
    public double ClockOffsetSeconds => row.ClockOffsetMs / 1000.0;

    public double? DurationSeconds => row is { StartedAt: { } from, EndedAt: { } to } ? Math.Max(0, (to - from).TotalSeconds) : null;

    public RunReference? Parent => row.ParentRunId is { } id ? new RunReference(id) : null;

    public RetryStart? RetryFrom => row.RetryFrom;

    public string? ErrorType => row.ErrorType;

    /// <summary>Why it needs a person; null where it does not, or somebody has looked at it or retried it.</summary>
    public IDataLoaderResult<RunAttention?> Attention(IResolveFieldContext context) =>
        row.Attention is null ? LoaderResult.Of<RunAttention?>(null) : RetryRows(context).Then(found => found?.Count > 0 ? null : row.Attention);

    public IDataLoaderResult<WorkflowNode?> Workflow(IResolveFieldContext context) =>
        row.WorkflowId is { } id ? WorkflowList.Load(context, id, point) : LoaderResult.Of<WorkflowNode?>(null);

    public IDataLoaderResult<DeviceNode?> Device(IResolveFieldContext context) =>
        row.DeviceId is { } id ? DeviceList.Load(context, id, point) : LoaderResult.Of<DeviceNode?>(null);

    public IDataLoaderResult<DeviceNode?> AskedDevice(IResolveFieldContext context) =>
        row.AskedDeviceId is { } id ? DeviceList.Load(context, id, point) : LoaderResult.Of<DeviceNode?>(null);

    public IDataLoaderResult<RunProgress?> Progress(IResolveFieldContext context) =>
        context.Load<Guid, RunProgressRow>("progress", row.RunId, async (ids, cancel) =>
            (await context.Service<RunDetails>().Progress(context.Caller(), ids, cancel)).ToDictionary(r => r.RunId))
        .Then(found => row.Status == RunStatus.Completed ? new RunProgress(100, [], row.EndedAt)
            : found is null || found.Position > (point.Position ?? long.MaxValue) ? null
            : new RunProgress(found.Percent, row.EndedAt is null ? found.Current : [], found.At));

    public IDataLoaderResult<RunQueue?> Queue(IResolveFieldContext context)
    {
        if (row.Status != RunStatus.Pending)
        {
            return LoaderResult.Of<RunQueue?>(null);
        }

        var waits = row.WaitsFor is { } reason ? UpperSnake(reason.ToString()) : null;
        var message = row.WaitsFor is { } why ? WaitSentences.Of(why, row.WaitsForLimit, row.WaitsForFunctions) : null;
        return point.Position is not null
            ? LoaderResult.Of<RunQueue?>(new RunQueue(null, waits, row.WaitsForDeviceId, row.WaitsForLimit, row.WaitsForFunctions ?? [], message))
            : context.Load<Guid, int>("places", row.RunId, async (ids, cancel) =>
                await context.Service<RunList>().PlacesInQueue(context.Caller(), ids, cancel))
            .Then(place => (RunQueue?)new RunQueue(place == 0 ? null : place, waits, row.WaitsForDeviceId, row.WaitsForLimit, row.WaitsForFunctions ?? [], message));
    }

    public IDataLoaderResult<IEnumerable<RunControlNode>> Controls(IResolveFieldContext context) => History(context).Then(h => h!.Controls);

    public IDataLoaderResult<IEnumerable<RunStatusChange>> StatusHistory(IResolveFieldContext context) => History(context).Then(h => h!.Statuses);

    public IDataLoaderResult<Json?> Input(IResolveFieldContext context) => History(context).Then(h => Revealed.Value(h!.Requested?.Input));

    public IDataLoaderResult<string?> Reason(IResolveFieldContext context) => History(context).Then(h => Revealed.Text(h!.Requested?.Reason));

    public IDataLoaderResult<RunError?> Error(IResolveFieldContext context) => History(context).Then(h => RunError.Of(h!.Error));

    public async Task<Json?> Output(IResolveFieldContext context)
    {
        if (row.Status != RunStatus.Completed || !MayRead(context) || await History(context).GetResultAsync(context.CancellationToken) is not { CompletedSequence: { } sequence })
        {
            return null;
        }

        var result = await context.Service<RunDetails>().Event(row.RunId, sequence, context.CancellationToken);
        return Revealed.Value((result?.Data as ExecutionCompleted)?.Output);
    }

    /// <summary>Runs that repeat or continue this one.</summary>
    public IDataLoaderResult<IEnumerable<RunNode>> Retries(IResolveFieldContext context) =>
        RetryRows(context).Then(found => (found ?? []).Select(retry => new RunNode(retry, point)));

    /// <summary>Node results, in the order in which the tasks were created.</summary>
    public Task<RunTaskConnection> Tasks(IResolveFieldContext context, int? first, string? after, int? last, string? before) =>
        context.Service<RunTaskList>().Page(context, row, point, PageRequest.Of(first, after, last, before, "tasks"));

    /// <summary>Pictures of the screen or of a page, in the order in which they were taken; its owner's alone.</summary>
    public IDataLoaderResult<IEnumerable<BlobNode>> Screenshots(IResolveFieldContext context) =>
        !MayRead(context)
            ? LoaderResult.Of<IEnumerable<BlobNode>>([])
            : context.Load<Guid, List<BlobNode>>("screenshots", row.RunId, async (ids, cancel) =>
                await context.Service<RunBlobs>().Screenshots(context.Caller(), ids, point, cancel))
            .Then(found => (IEnumerable<BlobNode>)(found ?? []));

    /// <summary>Log lines in order. Search and level look at this run only; texts are unsealed as they are searched.</summary>
    public Task<RunLogConnection> Log(
        IResolveFieldContext context, int? first, string? after, int? last, string? before, string? search, LogSeverity? level, string? task) =>
        context.Service<RunLog>().Page(context, row, point, PageRequest.Of(first, after, last, before), search, level, task);

    /// <summary>The variables as they stood after a sequence of the runner or after a task instance; at the end without either.</summary>
    public Task<RunVariables?> Variables(IResolveFieldContext context, int? afterSequence, string? afterTask) =>
        context.Service<RunVariableHistory>().After(context, row, point, afterSequence, afterTask);

    /// <summary>Every event of both streams, in the order in which they were recorded.</summary>
    public async Task<RunEventConnection> Timeline(IResolveFieldContext context, int? first, Cursor? after)
    {
        var page = PageRequest.Of(first, null, null, null);
        var place = RunCursor.From(after);
        var timeline = context.Service<RunTimeline>();
        var events = await timeline.After(row.RunId, place, point.Position, page.Size + 1, context.CancellationToken);
        var more = events.Count > page.Size;
        var clear = await timeline.Clear(events.GetRange(0, Math.Min(page.Size, events.Count)), MayRead(context), context.CancellationToken);
        var edges = new List<RunEventEdge>();
        foreach (var e in clear)
        {
            place = place.Past(RunEventNode.IsExecution(e), e.Version);
            edges.Add(new RunEventEdge(RunEventNode.Of(row.RunId, e, place, MayRead(context)), place.ToCursor().Value));
        }

        return new RunEventConnection(
            edges, new PageInfo(more, after is not null, edges.Count == 0 ? null : edges[0].Cursor, edges.Count == 0 ? null : edges[^1].Cursor),
            new Position(point.AnswerPosition));
    }

    [Ignore]
    public bool MayRead(IResolveFieldContext context) => context.Caller().AccountId == row.OwnerId;

    private IDataLoaderResult<List<RunRow>?> RetryRows(IResolveFieldContext context) =>
        context.Load<Guid, List<RunRow>>("retries", row.RunId, async (ids, cancel) =>
            (await context.Service<RunList>().RetriesOf(context.Caller(), ids, point, cancel)).GroupBy(r => r.ParentRunId!.Value).ToDictionary(g => g.Key, g => g.ToList()));

    private IDataLoaderResult<RunHistory?> History(IResolveFieldContext context) =>
        context.Load<(Guid Run, long? Position), RunHistory>("history", (row.RunId, point.Position), async (keys, cancel) =>
        {
            var histories = new Dictionary<(Guid, long?), RunHistory>();
            foreach (var moment in keys.GroupBy(key => key.Position))
            {
                foreach (var (run, history) in await context.Service<RunDetails>().Histories(context.Caller(), [.. moment.Select(key => key.Run)], moment.Key, cancel))
                {
                    histories[(run, moment.Key)] = history;
                }
            }

            return histories;
        });

    internal static string UpperSnake(string name) => System.Text.Json.JsonNamingPolicy.SnakeCaseUpper.ConvertName(name);
}
