using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows;
using Jarvis.Domain.Workflows.Data;
using Marten;

namespace Jarvis.Application.Runs;

/// <summary>The definition that a run executes, whatever was published since.</summary>
public static class RunDefinitions
{
    /// <summary>Retries of retries that are followed back to a run that began on a PC.</summary>
    private const int MaxAncestors = 100;

    /// <summary>The source text sealed; null where it is not known here.</summary>
    public static async Task<Content?> Find(IQuerySession session, RunRequested requested, CancellationToken cancellation)
    {
        if (requested is { WorkflowId: { } workflowId, Revision: { } revision })
        {
            return (await session.Events.AggregateStreamAsync<Workflow>(workflowId, token: cancellation))?.Revision(revision)?.Source;
        }

        for (var (run, depth) = (requested, 0); run.Continues is { } continues && depth < MaxAncestors; depth++)
        {
            var first = await session.Events.FetchStreamAsync(StreamIds.Execution(continues.ParentRunId), 1, token: cancellation);
            if (first is [{ Data: ExecutionStarted { Local: { } local } }, ..])
            {
                return local.Definition;
            }

            if (await session.Events.AggregateStreamAsync<Run>(continues.ParentRunId, token: cancellation) is not { } parent)
            {
                return null;
            }

            run = parent.Requested;
        }

        return null;
    }

    /// <summary>As text; null where it was erased.</summary>
    public static async Task<string?> Text(Vault vault, Content source, CancellationToken cancellation) =>
        (await vault.Unseal([source], cancellation))[0].Reveal() is JsonString text ? text.Value : null;
}
