namespace Jarvis.Benchmarks.Platform;

/// <summary>How often and how long each side is measured. The sides take turns, and who begins alternates.</summary>
internal sealed record Rounds(int Count, TimeSpan Length, bool IsQuick)
{
    public const int DefaultCount = 5;

    private const int MostWarmUps = 6;
    private const double StillQuicker = 1.05;

    public static Rounds Quick { get; } = new(1, TimeSpan.FromSeconds(1), IsQuick: true);

    /// <summary>Figures of growth go to ten million instead of one.</summary>
    public bool IsLarge { get; init; }

    /// <summary>How long a history to make where a figure makes one; the figure's own length where null.</summary>
    public long? Events { get; init; }

    public static Rounds Full(int count) => new(count, TimeSpan.FromSeconds(4), IsQuick: false);

    /// <param name="settle">Waits until nothing of the last side still works in the background, so that it is not on the next one's bill.</param>
    public async Task<IReadOnlyList<Pair>> TakeAsync(Func<Task<double>> ours, Func<Task<double>> peer, Func<Task> settle)
    {
        if (!IsQuick)
        {
            // Code is compiled, pools are filled and tables get their first pages before anything counts: until it no longer gets quicker.
            var best = Math.Max(await ours(), await ours());
            for (var i = 0; i < MostWarmUps; i++)
            {
                await settle();
                var rate = await ours();
                if (rate < best * StillQuicker)
                {
                    break;
                }

                best = rate;
            }

            await settle();
            await peer();
        }

        List<Pair> pairs = [];
        for (var round = 0; round < Count; round++)
        {
            double our, their;
            string ourCost, theirCost;
            await settle();
            if (round % 2 == 0)
            {
                (our, ourCost) = await CostOf(ours);
                await settle();
                (their, theirCost) = await CostOf(peer);
            }
            else
            {
                (their, theirCost) = await CostOf(peer);
                await settle();
                (our, ourCost) = await CostOf(ours);
            }

            pairs.Add(new Pair(our, their));
            Report.Say($"  round {round + 1} of {Count}: ours {Report.Number(our)}, peer {Report.Number(their)}, ratio {our / their:0.00}");
            Report.Say($"    ours {ourCost}");
            Report.Say($"    peer {theirCost}");
        }

        return pairs;
    }

    /// <summary>A side's figure, and how much of the processors each part was busy with it.</summary>
    private static async Task<(double Figure, string Cost)> CostOf(Func<Task<double>> side)
    {
        var before = ProcessorShares.Take();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var figure = await side();
        return (figure, (ProcessorShares.Take() - before).Over(watch.Elapsed, figure));
    }
}

internal static class Medians
{
    public static double Of(IEnumerable<double> values) => Quantile([.. values.Order()], 0.5);

    /// <param name="sorted">Ascending.</param>
    /// <param name="share">0.5 the median, 0.99 the 99th percentile; between two values their weighted mean.</param>
    public static double Quantile(IReadOnlyList<double> sorted, double share)
    {
        if (sorted.Count == 0)
        {
            throw new InvalidOperationException("Nothing was measured.");
        }

        var place = share * (sorted.Count - 1);
        var below = (int)Math.Floor(place);
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * (place - below));
    }

    public static Row Row(
        IFigure figure, IReadOnlyList<Pair> pairs, string unit, string peerName, Target target, string? limit, string? notes = null) =>
        new(
            figure.Name, figure.Work, Of(pairs.Select(p => p.Ours)), Of(pairs.Select(p => p.Peer)), unit, peerName,
            Of(pairs.Select(p => p.Ratio)), target, limit, notes)
        {
            Spread = (pairs.Min(p => p.Ratio), pairs.Max(p => p.Ratio)),
        };
}
