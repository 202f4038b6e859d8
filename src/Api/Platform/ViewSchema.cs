using Jarvis.Api.Accounts;
using Jarvis.Application.Platform;
using Jarvis.Projections.Platform;
using Marten;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>
/// Makes the database ready before anything else starts: the store's own tables, the sign-in rows, the views with their guards, and the
/// trigger that tells of the daemon's progress. Every statement may run again, and in two starting servers at once.
/// </summary>
public sealed class ViewSchema(IDocumentStore store, NpgsqlDataSource database) : IHostedLifecycleService
{
    public const string ProgressChannel = "jarvis_progress";

    private const string Progress = $"""
        create or replace function {ViewTables.Schema}.tell_progress() returns trigger language plpgsql as $$
        begin
            perform pg_notify('{ProgressChannel}', new.name || ' ' || new.last_seq_id);
            -- A view and its progress are one transaction and can be folded again: it need not be flushed before the next one may tell.
            perform set_config('synchronous_commit', 'off', true);
            return null;
        end $$;
        create or replace trigger jarvis_tell_progress after insert or update on {EventStoreSetup.Schema}.mt_event_progression
            for each row execute function {ViewTables.Schema}.tell_progress();

        -- The last position recorded at an instant, by halving: positions and times rise together, and no index on time is needed. What a save left that was
        -- rolled back has a time before all times.
        create or replace function {ViewTables.Schema}.position_at(instant timestamptz) returns bigint language plpgsql stable as $$
        declare
            low bigint := 0;
            high bigint := coalesce((select max(seq_id) from {EventStoreSetup.Schema}.mt_events), 0);
            middle bigint;
            found record;
        begin
            while low < high loop
                middle := (low + high + 1) / 2;
                select seq_id, timestamp into found from {EventStoreSetup.Schema}.mt_events where seq_id <= middle and type <> 'tombstone' order by seq_id desc limit 1;
                if found.seq_id is null or found.seq_id <= low then
                    low := middle;
                elsif found.timestamp <= instant then
                    low := middle;
                else
                    high := found.seq_id - 1;
                end if;
            end loop;
            return coalesce((select seq_id from {EventStoreSetup.Schema}.mt_events where seq_id <= low and type <> 'tombstone' order by seq_id desc limit 1), 0);
        end $$;
        """;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await SignInTables.Ensure(database, cancellationToken);
        await Run(Hold.Script, cancellationToken);
        await Run(ViewShapes.Script, cancellationToken);
        await Run(ViewTables.ScriptIn(ViewTables.Schema), cancellationToken);
        await Run(ViewTables.GuardScriptIn(ViewTables.Schema), cancellationToken);
        await Run(Progress, cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task Run(string script, CancellationToken cancel)
    {
        const int Attempts = 10;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(cancel);
                await using var transaction = await connection.BeginTransactionAsync(cancel);
                await using var command = new NpgsqlCommand($"select pg_advisory_xact_lock(7305002);{script}", connection, transaction);
                await command.ExecuteNonQueryAsync(cancel);
                await transaction.CommitAsync(cancel);
                return;
            }
            catch (PostgresException e) when (attempt < Attempts && (e.SqlState is PostgresErrorCodes.InternalError or PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.UniqueViolation))
            {
                // Roles are the cluster's, and two databases of one cluster were made ready at the same moment ("tuple concurrently updated").
                await Task.Delay(TimeSpan.FromMilliseconds(50 * attempt), cancel);
            }
        }
    }
}
