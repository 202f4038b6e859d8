using System.Diagnostics;
using Jarvis.Benchmarks.Platform;

namespace Jarvis.Benchmarks.Runs;

/// <summary>Batches made beforehand, so that making them is not on the bill, and sent by several senders at once.</summary>
internal static class Load
{
    /// <summary>Lanes of batches, each lane in order by one sender. A lane is a runner with runs of its own.</summary>
    /// <param name="RunsPerBatch">How many runs share a batch.</param>
    public sealed record Lane(LoadRunner Runner, IReadOnlyList<byte[]> Batches);

    public static IReadOnlyList<Lane> Prepare(
        IReadOnlyList<LoadRunner> runners, int batchesPerLane, int runsPerBatch, int eventsPerRun, int batchesPerRun) =>
        [.. runners.AsParallel().AsOrdered().Select(runner => new Lane(runner, Batches(runner, batchesPerLane, runsPerBatch, eventsPerRun, batchesPerRun)))];

    /// <summary>Sends the lanes at once until the time is over or they are empty.</summary>
    /// <returns>Batches that were acknowledged, and the seconds it took.</returns>
    public static async Task<(int Batches, double Seconds)> SendAsync(IReadOnlyList<Lane> lanes, TimeSpan time, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var sent = await Task.WhenAll(lanes.Select(async lane =>
        {
            var count = 0;
            foreach (var batch in lane.Batches)
            {
                if (watch.Elapsed >= time)
                {
                    break;
                }

                await lane.Runner.SubmitAsync(batch, cancellation);
                count++;
            }

            return count;
        }));
        return (sent.Sum(), watch.Elapsed.TotalSeconds);
    }

    private static List<byte[]> Batches(LoadRunner runner, int batches, int runsPerBatch, int eventsPerRun, int batchesPerRun)
    {
        List<byte[]> made = new(batches);
        RunFeed[] runs = [];
        for (var i = 0; i < batches; i++)
        {
            if (i % batchesPerRun == 0)
            {
                runs = [.. Enumerable.Range(0, runsPerBatch).Select(_ => new RunFeed(runner))];
            }

            made.Add(RunFeed.Batch(runs, eventsPerRun));
        }

        return made;
    }
}
