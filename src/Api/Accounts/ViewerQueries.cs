using GraphQL;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Domain.Accounts;

namespace Jarvis.Api.Accounts;

/// <summary>The signed-in person.</summary>
/// <param name="Language">A tag of BCP 47 such as <c>zh-CN</c>; null where the person never chose one.</param>
[Name("Viewer")]
public sealed record Viewer(Guid Id, string? Email, string? DisplayName, IEnumerable<string> Roles, string? TimeZone, string? Language, DateTimeOffset? RegisteredAt, Guid SessionId, Guid? DeviceId);

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
