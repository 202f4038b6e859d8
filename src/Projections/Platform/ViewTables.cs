using Jarvis.Projections.Accounts;
using Jarvis.Projections.Devices;
using Jarvis.Projections.Runs;
using Jarvis.Projections.Workflows;

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

    private static readonly string Script = string.Join(
        '\n', "create schema if not exists views;", RunTables.Script, WorkflowTables.Script, DeviceTables.Script, AccountTables.Script);

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
