using System.Text.Json;
using Jarvis.Benchmarks.Platform;

namespace Jarvis.Benchmarks.Runs;

/// <summary>P10: the list of P9 with its count, its filters drawn at random, beside P9 itself.</summary>
internal sealed class RunListingCounted : IFigure
{
    private const int Bodies = 997;
    private const int Seed = 20_260_301;

    private const string Query = """
        query($filter: RunFilter!) {
          runs(first: 50, filter: $filter, order: NEWEST) {
            totalCount { value isExact }
            edges { cursor node { id status workflowName requestedAt startedAt endedAt workflow { id name } } }
            pageInfo { hasNextPage endCursor }
          }
        }
        """;

    private static readonly string[] Statuses = ["COMPLETED", "FAILED", "CANCELLED", "RUNNING"];
    private static readonly string[] Triggers = ["MANUAL", "LOCAL", "RETRY"];

    public string Name => "P10";

    public string Work => "the list with its count, random filters";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var server = await stage.ServerAsync(cancellation);
        var owner = await server.SignInAsync(cancellation);
        var (_, runs) = await SeededRuns.OfTheOwnerAsync(stage, owner, rounds, cancellation);
        var chance = new Random(Seed);
        byte[][] bodies = [.. Enumerable.Range(0, Bodies).Select(_ => JsonSerializer.SerializeToUtf8Bytes(new { query = Query, variables = new { filter = Filter(chance) } }))];
        foreach (var body in bodies)
        {
            await owner.SendRawAsync(body, cancellation);
        }

        var pairs = await rounds.TakeAsync(
            () => RunListing.AskAsync(owner, bodies, rounds.Length, cancellation),
            () => RunListing.AskAsync(owner, RunListing.Bodies(), rounds.Length, cancellation),
            () => stage.SettleAsync(cancellation));
        return
        [
            Medians.Row(
                this, pairs, "req/s", "P9", new Target(0.8, 0.95, Better.Higher), Limits.RunListingCounted,
                $"{runs:#,0} runs of one owner; each list is filtered by status (one or two), workflow and device, each with an even chance, and one in eight by trigger or time as well"),
        ];
    }

    private static Dictionary<string, object> Filter(Random chance)
    {
        const int OneInSoMany = 8;
        Dictionary<string, object> filter = [];
        if (chance.Next(2) == 0)
        {
            filter["status"] = chance.GetItems(Statuses, 1 + chance.Next(2)).Distinct().ToArray();
        }

        if (chance.Next(2) == 0)
        {
            filter["workflowId"] = SeededRuns.WorkflowId(chance.Next(SeededRuns.Workflows));
        }

        if (chance.Next(2) == 0)
        {
            filter["deviceId"] = SeededRuns.DeviceId(chance.Next(SeededRuns.Devices));
        }

        if (chance.Next(OneInSoMany) == 0)
        {
            if (chance.Next(2) == 0)
            {
                filter["trigger"] = chance.GetItems(Triggers, 1)[0];
            }
            else
            {
                filter["requestedFrom"] = DateTimeOffset.UtcNow - (SeededRuns.Span * chance.NextDouble());
            }
        }

        return filter;
    }
}
