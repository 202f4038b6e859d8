using Jarvis.Projections;
using Marten;
using Marten.Events.Daemon.Coordination;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Jarvis.Api.Platform.Observing;

/// <summary>
/// Whether the views keep up: every shard runs, none is paused, and none stays behind what is settled for long. A stalled
/// high-water mark is seen as well, by the head running away from it.
/// </summary>
public sealed class ViewsHealth(ViewProgress progress, ViewLag lag, ReadPoints points, IProjectionCoordinator coordinator, TimeProvider time) : IHealthCheck
{
    /// <summary>A view that makes no headway for this long while there is something to do is not well (goals: lag alarm at 30 s).</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly Dictionary<string, (long Position, long Since)> lastMoves = new(StringComparer.Ordinal);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var daemon = coordinator.DaemonForMainDatabase();
        if (daemon.HasAnyPaused())
        {
            return HealthCheckResult.Unhealthy("A view has stopped at an event it could not fold.");
        }

        if (!daemon.IsRunning)
        {
            return HealthCheckResult.Unhealthy("The views are not being folded yet.");
        }

        var head = await points.Head(cancellationToken);
        foreach (var name in (string[])[ViewProgress.HighWater, .. ViewsSetup.Names])
        {
            if (IsStuck(name, head))
            {
                return HealthCheckResult.Unhealthy($"{name} has made no headway for {Patience.TotalSeconds:0} s and is {head - progress.Of(name)} behind.");
            }
        }

        // They move, and will be there: the server serves, and says that what it shows is old.
        return lag.Late() is { Count: > 0 } late
            ? HealthCheckResult.Degraded($"{string.Join(", ", late)}: behind for {late.Max(lag.Of).TotalSeconds:0} s.")
            : HealthCheckResult.Healthy();
    }

    /// <summary>How far the slowest view is behind the head.</summary>
    public static long Lag(ViewProgress progress, long head) => Math.Max(0, head - ViewsSetup.Names.Min(progress.Of));

    private bool IsStuck(string name, long head)
    {
        var position = progress.Of(name);
        lock (gate)
        {
            if (position >= head || !lastMoves.TryGetValue(name, out var last) || last.Position != position)
            {
                lastMoves[name] = (position, time.GetTimestamp());
                return false;
            }

            return time.GetElapsedTime(last.Since) > Patience;
        }
    }
}
