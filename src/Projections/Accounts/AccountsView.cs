using System.Text.Json.Serialization;
using JasperFx.Events;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Platform;
using Jarvis.Projections.Platform;
using Marten;

namespace Jarvis.Projections.Accounts;

/// <summary>An account as the back office lists it. Address and name stay sealed: the columns hold the stored form of the content.</summary>
/// <param name="EmailKey">Keyed hash of the address, by which it is looked up.</param>
public sealed record AccountRow(
    Guid AccountId, long FromPosition, long ToPosition, Guid OwnerId, long RegisteredPosition, AccountRole Role, string EmailKey, string Email,
    string? DisplayName, string TimeZone, string? Language, DateTimeOffset RegisteredAt, DateTimeOffset ChangedAt, long StreamVersion)
    : IVersioned<AccountRow>
{
    [JsonIgnore]
    public Guid Key => AccountId;

    public AccountRow Until(long position) => this with { ToPosition = position };

    public static AccountRow? Evolve(AccountRow? row, IEvent @event)
    {
        var next = @event.Data switch
        {
            AccountRegistered e => new AccountRow(
                @event.StreamId, 0, 0, e.OwnerId, @event.Sequence, e.Role, e.EmailKey, ViewJson.Sealed(e.Email)!, ViewJson.Sealed(e.DisplayName), e.TimeZone, null, e.RegisteredAt, default, 0),
            _ when row is null => null,
            AccountProfileChanged e => row with { DisplayName = ViewJson.Sealed(e.DisplayName), TimeZone = e.TimeZone, Language = e.Language ?? row.Language },
            AccountRoleChanged e => row with { Role = e.Role },
            _ => row,
        };
        return next is null ? null : next with
        {
            FromPosition = @event.Sequence, ToPosition = ViewTables.Open, ChangedAt = @event.Timestamp, StreamVersion = @event.Version,
        };
    }
}

/// <summary>The accounts, for those who run the business.</summary>
public sealed class AccountsView : View
{
    public new const string Name = "Accounts";

    public AccountsView(string schema = ViewTables.Schema)
        : base(Name, schema, "accounts")
    {
        foreach (var type in EventNames.All.Keys.Where(typeof(IAccountEvent).IsAssignableFrom))
        {
            IncludeType(type);
        }
    }

    public override View In(string schema) => new AccountsView(schema);

    public override Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation) =>
        FoldVersions<AccountRow>(operations, events, "accounts", "account_id", AccountRow.Evolve, cancellation);
}
