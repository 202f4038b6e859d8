using System.Globalization;
using GraphQL;
using GraphQL.DataLoader;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Api.Runs;
using Jarvis.Application.Devices;
using Jarvis.Application.Platform;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Projections.Devices;
using Jarvis.Projections.Platform;
using Marten;

namespace Jarvis.Api.Devices;

/// <summary>A PC that runs workflows, of one moment.</summary>
[Name("Device")]
public sealed class DeviceNode(DeviceRow row, ReadPoint point)
{
    public Guid Id => row.DeviceId;

    public Position Position => new(row.FromPosition);

    /// <summary>Follow the devices from this change on.</summary>
    public Cursor Cursor => RunChangeCursor.Of(row.FromPosition);

    public DeviceStatus Status => row.Status;

    public string Os => row.Os;

    public string Version => row.Version;

    public AccountReference Owner => new(row.OwnerId);

    /// <summary>Its clock minus the server's, as last told.</summary>
    public double ClockOffsetSeconds => row.ClockOffsetMs / 1000.0;

    /// <summary>The same in milliseconds, with how sure it is; null while the device never connected.</summary>
    public DeviceClock? ClockOffset => row.ConnectedAt is null ? null : new DeviceClock(row.ClockOffsetMs, row.ClockUncertaintyMs, row.ClockAt);

    /// <summary>What the PC can do, as its runner told; null while it has not.</summary>
    public DeviceCapabilitiesNode? Capabilities => row.Can is { } can ? DeviceCapabilitiesNode.Of(can, row.CapabilitiesAt) : null;

    /// <summary>What its owner lets it do.</summary>
    public IEnumerable<DeviceScope> Scopes => DeviceScopes.All.Where(row.May);

    public DateTimeOffset PairedAt => row.PairedAt;

    public DateTimeOffset? ConnectedAt => row.ConnectedAt;

    /// <summary>When its status last changed on its account; heartbeats in between change nothing.</summary>
    public DateTimeOffset? LastSeenAt => row.LastSeenAt;

    public DateTimeOffset? RevokedAt => row.RevokedAt;

    public AccountReference? RevokedBy => row.RevokedBy is { } by ? new AccountReference(by) : null;

    /// <summary>Since when everything on it is paused; null where it is not.</summary>
    public DateTimeOffset? PausedAt => row.PausedAt;

    public AccountReference? PausedBy => row.PausedBy is { } by ? new AccountReference(by) : null;

    /// <summary>Runs that it is given at once.</summary>
    public int AtOnce => row.AtOnce ?? Application.Runs.RunLimits.AtOncePerDevice;

    /// <summary>Why nothing runs on it, what its owner can mend first; empty where something runs. It is told by the rule that dispatch goes by.</summary>
    public IDataLoaderResult<IEnumerable<IdleReasonNode>> WhyIdle(IResolveFieldContext context) =>
        OwnerPlaces.Load(context, row.OwnerId, point).Then(places => places!.WhyIdle(row).Select(IdleReasonNode.Of));

    public IDataLoaderResult<string?> Name(IResolveFieldContext context) => Text(context, row.Name);

    /// <summary>Where its last connection came from.</summary>
    public IDataLoaderResult<string?> Address(IResolveFieldContext context) => Text(context, row.Address);

    private IDataLoaderResult<string?> Text(IResolveFieldContext context, string? stored) =>
        stored is null || context.Caller().AccountId != row.OwnerId
            ? LoaderResult.Of<string?>(null)
            : SealedTexts.Load(context, stored).Then(Revealed.Text);
}

[Name("DeviceEdge")]
public sealed record DeviceEdge(DeviceNode Node, string Cursor) : Edge<DeviceNode>(Node, Cursor);

[Name("DeviceConnection")]
public sealed class DevicePage(IReadOnlyList<DeviceEdge> edges, PageInfo pageInfo, Position asOf, Count? total)
    : Connection<DeviceNode, DeviceEdge>(edges, pageInfo, asOf)
{
    /// <summary>How many there are; exact to 10,000.</summary>
    public Count TotalCount => total!;
}

/// <summary>A runner that waits to be paired under a code.</summary>
public sealed record Pairing(string UserCode, string? Name, string Os, string Version, DateTimeOffset ExpiresAt);

/// <summary>Rows of the devices' view.</summary>
public static partial class DeviceList
{
    public static Task<List<DeviceRow>> Rows(IResolveFieldContext context, ReadPoint point, string rest, Action<Conditions> more) =>
        context.Service<ViewReader>().RowsAt<DeviceRow>(context.Caller(), "devices", point, rest, more, context.CancellationToken);

    /// <summary>The device of many parents, by one query.</summary>
    public static IDataLoaderResult<DeviceNode?> Load(IResolveFieldContext context, Guid id, ReadPoint point) =>
        context.Load<Guid, DeviceNode>("devices", id, async (ids, _) =>
            (await Rows(context, point, "", c => c.Add("device_id = any(?)", ids.ToArray()))).ToDictionary(row => row.DeviceId, row => new DeviceNode(row, point)));
}

/// <summary>Queries about devices.</summary>
public sealed class DeviceQueries
{
    public static async Task<DevicePage> Devices(
        IResolveFieldContext context, int? first, string? after, int? last, string? before, DeviceFilter? filter, AsOf? asOf, Position? atLeast,
        DeviceOrder order = DeviceOrder.Newest)
    {
        var page = PageRequest.Of(first, after, last, before, $"devices {order}");
        var point = await context.Service<ReadPoints>().Settle(DevicesView.Name, asOf, atLeast, context.CancellationToken);
        var (rows, total) = await Counted.Read(context, () => DeviceList.Page(context, filter, order, page, point), () => DeviceList.Count(context, filter, point));
        var (edges, info) = Pages.Cut(page, rows, row => DeviceList.PlaceOf(row, order), (row, cursor) => new DeviceEdge(new DeviceNode(row, point), cursor));
        return new DevicePage(edges, info, new Position(point.AnswerPosition), total);
    }

    public static async Task<DeviceNode?> Device(IResolveFieldContext context, Guid id, AsOf? asOf, Position? atLeast)
    {
        var point = await context.Service<ReadPoints>().Settle(DevicesView.Name, asOf, atLeast, context.CancellationToken);
        var rows = await DeviceList.Rows(context, point, "", c => c.Add("device_id = ?", id));
        return rows.Count == 0 ? null : new DeviceNode(rows[0], point);
    }

    /// <summary>What asks to be paired under a code; null where nothing does, or no longer.</summary>
    public static async Task<Pairing?> Pairing(IResolveFieldContext context, string userCode)
    {
        context.Caller();
        var code = PairingRequest.Normalise(userCode.Length > 20 ? "" : userCode);
        await using var session = context.Service<IDocumentStore>().QuerySession();
        var request = await session.Query<PairingRequest>().FirstOrDefaultAsync(r => r.UserCode == code, context.CancellationToken);
        if (request is null || request.IsAnswered || request.ExpiresAt <= context.Service<TimeProvider>().GetUtcNow())
        {
            return null;
        }

        var name = (await context.Service<Vault>().Unseal([request.Name], context.CancellationToken))[0];
        return new Pairing(PairingRequest.Shown(request.UserCode), Revealed.Text(name), request.Os, request.Version, request.ExpiresAt);
    }
}
