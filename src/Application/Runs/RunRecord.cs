using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;
using Marten;

namespace Jarvis.Application.Runs;

/// <summary>What a run recorded, with what it inherited of the runs that it continues, as far as the server was told.</summary>
public static class RunRecord
{
    /// <summary>Events of a run and its ancestors that are folded for one question.</summary>
    public const int MaxEvents = 20_000;

    /// <summary>Runs that continue one another.</summary>
    private const int MaxAncestors = 100;

    /// <summary>Null where there is more of it than is folded for one question.</summary>
    public static async Task<RecordedExecution?> Of(IQuerySession session, Vault vault, Guid runId, Run run, CancellationToken cancellation)
    {
        var chain = new Stack<(Guid Id, RunContinuation? Continues)>([(runId, run.Requested.Continues)]);
        while (chain.Peek().Continues is { From: RetryStart.FailedTask, ParentRunId: var parentId })
        {
            if (chain.Count == MaxAncestors || await session.Events.AggregateStreamAsync<Run>(parentId, token: cancellation) is not { } parent)
            {
                return null;
            }

            chain.Push((parentId, parent.Requested.Continues));
        }

        RecordedExecution? inherited = null;
        var left = MaxEvents;
        while (true)
        {
            var (id, _) = chain.Pop();
            var stream = StreamIds.Execution(id);
            if (await session.Events.FetchStreamStateAsync(stream, cancellation) is { } state && (left -= (int)Math.Min(state.Version, MaxEvents + 1)) < 0)
            {
                return null;
            }

            var events = (await session.Events.FetchStreamAsync(stream, token: cancellation)).Select(e => e.Data).ToList();
            var recorded = RecordedExecution.From((await vault.UnsealEvents(events, cancellation)).Select(e => new JournalEntry((IExecutionEvent)e, null)), inherited);
            if (chain.Count == 0)
            {
                return recorded;
            }

            var next = chain.Peek().Continues!;
            inherited = recorded.ForContinuation(next.Instance, correctedInput: await Clear(vault, next.TaskInput, cancellation));
        }
    }

    /// <summary>Steps a definition through the record up to the task that failed.</summary>
    /// <param name="instance">The failed task as the run's error names it.</param>
    /// <returns>How it went and the instance at which a continuing run goes on; null where there is too much to step through.</returns>
    public static async Task<(ReplayOutcome Outcome, string At)?> StepThrough(
        IQuerySession session, Vault vault, Guid runId, Run run, string instance, Definition definition, CancellationToken cancellation)
    {
        if (await Of(session, vault, runId, run, cancellation) is not { } recorded)
        {
            return null;
        }

        var facts = new RunFacts(
            runId, await Clear(vault, run.Requested.Input, cancellation) ?? JsonObject.Empty, new RuntimeDescriptor("jarvis", "0", JsonObject.Empty),
            new Dictionary<string, Json>(), recorded.State.StartedAt ?? run.Requested.RequestedAt);
        var at = recorded.FailedInstance ?? instance;
        return (Rehearsal.Of(definition, facts, recorded.ForContinuation(instance), at), at);
    }

    private static async Task<Json?> Clear(Vault vault, Content? content, CancellationToken cancellation) =>
        content is null ? null : (await vault.Unseal([content], cancellation))[0].Reveal();
}
