using Jarvis.Api.Accounts;
using Jarvis.Api.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;

namespace Jarvis.Api.Runs;

/// <summary>What single runs are asked for beyond their row, for many of them at once.</summary>
public sealed class RunDetails(ViewReader views, RecordedEvents recorded)
{
    public Task<List<RunProgressRow>> Progress(Caller caller, IReadOnlyList<Guid> runs, CancellationToken cancel) =>
        views.Rows<RunProgressRow>(
            caller, $"select {RowMapper<RunProgressRow>.Columns} from {ViewTables.Schema}.run_progress where run_id = any($1)", [runs.ToArray()], cancel);

    /// <summary>What was decided about each run, content clear where the caller owns it and absent elsewhere.</summary>
    public async Task<Dictionary<Guid, RunHistory>> Histories(Caller caller, Guid[] runs, long? position, CancellationToken cancel)
    {
        var histories = new Dictionary<Guid, RunHistory>();
        foreach (var stream in (await recorded.OfStreams(runs, position, cancel)).GroupBy(e => e.Stream))
        {
            var events = stream.ToList();
            var owned = events.Select(e => e.Data).OfType<RunRequested>().FirstOrDefault()?.OwnerId == caller.AccountId;
            histories[stream.Key] = new RunHistory(owned
                ? await recorded.Unseal(events, cancel)
                : [.. events.Select(e => e with { Data = Contents.Map(e.Data, _ => null!) })]);
        }

        foreach (var run in runs)
        {
            histories.TryAdd(run, new RunHistory([]));
        }

        return histories;
    }

    /// <summary>One event of what the PC did, its content clear.</summary>
    public async Task<RecordedEvent?> Event(Guid runId, long sequence, CancellationToken cancel) =>
        (await recorded.Unseal(await recorded.At([StreamIds.Execution(runId)], [sequence], cancel), cancel)).FirstOrDefault();
}
