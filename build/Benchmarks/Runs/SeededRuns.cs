using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Jarvis.Benchmarks.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;
using Npgsql;

namespace Jarvis.Benchmarks.Runs;

/// <summary>
/// Runs as the views hold them after their events were folded, put there by statements, because a million real runs take an hour. Counts, figures,
/// failures and durations are reckoned from the same rows, by the rules of the projection.
/// </summary>
internal static class SeededRuns
{
    public const int Workflows = 20;
    public const int Devices = 7;
    public const int Many = 1_000_000;
    private const int Few = 20_000;

    /// <summary>They occurred within this time, evenly.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromDays(29);

    // Seeded runs stand above everything that other figures stored, far below the open end of a version.
    private const long FirstPosition = 1_000_000_000_000;

    private static readonly ConditionalWeakTable<Stage, StrongBox<(Guid Account, int Runs)>> OfOneOwner = [];
    private static long next = FirstPosition;

    public static Guid WorkflowId(int n) => Numbered("00000000-0000-7000-8000-", n);

    public static Guid DeviceId(int n) => Numbered("00000000-0000-7000-8001-", n);

    /// <summary>The bench's owner has a million runs of twenty workflows; made once for all figures that read them.</summary>
    public static async Task<(Guid Account, int Runs)> OfTheOwnerAsync(Stage stage, OwnerClient owner, Rounds rounds, CancellationToken cancellation)
    {
        if (OfOneOwner.TryGetValue(stage, out var known))
        {
            return known.Value;
        }

        await using var source = BareTables.Open(stage.ConnectionString);
        var account = (await owner.QueryAsync("{ viewer { id } }", null, cancellation)).GetProperty("viewer").GetProperty("id").GetGuid();
        var runs = rounds.IsQuick ? Few : Many;
        await WorkflowsAsync(source, account, cancellation);
        await AddAsync(source, [account], runs, cancellation);
        OfOneOwner.Add(stage, new((account, runs)));
        return (account, runs);
    }

    /// <summary>So many runs, shared evenly by the owners.</summary>
    public static async Task AddAsync(NpgsqlDataSource source, IReadOnlyList<Guid> owners, int runs, CancellationToken cancellation)
    {
        Report.Say($"  seeding {runs:#,0} runs");
        var first = next;
        next += runs;
        var ids = string.Join(", ", owners.Select(owner => $"'{owner}'"));
        var seconds = Span.TotalSeconds / runs;
        await BareTables.FillAsync(source, ["views.runs"], runs, () => EventTable.ExecuteAsync(source, string.Create(CultureInfo.InvariantCulture, $"""
            insert into views.runs (run_id, from_position, to_position, owner_id, requested_position, status, workflow_id, namespace, workflow_name, revision, definition_hash,
                trigger, requested_by, device_id, requested_at, priority, granted, started_at, ended_at, clock_offset_ms, occurred_at, error_type, error_status, error_instance,
                controls_open, changed_at, stream_version)
            select (lpad(to_hex(floor(extract(epoch from began) * 1000)::bigint), 12, '0') || '7' || substr(h, 1, 3) || '9' || substr(h, 4, 15))::uuid, {first} + n, {ViewTables.Open}, o, {first} + n, status,
                ('00000000-0000-7000-8000-' || lpad((n % {Workflows})::text, 12, '0'))::uuid, 'bench', 'bench ' || n % {Workflows}, 1, md5((n % {Workflows})::text),
                (array['manual', 'local', 'manual', 'retry'])[1 + n % 4], o, ('00000000-0000-7000-8001-' || lpad((n % {Devices})::text, 12, '0'))::uuid, began, 'normal', true,
                began, case when status <> 'running' then began + (5 + n % 50) * interval '1 second' end, 0, began,
                case when status = 'failed' then 'https://serverlessworkflow.io/spec/1.0.0/errors/' || (array['communication', 'timeout', 'runtime'])[1 + n % 3] end,
                case when status = 'failed' then 500 end, case when status = 'failed' then '/do/' || n % 5 || '/step' end, 0, now(), 4
            from (
                select n, (array[{ids}]::uuid[])[1 + n % {owners.Count}] o, now() - ({runs} - n) * interval '1 second' * {seconds} as began,
                    (array['completed', 'completed', 'completed', 'completed', 'completed', 'completed', 'failed', 'failed', 'cancelled', 'running'])[1 + n / {Workflows} % 10] status
                from generate_series(1, {runs}) n) r, md5(({first} + n)::text) h
            """), cancellation), cancellation);
        await FiguresAsync(source, first, cancellation);
        await EventTable.ExecuteAsync(source, "vacuum analyze views.runs, views.run_counts, views.run_figures, views.run_failures, views.run_durations, views.workflows", cancellation);
    }

