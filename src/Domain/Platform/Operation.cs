namespace Jarvis.Domain.Platform;

/// <summary>An administrator's act on the system, or a process that one began.</summary>
public sealed record Operation
{
    /// <summary>The stream; set by the store that folds it.</summary>
    public Guid Id { get; init; }

    public required Guid OwnerId { get; init; }

    public bool HasEnded { get; init; }

    public static Operation? Evolve(Operation? operation, object @event) => @event switch
    {
        DeadLettersReplayed e => new Operation { OwnerId = e.OwnerId, HasEnded = true },
        DeadLettersDiscarded e => new Operation { OwnerId = e.OwnerId, HasEnded = true },
        ServerReleased e => new Operation { OwnerId = e.OwnerId, HasEnded = true },
        ViewRebuildStarted e => new Operation { OwnerId = e.OwnerId },
        ViewRebuildSwitched or ViewRebuildDiscarded => operation! with { HasEnded = true },
        _ => operation,
    };
}

/// <summary>Each "no" about the system itself.</summary>
public static class OperationRefusals
{
    public static readonly Refusal DeadLetterNotFound = new("deadletter.not_found", "One of these messages is not among the dead letters any more. List them again.", "ids");

    public static readonly Refusal NotHeld = new("server.not_held", "This server is not held.");

    public static readonly Refusal RebuildUnderWay = new("view.rebuild_under_way", "This view is being made anew already. Switch to it or discard it first.", "view");

    public static readonly Refusal NoRebuild = new("view.no_rebuild", "This view is not being made anew.", "view");

    public static readonly Refusal RebuildNotReady = new("view.rebuild_not_ready", "The new view has not caught up yet, or it failed. Wait, or discard it.", "view");

    public static readonly Refusal ViewBusy = new(
        "view.busy", "The view is being read without a pause, so that the new one could not take its place. It stays ready: switch to it again in a while, or discard it.", "view");

    public static Refusal ViewNotFound(IEnumerable<string> names) => new("view.not_found", $"The views are {string.Join(", ", names)}.", "view");
}
