using Jarvis.Domain.Platform;

namespace Jarvis.Domain.Accounts;

/// <summary>A person's account.</summary>
public sealed record Account
{
    /// <summary>The stream; set by the store that folds it.</summary>
    public Guid Id { get; init; }

    public required Guid OwnerId { get; init; }

    public required string EmailKey { get; init; }

    public required Content Email { get; init; }

    public Content? DisplayName { get; init; }

    public required string TimeZone { get; init; }

    public AccountRole Role { get; init; }

    public static Account? Evolve(Account? account, object @event) => @event switch
    {
        AccountRegistered e => new Account { OwnerId = e.OwnerId, EmailKey = e.EmailKey, Email = e.Email, DisplayName = e.DisplayName, TimeZone = e.TimeZone, Role = e.Role },
        _ when account is null => null,
        AccountProfileChanged e => account with { DisplayName = e.DisplayName, TimeZone = e.TimeZone },
        AccountRoleChanged e => account with { Role = e.Role },
        _ => account,
    };
}
