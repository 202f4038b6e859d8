using System.Security.Cryptography;
using System.Text;
using Jarvis.Api.Platform;
using Jarvis.Application.Platform;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows.Data;
using Marten;
using Npgsql;

namespace Jarvis.Api.Accounts;

/// <summary>
/// Makes accounts. The event and the password's row are one transaction; the row's key keeps two accounts from having one address. The first
/// administrator is made with the set-up token, while there is none.
/// </summary>
public sealed class Registration(
    IDocumentStore store, Vault vault, MasterKey keys, Passwords passwords, ServerConfiguration configuration, TimeProvider time)
{
    private const string DefaultTimeZone = "UTC";

    public async Task<(AccountRegistered? Account, Refusal? Refusal)> Register(RegisterRequest request, CancellationToken cancel)
    {
        if (Emails.Normalise(request.Email) is not { } email)
        {
            return (null, new Refusal("input.invalid", "This is not an e-mail address.", "email"));
        }

        if (request.Password is not { Length: >= SignInLimits.PasswordMinCharacters and <= SignInLimits.PasswordMaxCharacters } password)
        {
            return (null, new Refusal(
                "input.invalid", $"A password has {SignInLimits.PasswordMinCharacters} to {SignInLimits.PasswordMaxCharacters} characters.", "password"));
        }

        if (request.DisplayName?.Length > SignInLimits.DisplayNameMaxCharacters)
        {
            return (null, new Refusal("input.invalid", $"A name has at most {SignInLimits.DisplayNameMaxCharacters} characters.", "displayName"));
        }

        if (request.TimeZone is { } zone && (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) || !found.HasIanaId))
        {
            return (null, new Refusal("input.invalid", "There is no such time zone. Give an IANA name such as Asia/Shanghai.", "timeZone"));
        }

        if (request.SetupToken is { } token && !IsSetupToken(token))
        {
            return (null, AuthRefusals.SetupTokenInvalid);
        }

        return await passwords.Hash(password, cancel) is { } hash
            ? await Store(request, email, hash, request.SetupToken is null ? AccountRole.Owner : AccountRole.Administrator, cancel)
            : (null, AuthRefusals.Busy);
    }

    /// <summary>Whether this set-up token would still make the first administrator.</summary>
    public async Task<bool> IsSetupOpen(string? token, CancellationToken cancel)
    {
        if (token is null || !IsSetupToken(token))
        {
            return false;
        }

        await using var session = store.LightweightSession();
        await session.BeginTransactionAsync(cancel);
        return !await HasAdministrator(session.Connection!, cancel);
    }

    private static async Task<bool> HasAdministrator(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var any = new NpgsqlCommand("select exists (select 1 from sign_in.credentials where role = 'administrator')", connection);
        return await any.ExecuteScalarAsync(cancel) is true;
    }

    private bool IsSetupToken(string token) =>
        configuration.SetupToken is { Length: > 0 } expected
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(token)), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));

    private async Task<(AccountRegistered? Account, Refusal? Refusal)> Store(
        RegisterRequest request, string email, string passwordHash, AccountRole role, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var emailKey = keys.Hash(HashPurpose.Email, email);
        var registered = new AccountRegistered(
            id, emailKey, await vault.Seal(id, Json.Of(email), cancel), await vault.SealText(id, request.DisplayName, cancel), request.TimeZone ?? DefaultTimeZone, role, now);
        await using var session = store.LightweightSession();
        await session.BeginTransactionAsync(cancel);
        session.LastModifiedBy = id.ToString();
        var connection = session.Connection!;
        if (role == AccountRole.Administrator)
        {
            await using var only = new NpgsqlCommand("select pg_advisory_xact_lock(7305003)", connection);
            await only.ExecuteNonQueryAsync(cancel);
            if (await HasAdministrator(connection, cancel))
            {
                return (null, AuthRefusals.SetupTokenInvalid);
            }
        }

        await using var insert = new NpgsqlCommand(
            "insert into sign_in.credentials (email_key, account_id, role, password_hash) values ($1, $2, $3, $4) on conflict (email_key) do nothing", connection);
        insert.Parameters.AddWithValue(emailKey);
        insert.Parameters.AddWithValue(id);
        insert.Parameters.AddWithValue(AccessTokens.RoleName(role));
        insert.Parameters.AddWithValue(passwordHash);
        if (await insert.ExecuteNonQueryAsync(cancel) == 0)
        {
            return (null, AuthRefusals.EmailTaken);
        }

        session.Events.StartStream<Account>(id, registered);
        await session.SaveChangesAsync(cancel);
        return (registered, null);
    }
}
