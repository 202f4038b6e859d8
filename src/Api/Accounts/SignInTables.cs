using Npgsql;

namespace Jarvis.Api.Accounts;

/// <summary>
/// The rows behind signing in. They are state, not history: a session, a used refresh token or a wrong guess is forgotten when it
/// no longer matters, and a password hash is never an event.
/// </summary>
public static class SignInTables
{
    public const string Script = """
        create schema if not exists sign_in;

        create table if not exists sign_in.credentials (
            email_key      text primary key,
            account_id     uuid not null unique,
            role           text not null,
            password_hash  text not null
        );

        create table if not exists sign_in.sessions (
            session_id   uuid primary key,
            account_id   uuid not null,
            role         text not null,
            device_id    uuid,
            begun_at     timestamptz not null,
            expires_at   timestamptz not null,
            ended_at     timestamptz,
            end_reason   text
        );
        alter table sign_in.sessions add column if not exists last_seen_at timestamptz;
        alter table sign_in.sessions add column if not exists signed_in_from text;
        create index if not exists sessions_by_account on sign_in.sessions (account_id) where ended_at is null;
        create index if not exists sessions_by_device on sign_in.sessions (device_id) where device_id is not null;
        create index if not exists sessions_ended on sign_in.sessions (ended_at) where ended_at is not null;

        create table if not exists sign_in.refresh_tokens (
            token_hash  bytea primary key,
            session_id  uuid not null references sign_in.sessions on delete cascade,
            used_at     timestamptz
        );
        create index if not exists refresh_tokens_by_session on sign_in.refresh_tokens (session_id);

        create table if not exists sign_in.guesses (
            guess_id   uuid primary key,
            email_key  text not null,
            at         timestamptz not null
        );
        create index if not exists guesses_by_email on sign_in.guesses (email_key, at);
        """;

    public static async Task Ensure(NpgsqlDataSource database, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using var command = new NpgsqlCommand($"select pg_advisory_xact_lock(7305001);{Script}", connection, transaction);
        await command.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
    }
}
