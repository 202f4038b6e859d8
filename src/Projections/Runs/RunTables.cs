namespace Jarvis.Projections.Runs;

/// <summary>The tables of <see cref="RunsView"/>: runs in versions, counts and figures, progress, tasks, log lines, variables, named blobs.</summary>
internal static class RunTables
{
    // 9223372036854775807 is ViewTables.Open; a partial index needs the literal.
    public const string Script = """
        create table if not exists views.runs (
            run_id uuid not null,
            from_position bigint not null,
            to_position bigint not null,
            owner_id uuid not null,
            requested_position bigint not null,
            status text not null,
            workflow_id uuid,
            namespace text not null,
            workflow_name text not null,
            revision integer,
            definition_hash text not null,
            trigger text not null,
            requested_by uuid not null,
            asked_device_id uuid,
            device_id uuid,
            parent_run_id uuid,
            retry_from text,
            requested_at timestamptz not null,
            dispatch_deadline timestamptz,
            waits_for text,
            waits_for_device_id uuid,
            waits_for_limit integer,
            priority text not null,
            granted boolean not null,
            started_at timestamptz,
            ended_at timestamptz,
            clock_offset_ms bigint not null,
            occurred_at timestamptz not null,
            error_type text,
            error_status integer,
            error_instance text,
            controls_open integer not null,
            attention text,
            changed_at timestamptz not null,
            changed_by uuid,
            stream_version bigint not null,
            needs jsonb,
            waits_for_functions jsonb,
            primary key (run_id, from_position)
        );
        -- What lists are filtered by stands behind the place in the order: an index alone finds the page of any mix, and counts it.
        create index if not exists runs_page on views.runs (owner_id, requested_position, status, workflow_id, device_id, trigger, requested_at) where to_position = 9223372036854775807;
        create index if not exists runs_page_workflow on views.runs (owner_id, workflow_id, requested_position, status, device_id, trigger, requested_at) where to_position = 9223372036854775807;
        create index if not exists runs_page_device on views.runs (owner_id, device_id, requested_position, status, trigger, requested_at) where to_position = 9223372036854775807;
        drop index if exists views.runs_now, views.runs_now_workflow, views.runs_now_device;
        create index if not exists runs_now_status on views.runs (owner_id, status, requested_position) where to_position = 9223372036854775807;
        create index if not exists runs_now_trigger on views.runs (owner_id, trigger, requested_position) where to_position = 9223372036854775807;
        create index if not exists runs_now_error on views.runs (owner_id, error_type, requested_position) where error_type is not null and to_position = 9223372036854775807;
        create index if not exists runs_attention on views.runs (owner_id, requested_position) where attention is not null and to_position = 9223372036854775807;
        create index if not exists runs_now_all on views.runs (requested_position) where to_position = 9223372036854775807;
        create index if not exists runs_waiting on views.runs (owner_id, requested_position) where to_position = 9223372036854775807 and status = 'pending';
        create index if not exists runs_children on views.runs (parent_run_id, requested_position) where parent_run_id is not null and to_position = 9223372036854775807;
        create index if not exists runs_then on views.runs (owner_id, requested_position, from_position);
        create index if not exists runs_changes on views.runs (owner_id, from_position);
        create index if not exists runs_changes_all on views.runs (from_position);

        create table if not exists views.run_counts (
            owner_id uuid not null,
            status text not null,
            workflow_id uuid not null,
            device_id uuid not null,
            n bigint not null,
            primary key (owner_id, status, workflow_id, device_id)
        );

        create table if not exists views.run_figures (
            owner_id uuid not null,
            workflow_id uuid not null,
            device_id uuid not null,
            span smallint not null,
            begins timestamptz not null,
            pending bigint not null,
            running bigint not null,
            paused bigint not null,
            completed bigint not null,
            failed bigint not null,
            cancelled bigint not null,
            timed bigint not null,
            duration_ms bigint not null,
            primary key (owner_id, workflow_id, device_id, span, begins)
        );

        create table if not exists views.run_failures (
            owner_id uuid not null,
            workflow_id uuid not null,
            span smallint not null,
            begins timestamptz not null,
            error_type text not null,
            node text not null,
            n bigint not null,
            primary key (owner_id, span, begins, workflow_id, error_type, node)
        );
        create index if not exists run_failures_of_all on views.run_failures (span, begins);

        create table if not exists views.run_durations (
            run_id uuid primary key,
            owner_id uuid not null,
            workflow_id uuid not null,
            device_id uuid not null,
            occurred_at timestamptz not null,
            duration_ms bigint not null
        );
        create index if not exists run_durations_of_owners on views.run_durations (owner_id, occurred_at) include (duration_ms, workflow_id, device_id);

        create table if not exists views.run_progress (
            run_id uuid primary key,
            owner_id uuid not null,
            position bigint not null,
            percent integer not null,
            current jsonb not null,
            at timestamptz not null
        );

        create table if not exists views.run_tasks (
            run_id uuid not null,
            instance text not null,
            owner_id uuid not null,
            task text not null,
            name text,
            kind text,
            sequence bigint not null,
            position bigint not null,
            attempts integer not null,
            started_at timestamptz,
            started_sequence bigint,
            started_position bigint,
            suspended_position bigint,
            suspended_until timestamptz,
            resumed_position bigint,
            ended_at timestamptz,
            ended_sequence bigint,
            ended_position bigint,
            ended_as text,
            error_type text,
            error_status integer,
            primary key (run_id, instance)
        );
        create index if not exists run_tasks_in_order on views.run_tasks (run_id, sequence);

        create table if not exists views.run_log (
            run_id uuid not null,
            sequence bigint not null,
            line integer not null,
            owner_id uuid not null,
            position bigint not null,
            at timestamptz not null,
            level smallint not null,
            instance text,
            primary key (run_id, sequence, line)
        );

        create table if not exists views.run_variables (
            run_id uuid not null,
            sequence bigint not null,
            owner_id uuid not null,
            position bigint not null,
            at timestamptz not null,
            task text not null,
            instance text not null,
            primary key (run_id, sequence)
        );

        create table if not exists views.run_blobs (
            run_id uuid not null,
            hash text not null,
            instance text not null,
            owner_id uuid not null,
            task text,
            sequence bigint not null,
            position bigint not null,
            taken_at timestamptz not null,
            size bigint not null,
            type text not null,
            purpose text not null,
            primary key (run_id, hash, instance, purpose)
        );
        create index if not exists run_blobs_named on views.run_blobs (owner_id, hash);

        create table if not exists views.run_clocks (
            device_id uuid primary key,
            clock_offset_ms bigint not null
        );
        """;
}
