using JasperFx.Events.Projections;
using Jarvis.Projections.Accounts;
using Jarvis.Projections.Devices;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;
using Jarvis.Projections.Workflows;
using Marten;
using Marten.Events.Projections;

namespace Jarvis.Projections;

/// <summary>The read models: each folded by the daemon, woken by a commit, from the events alone.</summary>
public static class ViewsSetup
{
    public static readonly IReadOnlyList<View> All = [new RunsView(), new WorkflowsView(), new DevicesView(), new AccountsView()];

    /// <summary>The names under which their progress is kept.</summary>
    public static readonly IReadOnlyList<string> Names = [RunsView.Name, WorkflowsView.Name, DevicesView.Name, AccountsView.Name];

    public static void SetUpViews(this StoreOptions options)
    {
        foreach (var view in All)
        {
            options.Projections.Add((IProjection)view.In(ViewTables.Schema), ProjectionLifecycle.Async);
        }
    }
}
