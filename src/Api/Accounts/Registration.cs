using System.Security.Cryptography;
using System.Text;
using Jarvis.Api.Platform;
using Jarvis.Application.Accounts;
using Jarvis.Application.Platform;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Platform;
using Npgsql;

namespace Jarvis.Api.Accounts;

/// <summary>
/// The way from a form to a <see cref="RegisterAccount"/>: what must be known before there is an account to act for, and the password's hash. The
/// first administrator is made with the set-up token, while there is none.
/// </summary>
public sealed class Registration(Commands commands, MasterKey keys, Passwords passwords, NpgsqlDataSource database, ServerConfiguration configuration)
{
    /// <param name="commandId">The same again, with the same content, answers with the same account.</param>
    /// <returns>The account with the hash of the password that was given here, whatever its password is by now.</returns>
    public async Task<(StoredPassword? Account, Refusal? Refusal)> Register(RegisterRequest request, Guid commandId, CancellationToken cancel)
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

        if (request.SetupToken is { } token && !IsSetupToken(token))
        {
            return (null, AccountRefusals.SetupTokenInvalid);
        }

        if (await passwords.Hash(password, Salt(email, commandId), cancel) is not { } hash)
        {
            return (null, AuthRefusals.Busy);
        }

        var role = request.SetupToken is null ? AccountRole.Owner : AccountRole.Administrator;
        var answer = await commands.Execute(
            new RegisterAccount(email, hash, request.DisplayName, request.TimeZone, role),
            new Envelope(commandId, RegisterAccountHandler.ActorOf(keys, email)), cancel);
        return answer.Refusal is { } refusal
            ? (null, refusal)
            : (await StoredPassword.Find(database, keys.Hash(HashPurpose.Email, email), cancel) is { } stored ? stored with { PasswordHash = hash } : null, null);
    }

    /// <summary>Whether this set-up token would still make the first administrator.</summary>
    public async Task<bool> IsSetupOpen(string? token, CancellationToken cancel)
    {
        if (token is null || !IsSetupToken(token))
        {
            return false;
        }

        await using var connection = await database.OpenConnectionAsync(cancel);
        return !await RegisterAccountHandler.HasAdministrator(connection, cancel);
    }

    private bool IsSetupToken(string token) =>
        configuration.SetupToken is { Length: > 0 } expected
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(token)), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));

    /// <summary>Nobody can foresee it and no two accounts share one; and a repeat of the command is recognised by the slow hash alone.</summary>
    private byte[] Salt(string email, Guid commandId) =>
        System.Buffers.Text.Base64Url.DecodeFromChars(keys.Hash(HashPurpose.Secret, Encoding.UTF8.GetBytes($"{commandId:N}/{email}"), "password salt"));
}
