using Jarvis.Domain.Platform;

namespace Jarvis.Domain.Accounts;

/// <summary>A person's account: the events of its <c>Account</c> stream. Sign-in sessions and password hashes are not among them.</summary>
public interface IAccountEvent;

/// <summary>What an account may do; an administrator sees that a run is, not what is in it.</summary>
public enum AccountRole { Owner, Administrator }

/// <summary>An account began.</summary>
/// <param name="OwnerId">The account itself, which owns its own stream.</param>
/// <param name="EmailKey">Keyed hash of the normalised address, for looking it up.</param>
/// <param name="Email">A JSON string.</param>
/// <param name="DisplayName">A JSON string.</param>
/// <param name="TimeZone">An IANA name, such as <c>Asia/Shanghai</c>.</param>
[EventName("ai.jarvis.account.registered.v1")]
public sealed record AccountRegistered(
    Guid OwnerId, string EmailKey, Content Email, Content? DisplayName, string TimeZone, AccountRole Role, DateTimeOffset RegisteredAt) : IAccountEvent;

/// <summary>The person's name, time zone or language, as they are from now on.</summary>
/// <param name="Language">A tag of BCP 47 such as <c>zh-CN</c>; null where the person never chose one.</param>
[EventName("ai.jarvis.account.profile-changed.v1")]
public sealed record AccountProfileChanged(
    Content? DisplayName, string TimeZone, Guid By, DateTimeOffset ChangedAt, Content? Reason, string? Language = null) : IAccountEvent;

/// <summary>From here on the old password is refused. Neither password nor hash stands in any event.</summary>
[EventName("ai.jarvis.account.password-changed.v1")]
public sealed record AccountPasswordChanged(Guid By, DateTimeOffset ChangedAt, Content? Reason) : IAccountEvent;

/// <summary>It may do more from now on, or less.</summary>
[EventName("ai.jarvis.account.role-changed.v1")]
public sealed record AccountRoleChanged(AccountRole Role, Guid By, DateTimeOffset ChangedAt, Content? Reason) : IAccountEvent;

/// <summary>The person looks at this device: the same on the phone, in the browser and on the command line.</summary>
/// <param name="DeviceId">Null where none is chosen any more.</param>
/// <param name="By">The person; or whoever unbound the device that was chosen.</param>
[EventName("ai.jarvis.account.device-chosen.v1")]
public sealed record AccountDeviceChosen(Guid? DeviceId, Guid By, DateTimeOffset ChosenAt) : IAccountEvent;
