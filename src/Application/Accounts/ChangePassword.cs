using System.Text.Json.Serialization;
using Jarvis.Application.Platform;
using Jarvis.Domain.Accounts;
using Marten;
using Npgsql;

namespace Jarvis.Application.Accounts;

/// <summary>
/// Puts another password in the place of the one that was proven. Whoever else is signed in by the old one is signed out; devices, which
/// never knew it, go on.
/// </summary>
/// <param name="PasswordHash">As it is stored; the same password under the same command id must give the same hash.</param>
public sealed record ChangePassword(string PasswordHash) : Instruction
{
    /// <summary>The stored hash that the current password was held against: where it is another by now, nothing changes.</summary>
    [JsonIgnore]
    public string ProvenHash { get; init; } = "";

    /// <summary>The session that the change is made in, which goes on.</summary>
    [JsonIgnore]
    public Guid KeptSession { get; init; }
}

/// <summary>The event, the password's row and the end of the other sessions are one transaction.</summary>
public static class ChangePasswordHandler
{
    private const string ReplaceSql = "update sign_in.credentials set password_hash = $2 where account_id = $1 and password_hash = $3";

    private const string EndSql =
        "update sign_in.sessions set ended_at = $3, end_reason = 'password changed' where account_id = $1 and session_id <> $2 and device_id is null and ended_at is null";

    public static async Task<KeptAnswer> Handle(
        ChangePassword command, IDocumentSession session, Vault vault, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var envelope = command.Envelope;
        var account = envelope.Actor;
        var reason = await vault.SealText(account, envelope.Reason, cancellation);
        await session.BeginTransactionAsync(cancellation);
        var stream = await session.Events.FetchForWriting<Account>(account, cancellation);
        await using var replace = new NpgsqlCommand(ReplaceSql, session.Connection!)
        {
            Parameters = { new() { Value = account }, new() { Value = command.PasswordHash }, new() { Value = command.ProvenHash } },
        };
        if (stream.Aggregate is null || await replace.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return await session.Refuse(command, AccountRefusals.PasswordWrong, cancellation);
        }

        await using var end = new NpgsqlCommand(EndSql, session.Connection!)
        {
            Parameters = { new() { Value = account }, new() { Value = command.KeptSession }, new() { Value = now } },
        };
        await end.ExecuteNonQueryAsync(cancellation);
        return await session.Settle(command, stream, Account.ChangePassword(account, reason, now), cancellation);
    }
}
