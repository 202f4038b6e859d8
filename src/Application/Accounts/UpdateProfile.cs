using FluentValidation;
using Jarvis.Application.Platform;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Workflows.Data;
using Marten;

namespace Jarvis.Application.Accounts;

/// <summary>Changes what a person's account says of them; what is null stays.</summary>
/// <param name="DisplayName">Empty to have none.</param>
/// <param name="TimeZone">An IANA name: days and weeks are counted in it.</param>
/// <param name="Language">A tag of BCP 47.</param>
public sealed record UpdateProfile(string? DisplayName, string? TimeZone, string? Language) : Instruction
{
    public sealed class Validator : AbstractValidator<UpdateProfile>
    {
        public Validator()
        {
            RuleFor(command => command.DisplayName).MaximumLength(AccountLimits.DisplayNameMaxCharacters)
                .WithMessage($"A name has at most {AccountLimits.DisplayNameMaxCharacters} characters.");
            RuleFor(command => command.TimeZone).Must(AccountLimits.IsTimeZone).WithMessage(AccountLimits.NoSuchTimeZone);
            RuleFor(command => command.Language).Must(AccountLimits.IsLanguage).WithMessage("This is no language tag. Give one such as zh-CN or en.");
        }
    }
}

public static class UpdateProfileHandler
{
    public static async Task<KeptAnswer> Handle(
        UpdateProfile command, IDocumentSession session, Vault vault, TimeProvider clock, CancellationToken cancellation)
    {
        var envelope = command.Envelope;
        var stream = await session.Events.FetchForWriting<Account>(envelope.Actor, cancellation);
        if (stream.Aggregate is not { } account)
        {
            return await session.Refuse(command, AccountRefusals.NotFound, cancellation);
        }

        var name = command.DisplayName?.Trim();
        var decision = account.ChangeProfile(
            (name is not null, name is { Length: > 0 } ? await vault.Seal(account.OwnerId, Json.Of(name), cancellation) : null),
            command.TimeZone, command.Language, envelope.Actor, await vault.SealText(account.OwnerId, envelope.Reason, cancellation), clock.GetUtcNow());
        return await session.Settle(command, stream, decision, cancellation);
    }
}
