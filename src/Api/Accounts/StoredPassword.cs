using System.Net.Mail;
using System.Text;
using Jarvis.Domain.Accounts;
using Npgsql;

namespace Jarvis.Api.Accounts;

/// <summary>What a password is checked against.</summary>
public sealed record StoredPassword(Guid AccountId, AccountRole Role, string PasswordHash)
{
    /// <summary>By keyed hash of the normalised address; null for an unknown one.</summary>
    public static Task<StoredPassword?> Find(NpgsqlDataSource database, string emailKey, CancellationToken cancel) => Find(database, "email_key", emailKey, cancel);

    public static Task<StoredPassword?> Find(NpgsqlDataSource database, Guid accountId, CancellationToken cancel) => Find(database, "account_id", accountId, cancel);

    private static async Task<StoredPassword?> Find(NpgsqlDataSource database, string column, object key, CancellationToken cancel)
    {
        await using var command = database.CreateCommand($"select account_id, role, password_hash from sign_in.credentials where {column} = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = key });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel)
            ? new StoredPassword(reader.GetGuid(0), Enum.Parse<AccountRole>(reader.GetString(1), ignoreCase: true), reader.GetString(2))
            : null;
    }
}

/// <summary>E-mail addresses as they are compared.</summary>
public static class Emails
{
    /// <summary>Trimmed, in lower case and compatibility form; null where it is no address.</summary>
    public static string? Normalise(string? email)
    {
        var text = email?.Trim();
        if (text is not { Length: > 2 and <= SignInLimits.EmailMaxCharacters } || text.Any(char.IsControl) || text.Any(char.IsWhiteSpace))
        {
            return null;
        }

        var normal = text.Normalize(NormalizationForm.FormKC).ToLowerInvariant();
        return MailAddress.TryCreate(normal, out var address) && address.Address == normal ? normal : null;
    }
}
