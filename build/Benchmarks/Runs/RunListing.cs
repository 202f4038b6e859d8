using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Jarvis.Benchmarks.Platform;
using Jarvis.Projections.Platform;
using Npgsql;

namespace Jarvis.Benchmarks.Runs;

/// <summary>P9: a page of 50 runs with their workflows, filtered and sorted, out of a million that one owner has.</summary>
internal sealed class RunListing : IFigure
{
    private const int Runs = 1_000_000;
    private const int QuickRuns = 20_000;
    private const int Workflows = 20;
    private const int Connections = 16;
    private const int PageSize = 50;

    // Seeded runs stand above everything that other figures stored, far below the open end of a version.
    private const long FirstPosition = 1_000_000_000_000;

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
        await using var source = NpgsqlDataSource.Create(stage.ConnectionString);
        var owner = await server.SignInAsync(cancellation);
        var account = (await owner.QueryAsync("{ viewer { id } }", null, cancellation)).GetProperty("viewer").GetProperty("id").GetGuid();
        var runs = rounds.IsQuick ? QuickRuns : Runs;
        Report.Say($"  seeding {runs:#,0} runs");
        await SeedAsync(source, account, runs, cancellation);

        byte[][] bodies = [.. Enumerable.Range(0, Workflows).Select(n => JsonSerializer.SerializeToUtf8Bytes(new { query = Query, variables = new { workflow = WorkflowId(n) } }))];
        var page = (await owner.QueryAsync(Query, new { workflow = WorkflowId(0) }, cancellation)).GetProperty("runs").GetProperty("edges");
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

    private static Guid WorkflowId(int n) => Guid.Parse(string.Create(CultureInfo.InvariantCulture, $"00000000-0000-7000-8000-{n:000000000000}"));

    private static async Task<double> AskAsync(OwnerClient owner, byte[][] bodies, TimeSpan time, CancellationToken cancellation)
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

    /// <summary>Rows as the daemon leaves them, put straight into the views; indexes are made anew afterwards, which is quicker.</summary>
    private static async Task SeedAsync(NpgsqlDataSource source, Guid account, int runs, CancellationToken cancellation)
    {
        var indexes = new List<(string Name, string Definition)>();
        await using (var command = source.CreateCommand("select indexname, indexdef from pg_indexes where schemaname = 'views' and tablename = 'runs' and indexdef not like '%UNIQUE%'"))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                indexes.Add((reader.GetString(0), reader.GetString(1)));
            }
        }

        foreach (var (name, _) in indexes)
        {
            await EventTable.ExecuteAsync(source, $"drop index views.\"{name}\"", cancellation);
        }

        await EventTable.ExecuteAsync(source, string.Create(CultureInfo.InvariantCulture, $"""
            insert into views.workflows (workflow_id, from_position, to_position, owner_id, published_position, namespace, name, revision, document_version,
                definition_hash, disabled, published_at, changed_at, stream_version)
            select ('00000000-0000-7000-8000-' || lpad(w::text, 12, '0'))::uuid, {FirstPosition} - 100 + w, {ViewTables.Open}, '{account}', {FirstPosition} - 100 + w,
                'bench', 'bench ' || w, 1, '1.0.0', md5(w::text), false, now(), now(), 1
            from generate_series(0, {Workflows - 1}) w;
            insert into views.runs (run_id, from_position, to_position, owner_id, requested_position, status, workflow_id, namespace, workflow_name, revision, definition_hash,
                trigger, requested_by, device_id, requested_at, priority, granted, started_at, ended_at, clock_offset_ms, occurred_at, controls_open, changed_at, stream_version)
            select md5(n::text)::uuid, {FirstPosition} + n, {ViewTables.Open}, '{account}', {FirstPosition} + n,
                (array['completed', 'completed', 'completed', 'completed', 'completed', 'completed', 'failed', 'failed', 'cancelled', 'running'])[1 + n / {Workflows} % 10],
                ('00000000-0000-7000-8000-' || lpad((n % {Workflows})::text, 12, '0'))::uuid, 'bench', 'bench ' || n % {Workflows}, 1, md5((n % {Workflows})::text),
                'manual', '{account}', ('00000000-0000-7000-8001-' || lpad((n % 7)::text, 12, '0'))::uuid, now() - n * interval '1 second', 'normal', true,
                now() - n * interval '1 second', now() - n * interval '1 second' + interval '30 seconds', 0, now() - n * interval '1 second', 0, now(), 4
            from generate_series(1, {runs}) n;
            """), cancellation);
        foreach (var (_, definition) in indexes)
        {
            await EventTable.ExecuteAsync(source, definition, cancellation);
        }

        await EventTable.ExecuteAsync(source, "vacuum analyze views.runs", cancellation);
        await EventTable.ExecuteAsync(source, "analyze views.workflows", cancellation);
    }
}
