using GraphQL;
using Jarvis.Api.Devices;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Application.Accounts;
using Jarvis.Domain.Accounts;
using Jarvis.Projections.Devices;

namespace Jarvis.Api.Accounts;

/// <summary>The signed-in person.</summary>
/// <param name="Language">A tag of BCP 47 such as <c>zh-CN</c>; null where the person never chose one.</param>
[Name("Viewer")]
public sealed record Viewer(Guid Id, string? Email, string? DisplayName, IEnumerable<string> Roles, string? TimeZone, string? Language, DateTimeOffset? RegisteredAt, Guid SessionId, Guid? DeviceId)
{
    /// <summary>The person's picture; null for none.</summary>
    public GraphQL.DataLoader.IDataLoaderResult<Documents.FileNode?> Avatar(IResolveFieldContext context) => Documents.FileRights.Avatar(context, Id);

    /// <summary>The device that the person looks at, wherever they are signed in; null where none is chosen.</summary>
    public static async Task<DeviceNode?> ChosenDevice(IResolveFieldContext context, AsOf? asOf, Position? atLeast)
    {
        // Read from the account's own stream, which is short: it is never behind what the person just chose.
        var point = await context.Service<ReadPoints>().Settle(DevicesView.Name, asOf, atLeast, context.CancellationToken);
        var history = await context.Service<RecordedEvents>().OfStreams([context.Caller().AccountId], point.Position, context.CancellationToken);
        return history.Aggregate((Account?)null, (state, e) => Account.Evolve(state, e.Data))?.ChosenDeviceId is { } id
            && await DeviceList.Rows(context, point, "", conditions => conditions.Add("device_id = ?", id)) is [var row]
            ? new DeviceNode(row, point)
            : null;
    }
}

public sealed record ChooseDeviceInput : MutationInput
{
    /// <summary>One of the person's own; null for none.</summary>
    public Guid? DeviceId { get; init; }
}

/// <param name="Device">Null where none is chosen any more.</param>
[Implements(typeof(IPayload))]
public sealed record ChooseDevicePayload(Position Position, DeviceReference? Device) : IPayload;

/// <summary>What the signed-in person settles for themselves.</summary>
public sealed class ViewerMutations
{
    /// <summary>Looks at that device from now on, on the phone, in the browser and on the command line.</summary>
    public static async Task<ChooseDevicePayload> ChooseDevice(IResolveFieldContext context, ChooseDeviceInput input) => new(
        new Position((await context.Give(input, new ChooseDevice(input.DeviceId))).Position), input.DeviceId is { } id ? new DeviceReference(id, null) : null);
}

/// <summary>Who asks, and how far the history is.</summary>
public sealed class ViewerQueries
{
    public static async Task<Viewer> Viewer(IResolveFieldContext context)
    {
        var caller = context.Caller();
        var recorded = context.Service<RecordedEvents>();
        var history = await recorded.Unseal(await recorded.OfStreams([caller.AccountId], null, context.CancellationToken), context.CancellationToken);
        var account = history.Aggregate((Account?)null, (state, e) => Account.Evolve(state, e.Data));
        return new Viewer(
            caller.AccountId, Revealed.Text(account?.Email), Revealed.Text(account?.DisplayName), [AccessTokens.RoleName(caller.Role)],
            account?.TimeZone, account?.Language, account?.RegisteredAt, caller.SessionId, caller.DeviceId);
    }

    /// <summary>The highest committed position.</summary>
    public static async Task<Position> Position(IResolveFieldContext context)
    {
        context.Caller();
        return new Position(await context.Service<ReadPoints>().Head(context.CancellationToken));
    }
}
