using System.Text;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Application.Accounts;
using Jarvis.Application.Platform;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Platform;
using Npgsql;

namespace Jarvis.Api.Accounts;

/// <summary>
/// The way from a form to a <see cref="ChangePassword"/>: the current password is proven as at a sign-in, counted among its guesses, so that a
/// session left open lets nobody try passwords.
/// </summary>
public sealed class PasswordChanges(Commands commands, Passwords passwords, PasswordGuesses guesses, MasterKey keys, RevokedSessions revoked, NpgsqlDataSource database)
{
    public async Task<Answer> Change(Caller caller, Envelope envelope, string current, string next, CancellationToken cancel)
    {
        if (next.Length is < SignInLimits.PasswordMinCharacters or > SignInLimits.PasswordMaxCharacters)
        {
            throw new RefusalError(new Refusal(
                "input.invalid", $"A password has {SignInLimits.PasswordMinCharacters} to {SignInLimits.PasswordMaxCharacters} characters.", "newPassword"));
        }

        var stored = await StoredPassword.Find(database, caller.AccountId, cancel) ?? throw new RefusalError(AccountRefusals.NotFound);
        var hash = await passwords.Hash(next, Salt(caller.AccountId, envelope.CommandId), cancel) ?? throw new RefusalError(AuthRefusals.Busy);
        // Under this command id this very password stands already: it is the same change again, and gets its first answer.
        if (stored.PasswordHash != hash)
        {
            await Prove(caller.AccountId, stored, current, cancel);
        }

        var answer = await commands.Execute(
            new ChangePassword(hash) { ProvenHash = stored.PasswordHash, KeptSession = caller.SessionId }, envelope, cancel);
        await revoked.Look(cancel);
        return answer;
    }

    private async Task Prove(Guid account, StoredPassword stored, string current, CancellationToken cancel)
    {
        var (guess, _) = await guesses.Book($"change/{account:N}", cancel);
        if (guess is not { } booked)
        {
            throw new RefusalError(AuthRefusals.Locked);
        }

        var matches = current.Length is > 0 and <= SignInLimits.PasswordMaxCharacters ? await passwords.Matches(stored.PasswordHash, current, cancel) : false;
        if (matches == false)
        {
            throw new RefusalError(AccountRefusals.PasswordWrong);
        }

        await guesses.TakeBack(booked, cancel);
        if (matches is null)
        {
            throw new RefusalError(AuthRefusals.Busy);
        }
    }

    /// <summary>Nobody can foresee it, no two passwords share one, and a repeat of the command gives the same hash.</summary>
    private byte[] Salt(Guid account, Guid commandId) =>
        System.Buffers.Text.Base64Url.DecodeFromChars(keys.Hash(HashPurpose.Secret, Encoding.UTF8.GetBytes($"{commandId:N}/{account:N}"), "password salt"));
}
