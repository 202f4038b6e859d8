using Jarvis.Domain.Platform;

namespace Jarvis.Domain.Accounts;

/// <summary>Each "no" about an account.</summary>
public static class AccountRefusals
{
    public static readonly Refusal EmailTaken = new("account.email_taken", "There is an account with this e-mail address already.", "email");

    public static readonly Refusal NotFound = new("account.not_found", "There is no such account, or you may not see it.");

    public static readonly Refusal PasswordWrong = new("account.password_wrong", "This is not the current password.", "currentPassword");

    public static readonly Refusal SetupTokenInvalid = new("auth.setup_token_invalid", "The set-up token is not valid, or there is an administrator already.", "setupToken");
}
