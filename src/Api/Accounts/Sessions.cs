using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Platform;
using Npgsql;

namespace Jarvis.Api.Accounts;

/// <summary>What a sign-in or refresh answers.</summary>
/// <param name="ExpiresIn">Seconds until the access token expires.</param>
public sealed record TokenPair(string AccessToken, string RefreshToken, int ExpiresIn);

/// <summary>
/// Sign-in sessions and their rotating refresh tokens. A refresh token is opaque, stored only as its SHA-256, and used once: its successor
/// is derived from it with a key of the server, so that the same token asked again within the overlap gets the same successor without one
/// being stored. Later reuse means that two parties hold it, and ends the session (RFC 9700, section 4.14.2). Nobody sits at a runner to
/// sign in again when a crash loses an answer: a device may ask with the old token for as long as the successor was never used.
/// </summary>
public sealed class Sessions(NpgsqlDataSource database, AccessTokens accessTokens, TokenKeys keys, RevokedSessions revoked, SignedInFrom signedInFrom, TimeProvider time)
{
    private static readonly Refusal NotValid = new("auth.refresh_invalid", "The refresh token is not valid. Sign in again.");

    /// <summary>Begins a device's session, which lives long and speaks for that device only; or a person's, whom nothing has to be proven of.</summary>
    public async Task<TokenPair> Begin(Guid accountId, AccountRole role, Guid? deviceId, CancellationToken cancel) =>
        (await Begin(
            new Caller(accountId, role, Guid.CreateVersion7(time.GetUtcNow()), deviceId), null,
            "insert into sign_in.sessions (session_id, account_id, role, device_id, begun_at, expires_at, last_seen_at, signed_in_from) values ($1, $2, $3, $4, $5, $6, $5, $7)",
            [], cancel))!;

    /// <summary>
    /// Begins a person's session, unless the password is another by now. A change of it that is under way ends this session too, or is waited for: whoever
    /// was just proving the old one does not come in behind it.
    /// </summary>
    /// <param name="proven">As the password was held against it.</param>
    /// <param name="request">Where it is begun from, which the account's list of sessions tells.</param>
    public async Task<TokenPair?> Begin(StoredPassword proven, HttpContext request, CancellationToken cancel) =>
        await Begin(
            new Caller(proven.AccountId, proven.Role, Guid.CreateVersion7(time.GetUtcNow()), null), await signedInFrom.Seal(proven.AccountId, request, cancel),
            """
            insert into sign_in.sessions (session_id, account_id, role, device_id, begun_at, expires_at, last_seen_at, signed_in_from)
            select $1, account_id, $3, $4::uuid, $5, $6, $5, $7::text from sign_in.credentials where account_id = $2 and password_hash = $8 for share
            """,
            [proven.PasswordHash], cancel);

    private async Task<TokenPair?> Begin(Caller caller, string? from, string insert, object[] further, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var refresh = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(Command(
            insert,
            [caller.SessionId, caller.AccountId, AccessTokens.RoleName(caller.Role), (object?)caller.DeviceId ?? DBNull.Value, now, now + Idle(caller.DeviceId), (object?)from ?? DBNull.Value, .. further]));
        batch.BatchCommands.Add(Command(
            "insert into sign_in.refresh_tokens (token_hash, session_id) select $1, session_id from sign_in.sessions where session_id = $2", Hash(refresh), caller.SessionId));
        await batch.ExecuteNonQueryAsync(cancel);
        return batch.BatchCommands[0].RecordsAffected == 1 ? Pair(caller, refresh) : null;
    }

    /// <summary>The next pair of tokens; refused with <c>auth.refresh_invalid</c>, ending the session where the token was reused late.</summary>
    public async Task<(TokenPair? Tokens, Refusal? Refusal, Caller? Caller)> Refresh(string refreshToken, CancellationToken cancel)
    {
        if (refreshToken.Length > SignInLimits.TokenMaxCharacters)
        {
            return (null, NotValid, null);
        }

        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        if (await Lock(connection, refreshToken, cancel) is not { } found || found.EndedAt is not null || found.ExpiresAt <= now)
        {
            return (null, NotValid, null);
        }

        var successor = Successor(refreshToken);
        if (found.UsedAt is null)
        {
            await using var batch = new NpgsqlBatch(connection, transaction);
            batch.BatchCommands.Add(Command("update sign_in.refresh_tokens set used_at = $2 where token_hash = $1", Hash(refreshToken), now));
            batch.BatchCommands.Add(Command(
                "insert into sign_in.refresh_tokens (token_hash, session_id) values ($1, $2)", Hash(successor), found.Caller.SessionId));
            batch.BatchCommands.Add(Command(
                "update sign_in.sessions set expires_at = $2 where session_id = $1", found.Caller.SessionId, now + Idle(found.Caller.DeviceId)));
            await batch.ExecuteNonQueryAsync(cancel);
        }
        else if (now - found.UsedAt > SignInLimits.RefreshOverlap && !(found.Caller.DeviceId is not null && await IsUnused(connection, successor, cancel)))
        {
            await using var end = new NpgsqlBatch(connection, transaction);
            end.BatchCommands.Add(Command(
                "update sign_in.sessions set ended_at = $2, end_reason = 'reuse' where session_id = $1", found.Caller.SessionId, now));
            await end.ExecuteNonQueryAsync(cancel);
            await transaction.CommitAsync(cancel);
            revoked.Add(found.Caller.SessionId);
            return (null, NotValid, null);
        }

        await transaction.CommitAsync(cancel);
        return (Pair(found.Caller, successor), null, found.Caller);
    }

