using Jarvis.Application.Workflows;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows;
using Marten;

namespace Jarvis.Application.Runs;

/// <summary>
/// Which revisions runs that began on their PC are of: where the very text that a run began with is a revision of its owner's, the run counts for that
/// workflow. A run of a file that was never published counts for none.
/// </summary>
public sealed class PublishedDefinitions
{
    public static readonly PublishedDefinitions None = new([]);

    private readonly Dictionary<string, Workflow> byName;

    private PublishedDefinitions(Dictionary<string, Workflow> byName) => this.byName = byName;

    /// <param name="begun">The first event of each run, with its owner; asked for together, since a batch may hold many.</param>
    public static async Task<PublishedDefinitions> Of(
        IQuerySession session, IReadOnlyCollection<(Guid OwnerId, ExecutionStarted Started)> begun, CancellationToken cancellation)
    {
        if (begun.Count == 0)
        {
            return None;
        }

        var names = await session.LoadManyAsync<WorkflowName>(cancellation, [.. begun.Select(run => NameOf(run.OwnerId, run.Started)).Distinct()]);
        var found = new Dictionary<string, Workflow>();
        foreach (var name in names)
        {
            if (await session.Events.AggregateStreamAsync<Workflow>(name.WorkflowId, token: cancellation) is { } workflow)
            {
                found[name.Id] = workflow with { Id = name.WorkflowId };
            }
        }

        return new PublishedDefinitions(found);
    }

    /// <summary>The workflow and the number of its revision; null for both where the text was not published.</summary>
    public (Guid? WorkflowId, int? Revision) Find(Guid ownerId, ExecutionStarted started) =>
        byName.GetValueOrDefault(NameOf(ownerId, started)) is { } workflow
        && workflow.Revisions.Find(revision => revision.DefinitionHash == started.Local!.DefinitionHash) is { } revision
            ? (workflow.Id, revision.Number)
            : (null, null);

    /// <summary>The id of the <see cref="WorkflowName"/> under which its text may be published.</summary>
    public static string NameOf(Guid ownerId, ExecutionStarted started) => WorkflowName.IdOf(ownerId, started.Definition.Namespace, started.Definition.Name);
}
