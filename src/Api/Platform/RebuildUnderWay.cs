using Jarvis.Projections.Platform;

namespace Jarvis.Api.Platform;

/// <summary>Folding, caught up and keeping up, or stopped at an event that it could not fold.</summary>
public enum RebuildPhase { Folding, Ready, Failed }

/// <summary>A view that is being made anew.</summary>
public sealed class RebuildUnderWay(View view, Guid operationId, DateTimeOffset startedAt)
{
    public View View => view;

    public Guid OperationId => operationId;

    public DateTimeOffset StartedAt => startedAt;

    public string Schema { get; } = $"views_next_{view.Name.ToLowerInvariant()}";

    public View Next { get; } = view.In($"views_next_{view.Name.ToLowerInvariant()}");

    public RebuildPhase Phase { get; set; }

    /// <summary>Every event up to here is folded.</summary>
    public long Place { get; set; }

    /// <summary>Where the live view was when it was last looked at.</summary>
    public long Target { get; set; }

    /// <summary>The kind of the failure.</summary>
    public string? Failure { get; set; }

    /// <summary>As it was last compared.</summary>
    public ViewDifference? Difference { get; set; }

    public SemaphoreSlim Turn { get; } = new(1);

    public CancellationTokenSource Stop { get; } = new();

    public TaskCompletionSource Caught { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Null before it began and after it ended.</summary>
    public RebuildHold? Hold { get; set; }

    public Task Following { get; set; } = Task.CompletedTask;
}
