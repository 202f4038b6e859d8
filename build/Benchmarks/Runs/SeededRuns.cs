using System.Globalization;
using System.Runtime.CompilerServices;
using Jarvis.Benchmarks.Platform;
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

        await using var source = NpgsqlDataSource.Create(stage.ConnectionString);
        var account = (await owner.QueryAsync("{ viewer { id } }", null, cancellation)).GetProperty("viewer").GetProperty("id").GetGuid();
        var runs = rounds.IsQuick ? Few : Many;
        await WorkflowsAsync(source, account, cancellation);
        await AddAsync(source, [account], runs, cancellation);
        OfOneOwner.Add(stage, new((account, runs)));
        return (account, runs);
    }

    /// <summary>So many runs, shared evenly by the owners. Indexes are made anew afterwards, which is quicker.</summary>
    public static async Task AddAsync(NpgsqlDataSource source, IReadOnlyList<Guid> owners, int runs, CancellationToken cancellation)
    {
        Report.Say($"  seeding {runs:#,0} runs");
        var first = next;
        next += runs;
        List<(string Name, string Definition)> indexes = [];
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

        var ids = string.Join(", ", owners.Select(owner => $"'{owner}'"));
        var seconds = Span.TotalSeconds / runs;
        await EventTable.ExecuteAsync(source, string.Create(CultureInfo.InvariantCulture, $"""
            insert into views.runs (run_id, from_position, to_position, owner_id, requested_position, status, workflow_id, namespace, workflow_name, revision, definition_hash,
                trigger, requested_by, device_id, requested_at, priority, granted, started_at, ended_at, clock_offset_ms, occurred_at, error_type, error_status, error_instance,
                controls_open, changed_at, stream_version)
            select md5(({first} + n)::text)::uuid, {first} + n, {ViewTables.Open}, o, {first} + n, status,
                ('00000000-0000-7000-8000-' || lpad((n % {Workflows})::text, 12, '0'))::uuid, 'bench', 'bench ' || n % {Workflows}, 1, md5((n % {Workflows})::text),
                (array['manual', 'local', 'manual', 'retry'])[1 + n % 4], o, ('00000000-0000-7000-8001-' || lpad((n % {Devices})::text, 12, '0'))::uuid, began, 'normal', true,
                began, case when status <> 'running' then began + (5 + n % 50) * interval '1 second' end, 0, began,
                case when status = 'failed' then 'https://serverlessworkflow.io/spec/1.0.0/errors/' || (array['communication', 'timeout', 'runtime'])[1 + n % 3] end,
                case when status = 'failed' then 500 end, case when status = 'failed' then '/do/' || n % 5 || '/step' end, 0, now(), 4
            from (
                select n, (array[{ids}]::uuid[])[1 + n % {owners.Count}] o, now() - ({runs} - n) * interval '1 second' * {seconds} as began,
                    (array['completed', 'completed', 'completed', 'completed', 'completed', 'completed', 'failed', 'failed', 'cancelled', 'running'])[1 + n / {Workflows} % 10] status
                from generate_series(1, {runs}) n) r
            """), cancellation);
        foreach (var (_, definition) in indexes)
        {
            await EventTable.ExecuteAsync(source, definition, cancellation);
        }

        await FiguresAsync(source, first, cancellation);
        await EventTable.ExecuteAsync(source, "vacuum analyze views.runs, views.run_counts, views.run_figures, views.run_failures, views.run_durations, views.workflows", cancellation);
    }

    /// <summary>Counts, figures, failures and durations of the current runs that were requested after a position.</summary>
    public static Task FiguresAsync(NpgsqlDataSource source, long after, CancellationToken cancellation)
    {
        string Runs(IReadOnlyList<int> spans) => string.Create(CultureInfo.InvariantCulture, $"""
            (select *, date_bin(span * interval '1 minute', occurred_at, '2000-01-01Z') begins,
                case when ended_at is not null then greatest(0, floor(extract(epoch from ended_at - started_at) * 1000))::bigint end ms
             from views.runs, unnest(array[{string.Join(", ", spans)}]::smallint[]) span where requested_position > {after} and to_position = {ViewTables.Open}) r
            """);
        return EventTable.ExecuteAsync(source, $"""
            insert into views.run_counts as t select owner_id, status, coalesce(workflow_id, '{Guid.Empty}'), coalesce(device_id, '{Guid.Empty}'), count(*) from {Runs([FigureSpans.Quarter])} group by 1, 2, 3, 4
            on conflict (owner_id, status, workflow_id, device_id) do update set n = t.n + excluded.n;
            insert into views.run_figures as t
            select coalesce(owner_id, '{Guid.Empty}'), coalesce(workflow_id, '{Guid.Empty}'), coalesce(device_id, '{Guid.Empty}'), span, begins, status, count(*), count(ms), coalesce(sum(ms), 0)
            from {Runs(FigureSpans.OfFigures)} group by grouping sets ((span, begins, status), (owner_id, span, begins, status), (owner_id, workflow_id, span, begins, status), (owner_id, device_id, span, begins, status))
            having not (grouping(workflow_id) = 0 and workflow_id is null) and not (grouping(device_id) = 0 and device_id is null)
            on conflict (owner_id, workflow_id, device_id, span, begins, status) do update set
                n = t.n + excluded.n, timed = t.timed + excluded.timed, duration_ms = t.duration_ms + excluded.duration_ms;
            insert into views.run_failures as t
            select owner_id, coalesce(workflow_id, '{Guid.Empty}'), span, begins, error_type, coalesce(error_instance, ''), count(*)
            from {Runs(FigureSpans.OfFailures)} where status = 'failed' and error_type is not null group by 1, 2, 3, 4, 5, 6
            on conflict (owner_id, workflow_id, span, begins, error_type, node) do update set n = t.n + excluded.n;
            insert into views.run_durations select run_id, owner_id, coalesce(workflow_id, '{Guid.Empty}'), coalesce(device_id, '{Guid.Empty}'), occurred_at, ms from {Runs([FigureSpans.Quarter])} where ms is not null
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
