using System.Globalization;
using System.Security.Cryptography;
using GraphQL;
using Jarvis.Api.Accounts;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;

namespace Jarvis.Api.Runs;

/// <summary>How many failed runs of one workflow a filter finds.</summary>
public sealed record RetryPreviewWorkflow(Guid? WorkflowId, string Namespace, string Name, int Count);

/// <param name="Seen">The position at which they were counted; <c>retryRuns</c> takes exactly those.</param>
public sealed record RetryPreview(Count Total, IEnumerable<RetryPreviewWorkflow> Workflows, Position Seen);

public sealed record RetryRunsInput : MutationInput
{
    /// <summary>As it was previewed; of the runs that it finds only those are retried that failed and that nobody has retried yet.</summary>
    public RunFilter? Filter { get; init; }

    public required RetryStart From { get; init; }

    /// <summary>The one that ran by default.</summary>
    public RetryRevision? Revision { get; init; }

    /// <summary>What the preview counted at the position <c>seen</c>, which is needed here.</summary>
    public required int ExpectedCount { get; init; }

    /// <summary>How many are retried by this call, 50 by default.</summary>
    public int? First { get; init; }

    /// <summary>Goes on behind an earlier call with the same command id.</summary>
    public string? After { get; init; }
}

/// <summary>What became of one run: the run that retries it, or why there is none.</summary>
public sealed record RetryResult(RunReference Run, RunReference? Retry, string? Code, string? Message);

/// <param name="Total">Of the whole selection.</param>
/// <param name="Done">Of it, up to the end of this call.</param>
/// <param name="EndCursor">Where the next call goes on; null once all are done.</param>
[Implements(typeof(IPayload))]
public sealed record RetryRunsPayload(Position Position, IEnumerable<RetryResult> Results, int Total, int Done, string? EndCursor) : IPayload;

/// <summary>Retrying many runs at once: first how many and which, then each by a command of its own.</summary>
public sealed class RunRetryQueries
{
    /// <summary>The failed runs that a filter finds and that nobody has retried yet, counted by workflow.</summary>
    public static async Task<RetryPreview> RetryPreview(IResolveFieldContext context, RunFilter? filter, AsOf? asOf, Position? atLeast)
    {
        var now = await context.Service<ReadPoints>().Settle(RunsView.Name, asOf, atLeast, context.CancellationToken);
        var point = now with { Position = now.AnswerPosition };
        return await context.Service<RunRetries>().Preview(RunRetries.Self(context), filter, point, context.CancellationToken);
    }
}

/// <inheritdoc cref="RunRetryQueries"/>
public sealed class RunRetryMutations
{
    /// <summary>
    /// Retries the failed runs that a preview counted, page by page. Each is a command whose id follows from this one's and the run, so
    /// that sending the same again retries nothing twice.
    /// </summary>
    public static async Task<RetryRunsPayload> RetryRuns(IResolveFieldContext context, RetryRunsInput input)
    {
        if (input.Seen is not { } seen)
        {
            throw new RefusalError(new Refusal("input.invalid", "Give the position that the preview was seen at.", "seen"));
        }

        var point = await context.Service<ReadPoints>().Settle(RunsView.Name, new AsOf(seen, null), null, context.CancellationToken);
        var page = PageRequest.Of(input.First, input.After, null, null, "retries");
        var retries = context.Service<RunRetries>();
        var total = (await retries.Preview(RunRetries.Self(context), input.Filter, point, context.CancellationToken)).Total;
        if (!total.IsExact || total.Value != input.ExpectedCount)
        {
            throw new RefusalError(
                total.IsExact
                    ? new Refusal("run.selection_differs", $"The filter finds {total.Value} runs at that position, not {input.ExpectedCount}. Look at the preview again.", "expectedCount")
                    : new Refusal("run.selection_too_large", $"The filter finds more than {RunList.CountLimit} runs. Narrow it.", "filter"));
        }

        return await retries.Retry(context, input, point, page, total.Value);
    }
}

