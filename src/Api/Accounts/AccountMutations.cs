using GraphQL;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Application.Accounts;
using Jarvis.Application.Platform;

namespace Jarvis.Api.Accounts;

public sealed record UpdateProfileInput : MutationInput
{
    /// <summary>Empty to have none; null to leave it.</summary>
    public string? DisplayName { get; init; }

    /// <summary>An IANA name such as <c>Asia/Shanghai</c>; null to leave it.</summary>
    public string? TimeZone { get; init; }

    /// <summary>A tag of BCP 47 such as <c>zh-CN</c>; null to leave it.</summary>
    public string? Language { get; init; }
}

public sealed record ChangePasswordInput : MutationInput
{
    public required string CurrentPassword { get; init; }

    public required string NewPassword { get; init; }
}

[Implements(typeof(IPayload))]
public sealed record AccountPayload(Position Position) : IPayload
{
    /// <summary>The account as it is now.</summary>
    public Task<Viewer> Viewer(IResolveFieldContext context) => ViewerQueries.Viewer(context);
}

/// <summary>What people can change about their own account.</summary>
public sealed class AccountMutations
{
    public static async Task<AccountPayload> UpdateProfile(IResolveFieldContext context, UpdateProfileInput input) =>
        new(new Position((await context.Give(input, new UpdateProfile(input.DisplayName, input.TimeZone, input.Language))).Position));

    /// <summary>Afterwards the old password is refused and every other sign-in session is ended; this one and the devices go on.</summary>
    public static async Task<AccountPayload> ChangePassword(IResolveFieldContext context, ChangePasswordInput input)
    {
        var caller = context.Caller();
        var envelope = new Envelope(input.CommandId, caller.AccountId, Reason: input.Reason, Seen: input.Seen?.Value);
        var answer = await context.Service<PasswordChanges>().Change(caller, envelope, input.CurrentPassword, input.NewPassword, context.CancellationToken);
        return answer.Refusal is { } refusal ? throw new RefusalError(refusal) : new AccountPayload(new Position(answer.Position));
    }
}
