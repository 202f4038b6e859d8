using System.Globalization;
using GraphQL;
using GraphQL.DataLoader;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Api.Runs;
using Jarvis.Application.Platform;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Platform;
using Jarvis.Projections.Accounts;
using Jarvis.Projections.Platform;
using Npgsql;

namespace Jarvis.Api.Accounts;

/// <summary>An account, of one moment, for those who run the business and for itself.</summary>
[Name("Account")]
public sealed class AccountNode(AccountRow row)
{
    [Ignore]
    public AccountRow Row => row;

    public Guid Id => row.AccountId;

    public Position Position => new(row.FromPosition);

    public AccountRole Role => row.Role;

    public string TimeZone => row.TimeZone;

    public string? Language => row.Language;

    public DateTimeOffset RegisteredAt => row.RegisteredAt;

    public DateTimeOffset ChangedAt => row.ChangedAt;

    /// <summary>Its address: the caller's own in full, masked for administrators.</summary>
    public IDataLoaderResult<string?> Email(IResolveFieldContext context) => AccountList.Email(context, row.AccountId);

    /// <summary>Its name; the caller's own alone.</summary>
    public IDataLoaderResult<string?> DisplayName(IResolveFieldContext context) => row.DisplayName is null || context.Caller().AccountId != row.AccountId
        ? LoaderResult.Of<string?>(null)
        : SealedTexts.Load(context, row.DisplayName).Then(Revealed.Text);

    /// <summary>Its picture; for itself and administrators.</summary>
    public IDataLoaderResult<Documents.FileNode?> Avatar(IResolveFieldContext context) => Documents.FileRights.Avatar(context, row.AccountId);

    /// <summary>The last request in any of its sessions; null where none goes on.</summary>
    public IDataLoaderResult<DateTimeOffset?> LastSeenAt(IResolveFieldContext context) =>
        context.Load<Guid, DateTimeOffset>("account activity", row.AccountId, (ids, cancel) => AccountList.Activity(context, ids, cancel))
            .Then(at => at == default ? (DateTimeOffset?)null : at);

    /// <summary>Its devices that are not unbound.</summary>
    public IDataLoaderResult<int> Devices(IResolveFieldContext context) => AccountList.Tally(context, row.AccountId, "devices", "status <> 'revoked'");

    public IDataLoaderResult<int> Workflows(IResolveFieldContext context) => AccountList.Tally(context, row.AccountId, "workflows", "true");

    public IDataLoaderResult<int> Runs(IResolveFieldContext context) =>
        context.Load<Guid, int>("account runs", row.AccountId, async (ids, cancel) => (await context.Service<ViewReader>().Rows(context.Caller(),
            $"select owner_id, sum(n)::bigint from {ViewTables.Schema}.run_counts where owner_id = any($1) group by 1", [ids.ToArray()],
            static reader => (reader.GetGuid(0), (int)reader.GetInt64(1)), cancel)).ToDictionary(pair => pair.Item1, pair => pair.Item2));
}

[Name("AccountEdge")]
public sealed record AccountEdge(AccountNode Node, string Cursor) : Edge<AccountNode>(Node, Cursor);

[Name("AccountConnection")]
public sealed class AccountConnection(IReadOnlyList<AccountEdge> edges, PageInfo pageInfo, Position asOf, Count? total)
    : Connection<AccountNode, AccountEdge>(edges, pageInfo, asOf)
{
    /// <summary>How many there are; exact to 10,000.</summary>
    public Count TotalCount => total!;
}

/// <summary>Which accounts a list shows; what is given must all hold.</summary>
public sealed record AccountFilter
{
    /// <summary>The whole address, in any case. Addresses are sealed: parts of one cannot be searched.</summary>
    public string? Email { get; init; }

    public AccountRole? Role { get; init; }

    public DateTimeOffset? RegisteredFrom { get; init; }

    public DateTimeOffset? RegisteredTo { get; init; }
}

/// <summary>Rows of the accounts' view.</summary>
public static class AccountList
{
    /// <summary>Characters of the name in an address that stay when it is masked.</summary>
    private const int ShownCharacters = 1;

    public static Task<List<AccountRow>> Rows(IResolveFieldContext context, ReadPoint point, string rest, Action<Conditions> more) =>
        context.Service<ViewReader>().RowsAt<AccountRow>(context.Caller(), "accounts", point, rest, more, context.CancellationToken);

    /// <summary>One row more than the page, in the page's direction.</summary>
    public static Task<List<AccountRow>> Page(IResolveFieldContext context, AccountFilter? filter, PageRequest page, ReadPoint point) =>
        Rows(context, point, $"order by registered_position {(page.Backward ? "asc" : "desc")} limit {page.Size + 1}", conditions =>
        {
            Add(context, conditions, filter);
            if (page.PlaceAsNumber() is { } place)
            {
                conditions.Add(page.Backward ? "registered_position > ?" : "registered_position < ?", place);
            }
        });

