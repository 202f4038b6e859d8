using Jarvis.Benchmarks.Platform;

namespace Jarvis.Benchmarks.Runs;

/// <summary>P17, its relative half: batches that were accepted before are answered again, against the first time.</summary>
internal sealed class BatchesAgain : IFigure
{
    private const int BatchesPerSender = 25;

    public string Name => "P17";

    public string Work => "re-sending accepted batches";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var server = await stage.ServerAsync(cancellation);
        var crew = await Crew.OfAsync(server, BatchedIngest.Senders, cancellation);
        IReadOnlyList<Load.Lane> lanes = [];

        List<Pair> pairs = [];
        for (var round = 0; round < rounds.Count + (rounds.IsQuick ? 0 : 1); round++)
        {
            // What is sent again must have been sent before, so the peer always begins here.
            lanes = BatchedIngest.Prepare(crew, rounds.IsQuick ? 4 : BatchesPerSender);
            await stage.SettleAsync(cancellation);
            var first = await RateAsync(lanes, cancellation);
            await stage.SettleAsync(cancellation);
            var again = await RateAsync(lanes, cancellation);
            if (rounds.IsQuick || round > 0)
            {
                pairs.Add(new Pair(again, first));
                Report.Say($"  round {pairs.Count} of {rounds.Count}: again {Report.Number(again)}, first {Report.Number(first)}, ratio {again / first:0.00}");
            }
        }

        return [Medians.Row(this, pairs, "events/s", "first time", new Target(2, 4, Better.Higher), Limits.Resending)];
    }

    private static async Task<double> RateAsync(IReadOnlyList<Load.Lane> lanes, CancellationToken cancellation)
    {
        var (sent, seconds) = await Load.SendAsync(lanes, TimeSpan.FromMinutes(2), cancellation);
        return sent * BatchedIngest.EventsPerBatch / seconds;
    }
}
