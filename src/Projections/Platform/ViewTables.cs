namespace Jarvis.Projections.Platform;

/// <summary>
/// The tables of the read models. They hold what lists filter, sort and count by; personal content stays sealed in the events (the few
/// exceptions stand in docs/security.md). Each row has its owner, and row-level security lets the reader's role see
/// nothing but its account's rows (an administrator: that a run is, in every row), whatever a query forgot to say.
/// </summary>
public static class ViewTables
{
    public const string Schema = "views";

    /// <summary>The role of every read. It may log in nowhere, owns nothing and cannot bypass row-level security.</summary>
    public const string ReaderRole = "jarvis_reader";

    /// <summary>Open end of a version: the row is current.</summary>
    public const long Open = long.MaxValue;

    public static readonly IReadOnlyList<string> Guarded =
        ["runs", "run_counts", "run_figures", "run_failures", "run_durations", "run_progress", "run_tasks", "run_log", "run_variables", "run_blobs", "workflows", "workflow_favourites", "devices", "accounts"];

    // 9223372036854775807 is Open; a partial index needs the literal.
    private const string Script = """
        create schema if not exists views;

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

        create table if not exists views.workflows (
            workflow_id uuid not null,
            from_position bigint not null,
            to_position bigint not null,
            owner_id uuid not null,
            published_position bigint not null,
            namespace text not null,
            name text not null,
            revision integer not null,
            document_version text not null,
            definition_hash text not null,
            disabled boolean not null,
            published_at timestamptz not null,
            at_once integer,
            changed_at timestamptz not null,
            stream_version bigint not null,
            category text,
            tags jsonb not null default '[]',
            document_category text,
            document_tags jsonb not null default '[]',
            own_category text,
            own_tags jsonb,
            about text,
            changed_by uuid,
            primary key (workflow_id, from_position)
        );
        create index if not exists workflows_now on views.workflows (owner_id, published_position) where to_position = 9223372036854775807;
        create index if not exists workflows_named on views.workflows (owner_id, name) where to_position = 9223372036854775807;
        create index if not exists workflows_then on views.workflows (owner_id, published_position, from_position);

        create table if not exists views.workflow_favourites (
            owner_id uuid not null,
            workflow_id uuid not null,
            from_position bigint not null,
            to_position bigint not null,
            primary key (owner_id, workflow_id, from_position)
        );

        create table if not exists views.devices (
            device_id uuid not null,
            from_position bigint not null,
            to_position bigint not null,
            owner_id uuid not null,
            paired_position bigint not null,
            status text not null,
            name text not null,
            os text not null,
            version text not null,
            address text,
            epoch bigint not null,
            clock_offset_ms bigint not null,
            paired_at timestamptz not null,
            connected_at timestamptz,
            last_seen_at timestamptz,
            revoked_at timestamptz,
            paused_at timestamptz,
            paused_by uuid,
            at_once integer,
            changed_at timestamptz not null,
            stream_version bigint not null,
            clock_uncertainty_ms bigint,
            clock_at timestamptz,
            revoked_by uuid,
            scopes jsonb,
            capabilities text,
            capabilities_at timestamptz,
            primary key (device_id, from_position)
        );
        create table if not exists views.accounts (
            account_id uuid not null,
            from_position bigint not null,
            to_position bigint not null,
            owner_id uuid not null,
            registered_position bigint not null,
            role text not null,
            email_key text not null,
            email text not null,
            display_name text,
            time_zone text not null,
            language text,
            registered_at timestamptz not null,
            changed_at timestamptz not null,
            stream_version bigint not null,
            primary key (account_id, from_position)
        );
        create index if not exists accounts_now on views.accounts (registered_position) where to_position = 9223372036854775807;
        create index if not exists accounts_of_addresses on views.accounts (email_key) where to_position = 9223372036854775807;

        create index if not exists devices_now_all on views.devices (paired_position) where to_position = 9223372036854775807;
        create index if not exists workflows_now_all on views.workflows (published_position) where to_position = 9223372036854775807;
        create index if not exists devices_now on views.devices (owner_id, paired_position) where to_position = 9223372036854775807;
        create index if not exists devices_then on views.devices (owner_id, paired_position, from_position);
        create index if not exists devices_changes on views.devices (owner_id, from_position);
        """;

    /// <summary>Makes the tables, in the schema where they are read or in another.</summary>
    public static string ScriptIn(string schema) =>
        Script.Replace("exists views;", $"exists {schema};", StringComparison.Ordinal).Replace("views.", $"{schema}.", StringComparison.Ordinal);

    /// <summary>The tables with their keys alone: what is filled from the first event on gets its other indexes when it is.</summary>
    public static string TablesIn(string schema) => string.Join('\n', ScriptIn(schema).Split('\n').Where(line => !IsIndex(line)));

    /// <summary>The other indexes of some tables.</summary>
    public static string IndexesIn(string schema, IEnumerable<string> tables) => string.Join(
        '\n', ScriptIn(schema).Split('\n').Where(line => IsIndex(line) && tables.Any(table => line.Contains($" on {schema}.{table} (", StringComparison.Ordinal))));

    /// <summary>The reader's role, its grants, and a policy on every guarded table.</summary>
    /// <remarks>Roles belong to the whole cluster and two servers may start at once, so an existing role is no error.</remarks>
    public static string GuardScriptIn(string schema) => $"""
        do $$ begin
            if not exists (select 1 from pg_roles where rolname = '{ReaderRole}') then
                create role {ReaderRole} nologin nobypassrls;
            end if;
        exception when duplicate_object or unique_violation then null;
        end $$;
        do $$ begin
            if not pg_has_role(current_user, '{ReaderRole}', 'member') then
                execute format('grant {ReaderRole} to %I', current_user);
            end if;
        end $$;
        grant usage on schema {schema} to {ReaderRole};
        {string.Join('\n', Guarded.Select(table => Guard(schema, table)))}
        """;

    private static bool IsIndex(string line) => line.StartsWith("create index ", StringComparison.Ordinal);

    // The settings are read once a statement, not once a row; a setting that was never made counts as nobody.
    private static string Guard(string schema, string table) => $"""
        grant select on {schema}.{table} to {ReaderRole};
        alter table {schema}.{table} enable row level security;
        do $$ begin
            if not exists (select 1 from pg_policies where schemaname = '{schema}' and tablename = '{table}' and policyname = 'owners') then
                create policy owners on {schema}.{table} for select to {ReaderRole} using (
                    owner_id = (select nullif(current_setting('jarvis.account', true), '')::uuid)
                    or (select current_setting('jarvis.administrator', true) = 'on'));
            end if;
        end $$;
        """;
}