    public static async Task<Count> Count(IResolveFieldContext context, AccountFilter? filter, ReadPoint point)
    {
        var conditions = new Conditions();
        point.Pick(conditions);
        Add(context, conditions, filter);
        var counted = (await context.Service<ViewReader>().Rows(context.Caller(),
            $"select count(*) from (select 1 from {ViewTables.Schema}.accounts where {conditions.Sql} limit {RunList.CountLimit + 1}) found",
            conditions.Parameters, static reader => reader.GetInt64(0), context.CancellationToken))[0];
        return new Count((int)Math.Min(counted, RunList.CountLimit), counted <= RunList.CountLimit);
    }

    public static void Add(IResolveFieldContext context, Conditions conditions, AccountFilter? filter) => conditions
        .AddIf(filter?.Email is not null, "email_key = ?", filter?.Email is { } email ? KeyOf(context, email) : null)
        .AddIf(filter?.Role is not null, "role = ?", filter?.Role is { } role ? AccessTokens.RoleName(role) : null)
        .AddIf(filter?.RegisteredFrom is not null, "registered_at >= ?", filter?.RegisteredFrom)
        .AddIf(filter?.RegisteredTo is not null, "registered_at < ?", filter?.RegisteredTo);

    /// <summary>The keyed hash of an address; of none where it is no address.</summary>
    public static string KeyOf(IResolveFieldContext context, string email) =>
        Emails.Normalise(email) is { } normal ? context.Service<MasterKey>().Hash(HashPurpose.Email, normal) : "";

    /// <summary>An account's address as the caller may see it.</summary>
    public static IDataLoaderResult<string?> Email(IResolveFieldContext context, Guid account)
    {
        var caller = context.Caller();
        var own = caller.AccountId == account;
        return !own && !caller.IsAdministrator
            ? LoaderResult.Of<string?>(null)
            : context.Load<Guid, Content>("account addresses", account, async (ids, cancel) =>
            {
                var rows = await Rows(context, new ReadPoint(null, 0), "", c => c.Add("account_id = any(?)", ids.ToArray()));
                var contents = rows.Select(row => SealedTexts.Read(row.Email)).ToList();
                return rows.Zip(await context.Service<Vault>().Unseal(contents, cancel)).ToDictionary(pair => pair.First.AccountId, pair => pair.Second);
            }).Then(Revealed.Text).Then(email => own ? email : Masked(email));
    }

    public static IDataLoaderResult<int> Tally(IResolveFieldContext context, Guid account, string table, string condition) =>
        context.Load<Guid, int>($"account {table}", account, async (ids, cancel) => (await context.Service<ViewReader>().Rows(context.Caller(),
            $"select owner_id, count(*) from {ViewTables.Schema}.{table} where owner_id = any($1) and to_position = {ViewTables.Open} and {condition} group by 1",
            [ids.ToArray()], static reader => (reader.GetGuid(0), (int)reader.GetInt64(1)), cancel)).ToDictionary(pair => pair.Item1, pair => pair.Item2));

    public static async Task<IDictionary<Guid, DateTimeOffset>> Activity(IResolveFieldContext context, IReadOnlyList<Guid> ids, CancellationToken cancel)
    {
        await using var command = context.Service<NpgsqlDataSource>().CreateCommand(
            "select account_id, max(coalesce(last_seen_at, begun_at)) from sign_in.sessions where account_id = any($1) and ended_at is null and device_id is null group by 1");
        command.Parameters.AddWithValue(ids.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var found = new Dictionary<Guid, DateTimeOffset>();
        while (await reader.ReadAsync(cancel))
        {
            found[reader.GetGuid(0)] = reader.GetFieldValue<DateTimeOffset>(1);
        }

        return found;
    }

    /// <summary>Its first character and its host: enough to know it again, not to write to it.</summary>
    public static string? Masked(string? email) =>
        email?.LastIndexOf('@') is not { } at || at < 0 ? email : $"{email[..Math.Min(ShownCharacters, at)]}***{email[at..]}";
}

/// <summary>Accounts, for administrators; anybody finds the own one.</summary>
public sealed class AccountQueries
{
    /// <summary>Accounts, those registered last first.</summary>
    public static async Task<AccountConnection> Accounts(
        IResolveFieldContext context, int? first, string? after, int? last, string? before, AccountFilter? filter, AsOf? asOf, Position? atLeast)
    {
        var page = PageRequest.Of(first, after, last, before, "accounts");
        var point = await context.Service<ReadPoints>().Settle(AccountsView.Name, asOf, atLeast, context.CancellationToken);
        var (rows, total) = await Counted.Read(context, () => AccountList.Page(context, filter, page, point), () => AccountList.Count(context, filter, point));
        var (edges, info) = Pages.Cut(
            page, rows, row => row.RegisteredPosition.ToString(CultureInfo.InvariantCulture), (row, cursor) => new AccountEdge(new AccountNode(row), cursor));
        return new AccountConnection(edges, info, new Position(point.AnswerPosition), total);
    }

    /// <summary>One account by id, or null where there is none that the caller may see.</summary>
    public static async Task<AccountNode?> Account(IResolveFieldContext context, Guid id, AsOf? asOf, Position? atLeast)
    {
        var point = await context.Service<ReadPoints>().Settle(AccountsView.Name, asOf, atLeast, context.CancellationToken);
        return await AccountList.Rows(context, point, "", c => c.Add("account_id = ?", id)) is [var row] ? new AccountNode(row) : null;
    }
}