/// <summary>Finds the failed runs of a selection and retries a page of them.</summary>
public sealed class RunRetries(ViewReader views, RunList runs, Commands commands)
{
    /// <summary>A person retries the runs that are theirs, an administrator too.</summary>
    public static Caller Self(IResolveFieldContext context) => context.Caller() with { Role = AccountRole.Owner };

    public async Task<RetryPreview> Preview(Caller caller, RunFilter? filter, ReadPoint point, CancellationToken cancel)
    {
        var conditions = RunList.Of(caller, Failed(filter), point);
        var rows = await views.Rows(caller,
            $"""
            select workflow_id, namespace, workflow_name, count(*) from (
                select workflow_id, namespace, workflow_name from {ViewTables.Schema}.runs where {conditions.Sql} limit {RunList.CountLimit + 1}) found
            group by 1, 2, 3 order by 4 desc, 3
            """, conditions.Parameters,
            static r => new RetryPreviewWorkflow(r.IsDBNull(0) ? null : r.GetGuid(0), r.GetString(1), r.GetString(2), (int)r.GetInt64(3)), cancel);
        var counted = rows.Sum(row => row.Count);
        return new RetryPreview(new Count(Math.Min(counted, RunList.CountLimit), counted <= RunList.CountLimit), rows, new Position(point.AnswerPosition));
    }

    public async Task<RetryRunsPayload> Retry(IResolveFieldContext context, RetryRunsInput input, ReadPoint point, PageRequest page, int total)
    {
        var caller = Self(context);
        var found = await runs.Page(caller, Failed(input.Filter), RunOrder.Oldest, page, point, context.CancellationToken);
        var more = found.Count > page.Size;
        var rows = found.Take(page.Size).Select(run => run.Row).ToList();
        var position = point.AnswerPosition;
        var results = new List<RetryResult>();
        foreach (var row in rows)
        {
            var envelope = new Envelope(IdOf(input.CommandId, row.RunId), caller.AccountId, null, caller.DeviceId, input.Reason, input.Seen?.Value);
            var answer = await commands.Execute(
                new RetryRun(row.RunId, input.From, Revision: input.Revision ?? RetryRevision.Original), envelope, context.CancellationToken);
            position = Math.Max(position, answer.Position);
            results.Add(new RetryResult(
                new RunReference(row.RunId), answer.Stream is { } retry && !answer.IsRefused ? new RunReference(retry) : null, answer.Refusal?.Code, answer.Refusal?.Message));
        }

        var left = rows.Count == 0 ? 0 : await Behind(caller, input.Filter, point, rows[^1].RequestedPosition, context.CancellationToken);
        return new RetryRunsPayload(
            new Position(position), results, total, total - left,
            more ? page.CursorOf(rows[^1].RequestedPosition.ToString(CultureInfo.InvariantCulture)) : null);
    }

    private async Task<int> Behind(Caller caller, RunFilter? filter, ReadPoint point, long place, CancellationToken cancel)
    {
        var conditions = RunList.Of(caller, Failed(filter), point).Add("requested_position > ?", place);
        return (int)(await views.Rows(
            caller, $"select count(*) from {ViewTables.Schema}.runs where {conditions.Sql}", conditions.Parameters, static r => r.GetInt64(0), cancel))[0];
    }

    private static RunFilter Failed(RunFilter? filter) => filter is { Status: { } asked } && asked.Any(status => status != RunStatus.Failed) || filter?.Retried is true
        ? throw new RefusalError(new Refusal("input.invalid", "Only runs that failed, and that nobody has retried yet, are retried together.", "filter"))
        : (filter ?? new RunFilter()) with { Status = [RunStatus.Failed], Retried = false };

    /// <summary>The same for the same command and run, and another for any other.</summary>
    private static Guid IdOf(Guid command, Guid run)
    {
        Span<byte> both = stackalloc byte[32];
        command.TryWriteBytes(both);
        run.TryWriteBytes(both[16..]);
        var hash = SHA256.HashData(both);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}
