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

    /// <summary>A tag of BCP 47; null where the person never chose one.</summary>
    public string? Language { get; init; }

    public DateTimeOffset RegisteredAt { get; init; }

    public AccountRole Role { get; init; }

    /// <summary>The device that the person looks at; null for none.</summary>
    public Guid? ChosenDeviceId { get; init; }

    /// <summary>What is null stays as it is; nothing where all of it is so already.</summary>
    /// <param name="displayName">Whether and to what the name changes: its content, null to have none.</param>
    public Decision ChangeProfile((bool Changes, Content? Name) displayName, string? timeZone, string? language, Guid by, Content? reason, DateTimeOffset now) =>
        !displayName.Changes && (timeZone ?? TimeZone) == TimeZone && (language ?? Language) == Language
            ? Decision.Of()
            : Decision.Of(new AccountProfileChanged(
                displayName.Changes ? displayName.Name : DisplayName, timeZone ?? TimeZone, by, now, reason, language ?? Language));

    public static Decision ChangePassword(Guid by, Content? reason, DateTimeOffset now) => Decision.Of(new AccountPasswordChanged(by, now, reason));

    /// <summary>Looks at that device, or at none; nothing where it does already.</summary>
    public Decision Choose(Guid? deviceId, Guid by, DateTimeOffset now) =>
        ChosenDeviceId == deviceId ? Decision.Of() : Decision.Of(new AccountDeviceChosen(deviceId, by, now));

    /// <summary>That device is no longer theirs.</summary>
    public Decision Unchoose(Guid deviceId, Guid by, DateTimeOffset now) => ChosenDeviceId == deviceId ? Choose(null, by, now) : Decision.Of();

    public static Account? Evolve(Account? account, object @event) => @event switch
    {
        AccountRegistered e => new Account { OwnerId = e.OwnerId, EmailKey = e.EmailKey, Email = e.Email, DisplayName = e.DisplayName, TimeZone = e.TimeZone, Role = e.Role, RegisteredAt = e.RegisteredAt },
        _ when account is null => null,
        AccountProfileChanged e => account with { DisplayName = e.DisplayName, TimeZone = e.TimeZone, Language = e.Language ?? account.Language },
        AccountRoleChanged e => account with { Role = e.Role },
        AccountDeviceChosen e => account with { ChosenDeviceId = e.DeviceId },
        _ => account,
    };
}
