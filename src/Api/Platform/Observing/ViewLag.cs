using Jarvis.Application.Platform;
using Jarvis.Projections;
using Npgsql;

namespace Jarvis.Api.Platform.Observing;

/// <summary>
/// How long each view has been behind: the age of the oldest look at the head that it has not reached yet. It is measured by this process's own
/// stopwatch, so that neither a clock that is set nor a head that stands still says anything wrong; a view that creeps while the head runs
/// away from it is seen as well as one that stands.
/// </summary>
public sealed class ViewLag(ViewProgress progress, ReadPoints points, TimeProvider time, ILogger<ViewLag> log) : BackgroundService
{
    /// <summary>Behind for longer is late, and told (goals: lag alarm at 30 s).</summary>
    public static readonly TimeSpan Alarm = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>Looks that are kept of a view that never catches up: beyond, they are thinned to every second one.</summary>
    private const int MaxLooks = 512;

    private readonly Lock gate = new();
    private readonly List<(long At, long Head)> looks = [];
    private readonly HashSet<string> late = new(StringComparer.Ordinal);

    /// <summary>What is watched: every view, and the mark below which everything is settled.</summary>
    public static IEnumerable<string> Watched => ViewsSetup.Names.Append(ViewProgress.HighWater);

    /// <summary>How long this view has been behind; zero where it is not.</summary>
    public TimeSpan Of(string name)
    {
        var position = progress.Of(name);
        lock (gate)
        {
            var oldest = looks.FindIndex(look => look.Head > position);
            return oldest < 0 ? TimeSpan.Zero : time.GetElapsedTime(looks[oldest].At);
        }
    }

    /// <summary>What is behind for longer than <see cref="Alarm"/>.</summary>
    public IReadOnlyList<string> Late() => [.. Watched.Where(name => Of(name) > Alarm)];

    /// <summary>Takes note of the head as it is now.</summary>
    public void Look(long head)
    {
        var reached = Watched.Min(progress.Of);
        lock (gate)
        {
            looks.RemoveAll(look => look.Head <= reached);
            if (looks is not [.., { Head: var last }] || head > last)
            {
                looks.Add((time.GetTimestamp(), head));
            }

            if (looks.Count > MaxLooks)
            {
                // The oldest stays: it is what the alarm is about.
                for (var i = looks.Count - 2; i > 0; i -= 2)
                {
                    looks.RemoveAt(i);
                }
            }
        }

        Tell();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        do
        {
            try
            {
                Look(await points.Head(stoppingToken));
            }
            catch (Exception e) when (DatabaseTrouble.Is(e))
            {
                // Without the database nothing new comes either; its own health check says so.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private void Tell()
    {
        foreach (var name in Watched)
        {
            var behind = Of(name);
            if (behind > Alarm && late.Add(name))
            {
                log.LogError("The view {View} has been behind for {Seconds:0} s", name, behind.TotalSeconds);
            }
            else if (behind == TimeSpan.Zero && late.Remove(name))
            {
                log.LogInformation("The view {View} has caught up", name);
            }
        }
    }
}
