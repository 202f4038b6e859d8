using System.Security.Cryptography;
using System.Text;
using Jarvis.Application.Platform;
using Jarvis.Projections;
using Jarvis.Projections.Platform;

namespace Jarvis.Api.Platform;

/// <summary>
/// What each view's tables looked like when it was folded. Where a new version of the server has another form of a view, its tables and its
/// progress go before the daemon starts, and it is folded again from the first event; until then whoever asks for a position is told
/// how far behind the view is.
/// </summary>
public static class ViewShapes
{
    /// <summary>The script that takes down views of another form; it does nothing on a new database and the second time.</summary>
    public static string Script { get; } = $"""
        create schema if not exists {ViewTables.Schema};
        create table if not exists {ViewTables.Schema}.shapes (view text primary key, shape text not null);
        {string.Join('\n', ViewsSetup.All.Select(view => Renew(view, Of(view))))}
        """;

    /// <summary>A name for the form of a view: everything that makes its tables.</summary>
    public static string Of(View view) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', view.Tables.Select(TableText)))))[..16];

    private static string Renew(View view, string shape) => $"""
        do $$ begin
            if not exists (select 1 from {ViewTables.Schema}.shapes where view = '{view.Name}' and shape = '{shape}') then
                {string.Concat(view.Tables.Select(table => $"drop table if exists {ViewTables.Schema}.{table};"))}
                delete from {EventStoreSetup.Schema}.mt_event_progression where name = '{view.Name}:All';
                insert into {ViewTables.Schema}.shapes values ('{view.Name}', '{shape}') on conflict (view) do update set shape = excluded.shape;
            end if;
        end $$;
        """;

    private static string TableText(string table)
    {
        var script = ViewTables.ScriptIn(ViewTables.Schema);
        var from = script.IndexOf($"create table if not exists {ViewTables.Schema}.{table} (", StringComparison.Ordinal);
        return script[from..script.IndexOf(");", from, StringComparison.Ordinal)];
    }
}
