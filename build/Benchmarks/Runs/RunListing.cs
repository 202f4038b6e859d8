using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Jarvis.Benchmarks.Platform;
using Jarvis.Projections.Platform;

namespace Jarvis.Benchmarks.Runs;

/// <summary>P9: a page of 50 runs with their workflows, filtered and sorted, out of a million that one owner has.</summary>
internal sealed class RunListing : IFigure
{
    private const int Workflows = SeededRuns.Workflows;
    private const int Connections = 16;
    private const int PageSize = 50;

    private const string Query = """
        query($workflow: UUID!) {
          runs(first: 50, filter: { status: [FAILED], workflowId: $workflow }, order: NEWEST) {
            edges { cursor node { id status workflowName requestedAt startedAt endedAt workflow { id name } } }
            pageInfo { hasNextPage endCursor }
          }
        }
        """;

    public string Name => "P9";

    public string Work => "GraphQL list of 50 and a relation";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var server = await stage.ServerAsync(cancellation);
        var bench = await PgBench.FindAsync(stage, cancellation);
        var owner = await server.SignInAsync(cancellation);
        var (account, runs) = await SeededRuns.OfTheOwnerAsync(stage, owner, rounds, cancellation);
        var bodies = Bodies();
        var page = (await owner.QueryAsync(Query, new { workflow = SeededRuns.WorkflowId(0) }, cancellation)).GetProperty("runs").GetProperty("edges");
        if (page.GetArrayLength() != PageSize || page[0].GetProperty("node").GetProperty("workflow").GetProperty("name").GetString() != "bench 0")
        {
            throw new InvalidOperationException("The list does not show the seeded runs.");
        }

        var script = string.Create(CultureInfo.InvariantCulture, $"""
            \set w random(0, {Workflows - 1})
            select run_id, from_position, to_position, owner_id, requested_position, status, workflow_id, namespace, workflow_name, revision, definition_hash, trigger,
                requested_by, asked_device_id, device_id, parent_run_id, retry_from, requested_at, dispatch_deadline, waits_for, waits_for_device_id, priority, granted, started_at,
                ended_at, clock_offset_ms, occurred_at, error_type, error_status, error_instance, controls_open, changed_at, changed_by, stream_version
            from views.runs
            where owner_id = '{account}' and to_position = {ViewTables.Open} and status = 'failed' and workflow_id = ('00000000-0000-7000-8000-' || lpad(:w::text, 12, '0'))::uuid
            order by requested_position desc limit {PageSize + 1};
            select * from views.workflows where workflow_id = any(array[('00000000-0000-7000-8000-' || lpad(:w::text, 12, '0'))::uuid]) and to_position = {ViewTables.Open};

            """);
        var pairs = await rounds.TakeAsync(
            () => AskAsync(owner, bodies, rounds.Length, cancellation),
            () => bench.RateAsync(script, Connections, rounds.Length, cancellation),
            () => stage.SettleAsync(cancellation));
        return
        [
            Medians.Row(
                this, pairs, "req/s", "pgbench", new Target(0.2, 0.6, Better.Higher), Limits.RunListing,
                $"{runs:#,0} runs of one owner, {Workflows} workflows; pgbench sends the same two queries, {Connections} clients on both sides"),
        ];
    }

    /// <summary>The request for each of the workflows.</summary>
    internal static byte[][] Bodies() =>
        [.. Enumerable.Range(0, Workflows).Select(n => JsonSerializer.SerializeToUtf8Bytes(new { query = Query, variables = new { workflow = SeededRuns.WorkflowId(n) } }))];

    /// <summary>Requests a second over sixteen connections, which take turns through the bodies.</summary>
    internal static async Task<double> AskAsync(OwnerClient owner, byte[][] bodies, TimeSpan time, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var answered = await Task.WhenAll(Enumerable.Range(0, Connections).Select(async lane =>
        {
            var count = 0;
            while (watch.Elapsed < time)
            {
                await owner.SendRawAsync(bodies[(lane + (count * 7)) % bodies.Length], cancellation);
                count++;
            }

            return count;
        }));
        return answered.Sum() / watch.Elapsed.TotalSeconds;
    }
}
