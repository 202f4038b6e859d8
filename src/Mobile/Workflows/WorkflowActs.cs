using Jarvis.Client.Platform;
using Jarvis.Client.Schema;
using Jarvis.Client.Workflows;
using Jarvis.Mobile.Platform;

namespace Jarvis.Mobile.Workflows;

/// <summary>What a person settles about a workflow from more than one page. Offline it waits: it is as good tomorrow as today.</summary>
public sealed class WorkflowActs(Acts acts, Outbox outbox, Toasts toasts, Language words)
{
    /// <summary>Puts a workflow among the favourites or takes it out. Pressed again while the first press still waits, the two cancel out.</summary>
    public async Task<Acted> Star(WorkflowEntry workflow, bool on, CancellationToken cancel = default)
    {
        var slot = "star:" + workflow.Id;
        if (outbox.InSlot(slot) is { } earlier)
        {
            await outbox.Drop(earlier.Id);
            return Acted.Queued;
        }

        var id = Guid.CreateVersion7();
        var waits = new Waits(words[on ? ActWords.Favour : ActWords.Unfavour, words.NameOf(workflow.Titled)], "workflows/" + workflow.Id, Outbox.SafeFor, slot, IsQuiet: true);
        return on
            ? (await acts.Send(new FavouriteWorkflowMutation { Input = new FavouriteWorkflowInput { CommandId = id, WorkflowId = workflow.Id } }, id, waits, cancel)).Acted
            : (await acts.Send(new UnfavouriteWorkflowMutation { Input = new UnfavouriteWorkflowInput { CommandId = id, WorkflowId = workflow.Id } }, id, waits, cancel)).Acted;
    }

    /// <summary>Whether it waits to be enabled or disabled.</summary>
    public bool IsTurning(Guid workflow) => outbox.InSlot("turn:" + workflow) is not null;

    /// <returns>The position at which it is so; null: not done, or not yet.</returns>
    public async Task<Position?> Turn(WorkflowEntry workflow, bool enabled, CancellationToken cancel = default)
    {
        var id = Guid.CreateVersion7();
        var waits = new Waits(words[enabled ? ActWords.Enable : ActWords.Disable, words.NameOf(workflow.Titled)], "workflows/" + workflow.Id, Outbox.SafeFor, "turn:" + workflow.Id, IsQuiet: true);
        var at = enabled
            ? (await acts.Send(new EnableWorkflowMutation { Input = new EnableWorkflowInput { CommandId = id, WorkflowId = workflow.Id } }, id, waits, cancel)).Answer?.EnableWorkflow.Position
            : (await acts.Send(new DisableWorkflowMutation { Input = new DisableWorkflowInput { CommandId = id, WorkflowId = workflow.Id } }, id, waits, cancel)).Answer?.DisableWorkflow.Position;
        if (at is not null)
        {
            toasts.Say(words[enabled ? WorkflowPageWords.EnabledNow : WorkflowPageWords.DisabledNow]);
        }

        return at;
    }
}
