using FluentValidation;
using Jarvis.Application.Platform;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows.Data;
using Marten;
using Npgsql;

namespace Jarvis.Application.Accounts;

/// <summary>
/// Makes an account. Whoever gives it is not signed in: its actor is <see cref="RegisterAccountHandler.ActorOf"/>, so that the same
/// command id from another address is another command.
/// </summary>
/// <param name="Email">Normalised.</param>
/// <param name="PasswordHash">As it is stored; the same password under the same command id must give the same hash.</param>
/// <param name="TimeZone">An IANA name; UTC for null.</param>
/// <param name="Role">Whoever asks for more than an owner's has been checked before.</param>
public sealed record RegisterAccount(string Email, string PasswordHash, string? DisplayName, string? TimeZone, AccountRole Role) : Instruction
{
    public sealed class Validator : AbstractValidator<RegisterAccount>
    {
        public Validator()
        {
            RuleFor(command => command.DisplayName).MaximumLength(AccountLimits.DisplayNameMaxCharacters)
                .WithMessage($"A name has at most {AccountLimits.DisplayNameMaxCharacters} characters.");
            RuleFor(command => command.TimeZone).Must(AccountLimits.IsTimeZone).WithMessage(AccountLimits.NoSuchTimeZone);
        }
    }
}

public static class AccountLimits
{
    public const int DisplayNameMaxCharacters = 100;

    public const int LanguageMaxCharacters = 35;

    public const string NoSuchTimeZone = "There is no such time zone. Give an IANA name such as Asia/Shanghai.";

    /// <summary>An IANA name that is known here, or none.</summary>
    public static bool IsTimeZone(string? zone) => zone is null || (TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) && found.HasIanaId);

    /// <summary>A well-formed tag (RFC 5646: subtags of letters and digits, the first of letters), or none.</summary>
    public static bool IsLanguage(string? tag) =>
        tag is null || (tag.Length is > 1 and <= LanguageMaxCharacters && tag.Split('-') is [var language, ..] subtags
            && language.Length is 2 or 3 && language.All(char.IsAsciiLetter)
            && subtags.All(subtag => subtag.Length is > 0 and <= 8 && subtag.All(char.IsAsciiLetterOrDigit)));
}

/// <summary>
/// The event and the password's row are one transaction; the row's key keeps two accounts from having one address. A password is state,
/// not history: its hash is in the sign-in tables and in no event.
/// </summary>
public static class RegisterAccountHandler
{
    private const string DefaultTimeZone = "UTC";

    /// <summary>Two who would be the first administrator take turns.</summary>
    private const string LockAdministratorSql = "select pg_advisory_xact_lock(7305003)";

    private const string HasAdministratorSql = "select exists (select 1 from sign_in.credentials where role = 'administrator')";

    private const string InsertSql =
        "insert into sign_in.credentials (email_key, account_id, role, password_hash) values ($1, $2, $3, $4) on conflict (email_key) do nothing";

    /// <summary>Who gives the instruction before there is an account: the address, as a keyed hash.</summary>
    public static Guid ActorOf(MasterKey keys, string email) =>
        new(System.Buffers.Text.Base64Url.DecodeFromChars(keys.Hash(HashPurpose.Email, System.Text.Encoding.UTF8.GetBytes(email), nameof(RegisterAccount))));

    /// <summary>Whether there is an administrator already.</summary>
    public static async Task<bool> HasAdministrator(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var any = new NpgsqlCommand(HasAdministratorSql, connection);
        return await any.ExecuteScalarAsync(cancellation) is true;
    }

    public static async Task<KeptAnswer> Handle(
        RegisterAccount command, IDocumentSession session, Vault vault, MasterKey keys, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var registered = new AccountRegistered(
            id, keys.Hash(HashPurpose.Email, command.Email), await vault.Seal(id, Json.Of(command.Email), cancellation),
            await vault.SealText(id, command.DisplayName, cancellation), command.TimeZone ?? DefaultTimeZone, command.Role, now);
        await session.BeginTransactionAsync(cancellation);
        var connection = session.Connection!;
        if (command.Role == AccountRole.Administrator)
        {
            await using var only = new NpgsqlCommand(LockAdministratorSql, connection);
            await only.ExecuteNonQueryAsync(cancellation);
            if (await HasAdministrator(connection, cancellation))
            {
                return await session.Refuse(command, AccountRefusals.SetupTokenInvalid, cancellation);
            }
        }

        await using var insert = new NpgsqlCommand(InsertSql, connection)
        {
            Parameters =
            {
                new() { Value = registered.EmailKey },
                new() { Value = id },
                new() { Value = command.Role.ToString().ToLowerInvariant() },
                new() { Value = command.PasswordHash },
            },
        };
        if (await insert.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return await session.Refuse(command, AccountRefusals.EmailTaken, cancellation);
        }

        // From its first event on the account acts for itself.
        session.LastModifiedBy = id.ToString();
        session.Events.StartStream<Account>(id, registered);
        return session.Answer(command, id, version: 1);
    }
}
