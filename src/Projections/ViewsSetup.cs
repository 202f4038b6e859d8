using JasperFx.Events.Projections;
using Jarvis.Projections.Devices;
using Jarvis.Projections.Runs;
using Jarvis.Projections.Workflows;
using Marten;

namespace Jarvis.Projections;

/// <summary>The read models: each folded by the daemon, woken by a commit, from the events alone.</summary>
public static class ViewsSetup
{
    /// <summary>The names under which their progress is kept.</summary>
    public static readonly IReadOnlyList<string> Names = [RunsView.Name, WorkflowsView.Name, DevicesView.Name];

    public static void SetUpViews(this StoreOptions options)
    {
        options.Projections.Add(new RunsView(), ProjectionLifecycle.Async);
        options.Projections.Add(new WorkflowsView(), ProjectionLifecycle.Async);
        options.Projections.Add(new DevicesView(), ProjectionLifecycle.Async);
    }
}