    /// <summary>The first of these refresh tokens that is on record, used or not; null where none is.</summary>
    public async Task<string?> FirstKnown(IReadOnlyList<string> refreshTokens, CancellationToken cancel)
    {
        var hashes = refreshTokens.Select(token => token.Length > SignInLimits.TokenMaxCharacters ? [] : Hash(token)).ToArray();
        await using var command = database.CreateCommand(
            "select asked.place from unnest($1::bytea[]) with ordinality as asked(hash, place) join sign_in.refresh_tokens on token_hash = asked.hash order by asked.place limit 1");
        command.Parameters.Add(new NpgsqlParameter { Value = hashes });
        return await command.ExecuteScalarAsync(cancel) is long place ? refreshTokens[(int)place - 1] : null;
    }

    /// <summary>Ends the session a refresh token belongs to; an unknown token changes nothing.</summary>
    public Task End(string refreshToken, CancellationToken cancel) =>
        EndWhere("session_id = (select session_id from sign_in.refresh_tokens where token_hash = $1)", Hash(refreshToken), "logout", cancel);

    public Task End(Guid sessionId, string reason, CancellationToken cancel) => EndWhere("session_id = $1", sessionId, reason, cancel);

    /// <summary>Ends every session of a device, as its revocation does.</summary>
    public Task EndOfDevice(Guid deviceId, string reason, CancellationToken cancel) => EndWhere("device_id = $1", deviceId, reason, cancel);

    /// <summary>Ends one session of a person; false where there is none that goes on. A device's ends by unbinding the device.</summary>
    public async Task<bool> EndOne(Guid accountId, Guid sessionId, string reason, CancellationToken cancel) =>
        await EndWhere("session_id = $1 and account_id = $4 and device_id is null", sessionId, reason, cancel, accountId) > 0;

    /// <summary>Ends every session of a person but one; devices go on.</summary>
    public Task<int> EndOthers(Guid accountId, Guid kept, string reason, CancellationToken cancel) =>
        EndWhere("account_id = $1 and session_id <> $4 and device_id is null", accountId, reason, cancel, kept);

    /// <summary>Forgets sessions and guesses that no longer matter. Called from time to time.</summary>
    public async Task Forget(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(Command(
            "delete from sign_in.sessions where ended_at < $1 or expires_at < $1", now - SignInLimits.EndedSessionKept));
        batch.BatchCommands.Add(Command("delete from sign_in.guesses where at < $1", now - SignInLimits.GuessWindow));
        await batch.ExecuteNonQueryAsync(cancel);
    }

    private async Task<int> EndWhere(string condition, object value, string reason, CancellationToken cancel, object? further = null)
    {
        await using var command = database.CreateCommand(
            $"update sign_in.sessions set ended_at = $2, end_reason = $3 where {condition} and ended_at is null returning session_id");
        command.Parameters.Add(new NpgsqlParameter { Value = value });
        command.Parameters.Add(new NpgsqlParameter { Value = time.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter { Value = reason });
        if (further is not null)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = further });
        }

        await using var reader = await command.ExecuteReaderAsync(cancel);
        var ended = 0;
        while (await reader.ReadAsync(cancel))
        {
            revoked.Add(reader.GetGuid(0));
            ended++;
        }

        return ended;
    }

    private static async Task<bool> IsUnused(NpgsqlConnection connection, string refreshToken, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            "select exists (select 1 from sign_in.refresh_tokens where token_hash = $1 and used_at is null)", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = Hash(refreshToken) });
        return await command.ExecuteScalarAsync(cancel) is true;
    }

    private sealed record Found(Caller Caller, DateTimeOffset ExpiresAt, DateTimeOffset? EndedAt, DateTimeOffset? UsedAt);

    // The session's row is locked first, so that twenty refreshes at once are judged one after the other.
    private static async Task<Found?> Lock(NpgsqlConnection connection, string refreshToken, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            select s.session_id, s.account_id, s.role, s.device_id, s.expires_at, s.ended_at
            from sign_in.sessions s where s.session_id = (select session_id from sign_in.refresh_tokens where token_hash = $1)
            for update
            """, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = Hash(refreshToken) });
        Found found;
        await using (var reader = await command.ExecuteReaderAsync(cancel))
        {
            if (!await reader.ReadAsync(cancel))
            {
                return null;
            }

            var caller = new Caller(
                reader.GetGuid(1), Enum.Parse<AccountRole>(reader.GetString(2), ignoreCase: true), reader.GetGuid(0),
                reader.IsDBNull(3) ? null : reader.GetGuid(3));
            found = new Found(
                caller, reader.GetFieldValue<DateTimeOffset>(4), reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5), null);
        }

        await using var used = new NpgsqlCommand("select used_at from sign_in.refresh_tokens where token_hash = $1", connection);
        used.Parameters.Add(new NpgsqlParameter { Value = Hash(refreshToken) });
        return await used.ExecuteScalarAsync(cancel) is DateTime at ? found with { UsedAt = at } : found;
    }

    private TokenPair Pair(Caller caller, string refresh) =>
        new(accessTokens.Issue(caller), refresh, (int)SignInLimits.AccessTokenLifetime.TotalSeconds);

    private static TimeSpan Idle(Guid? deviceId) =>
        deviceId is null ? SignInLimits.SessionIdleLifetime : SignInLimits.DeviceSessionIdleLifetime;

    private string Successor(string refreshToken) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(keys.RefreshKey, Encoding.UTF8.GetBytes(refreshToken)));

    private static byte[] Hash(string refreshToken) => SHA256.HashData(Encoding.UTF8.GetBytes(refreshToken));

    private static NpgsqlBatchCommand Command(string text, params object[] values)
    {
        var command = new NpgsqlBatchCommand(text);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}
