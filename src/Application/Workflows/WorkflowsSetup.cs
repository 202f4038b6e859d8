using Jarvis.Application.Platform;
using Jarvis.Domain.Workflows;
using JasperFx.Events.Projections;
using Marten;

namespace Jarvis.Application.Workflows;

/// <summary>Workflows: one stream per workflow, and the names that are taken.</summary>
public static class WorkflowsSetup
{
    public static void SetUpWorkflows(this StoreOptions options)
    {
        options.Projections.Add(new WorkflowFold(), ProjectionLifecycle.Live);
        // The key decides which of two first publications of a name makes the workflow.
        options.Schema.For<WorkflowName>().Identity(name => name.Id);
    }
}

public sealed class WorkflowFold() : Fold<Workflow>(Workflow.Evolve);

/// <summary>Which workflow an owner's namespace and name mean.</summary>
/// <param name="Id">Owner, namespace and name.</param>
public sealed record WorkflowName(string Id, Guid WorkflowId)
{
    public static string IdOf(Guid ownerId, string @namespace, string name) => $"{ownerId:N}/{@namespace}/{name}";
}