    /// <summary>Counts, figures, failures and durations of the current runs that were requested after a position.</summary>
    public static Task FiguresAsync(NpgsqlDataSource source, long after, CancellationToken cancellation)
    {
        var runs = $"views.runs where requested_position > {after} and to_position = {ViewTables.Open}";
        const string Ms = "case when ended_at is not null then greatest(0, floor(extract(epoch from ended_at - started_at) * 1000))::bigint end";
        var nobody = $"'{Guid.Empty}'::uuid";
        var whose = $"owner_id, coalesce(workflow_id, {nobody}) workflow_id, coalesce(device_id, {nobody}) device_id";
        string[] statuses = [.. Enum.GetNames<RunStatus>().Select(JsonNamingPolicy.CamelCase.ConvertName)];
        string In(IReadOnlyList<int> spans) => $"unnest(array[{string.Join(", ", spans)}]::smallint[]) span, date_bin(span * interval '1 minute', at, '2000-01-01Z') begins";
        return EventTable.ExecuteAsync(source, $"""
            insert into views.run_counts as t select owner_id, status, coalesce(workflow_id, {nobody}), coalesce(device_id, {nobody}), count(*) from {runs} group by 1, 2, 3, 4
            on conflict (owner_id, status, workflow_id, device_id) do update set n = t.n + excluded.n;

            drop table if exists bench_quarters, bench_failed;
            create temp table bench_quarters as
            select {whose}, date_bin('15 minutes', occurred_at, '2000-01-01Z') at, {string.Join(", ", statuses.Select(status => $"count(*) filter (where status = '{status}') {status}"))},
                count({Ms}) timed, coalesce(sum({Ms}), 0) duration_ms
            from {runs} group by 1, 2, 3, 4;
            insert into views.run_figures as t
            select coalesce(owner_id, {nobody}), coalesce(workflow_id, {nobody}), coalesce(device_id, {nobody}), span, begins, {string.Join(", ", statuses.Select(status => $"sum({status})"))}, sum(timed), sum(duration_ms)
            from bench_quarters, {In(FigureSpans.OfFigures)}
            group by grouping sets ((span, begins), (owner_id, span, begins), (owner_id, workflow_id, span, begins), (owner_id, device_id, span, begins))
            having not (grouping(workflow_id) = 0 and workflow_id = {nobody}) and not (grouping(device_id) = 0 and device_id = {nobody})
            {RunFigure.Conflict};

            create temp table bench_failed as
            select {whose}, date_bin('15 minutes', occurred_at, '2000-01-01Z') at, error_type, coalesce(error_instance, '') node, count(*) n
            from {runs} and status = 'failed' and error_type is not null group by 1, 2, 3, 4, 5, 6;
            insert into views.run_failures as t
            select owner_id, workflow_id, span, begins, error_type, node, sum(n) from bench_failed, {In(FigureSpans.OfFailures)} group by 1, 2, 3, 4, 5, 6
            {RunFailureCount.Conflict};

            insert into views.run_durations select run_id, owner_id, coalesce(workflow_id, {nobody}), coalesce(device_id, {nobody}), occurred_at, {Ms} from {runs} and {Ms} is not null
            """, cancellation);
    }

    private static Task WorkflowsAsync(NpgsqlDataSource source, Guid account, CancellationToken cancellation) =>
        EventTable.ExecuteAsync(source, string.Create(CultureInfo.InvariantCulture, $"""
            insert into views.workflows (workflow_id, from_position, to_position, owner_id, published_position, namespace, name, revision, document_version,
                definition_hash, disabled, published_at, changed_at, stream_version)
            select ('00000000-0000-7000-8000-' || lpad(w::text, 12, '0'))::uuid, {FirstPosition} - 100 + w, {ViewTables.Open}, '{account}', {FirstPosition} - 100 + w,
                'bench', 'bench ' || w, 1, '1.0.0', md5(w::text), false, now(), now(), 1
            from generate_series(0, {Workflows - 1}) w
            """), cancellation);

    private static Guid Numbered(string head, int n) => Guid.Parse(string.Create(CultureInfo.InvariantCulture, $"{head}{n:000000000000}"));
}
