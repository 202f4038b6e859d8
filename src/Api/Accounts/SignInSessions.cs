using GraphQL;
using GraphQL.DataLoader;
using Jarvis.Api.Devices;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Domain.Platform;
using Jarvis.Projections.Devices;
using Npgsql;

namespace Jarvis.Api.Accounts;

/// <summary>A place where the account is signed in: a browser, or a device's runner.</summary>
/// <param name="Current">Whether the question came from it.</param>
/// <param name="UserAgent">What the browser said of itself; null for a device.</param>
/// <param name="Address">Where it was begun from.</param>
/// <param name="LastSeenAt">Its last request, to some seconds.</param>
/// <param name="ExpiresAt">When it ends unless it is used.</param>
[Name("SignInSession")]
public sealed record SignInSession(
    Guid Id, bool Current, string? UserAgent, string? Address, DateTimeOffset BegunAt, DateTimeOffset LastSeenAt, DateTimeOffset ExpiresAt,
    [property: Ignore] Guid? DeviceId)
{
    /// <summary>The device it belongs to: it ends by unbinding that. Null for a person's own.</summary>
    public async Task<IDataLoaderResult<DeviceNode?>> Device(IResolveFieldContext context) => DeviceId is { } id
        ? DeviceList.Load(context, id, await context.Service<ReadPoints>().Settle(DevicesView.Name, null, null, context.CancellationToken))
        : LoaderResult.Of<DeviceNode?>(null);
}

/// <summary>Where the account is signed in.</summary>
public sealed class SessionQueries
{
    /// <summary>Sessions that are listed at most, those used last first.</summary>
    private const int MaxListed = 200;

    /// <summary>Every session of the account that goes on, those used last first.</summary>
    public static async Task<IEnumerable<SignInSession>> Sessions(IResolveFieldContext context)
    {
        var caller = context.Caller();
        var cancel = context.CancellationToken;
        await context.Service<SessionActivity>().Write(cancel);
        await using var command = context.Service<NpgsqlDataSource>().CreateCommand(
            $"""
            select session_id, device_id, begun_at, coalesce(last_seen_at, begun_at), expires_at, signed_in_from
            from sign_in.sessions where account_id = $1 and ended_at is null and expires_at > $2 order by 4 desc, 1 limit {MaxListed}
            """);
        command.Parameters.AddWithValue(caller.AccountId);
        command.Parameters.AddWithValue(context.Service<TimeProvider>().GetUtcNow());
        var rows = new List<(SignInSession Session, string? From)>();
        await using (var reader = await command.ExecuteReaderAsync(cancel))
        {
            while (await reader.ReadAsync(cancel))
            {
                var id = reader.GetGuid(0);
                rows.Add((
                    new SignInSession(
                        id, id == caller.SessionId, null, null, reader.GetFieldValue<DateTimeOffset>(2), reader.GetFieldValue<DateTimeOffset>(3),
                        reader.GetFieldValue<DateTimeOffset>(4), reader.IsDBNull(1) ? null : reader.GetGuid(1)),
                    reader.IsDBNull(5) ? null : reader.GetString(5)));
            }
        }

        var origins = await context.Service<SignedInFrom>().Unseal([.. rows.Select(row => row.From)], cancel);
        return rows.Zip(origins, (row, from) => row.Session with { UserAgent = from.UserAgent, Address = from.Address });
    }
}

public sealed record EndSessionInput : MutationInput
{
    public required Guid SessionId { get; init; }
}

public sealed record EndOtherSessionsInput : MutationInput;

/// <param name="Ended">How many sessions this ended; those that had ended before are not counted.</param>
[Implements(typeof(IPayload))]
public sealed record SessionsPayload(Position Position, int Ended) : IPayload;

/// <summary>Ends sessions. They are state, not history: ending one twice is ending it once, so no answer is kept.</summary>
public sealed class SessionMutations
{
    private static readonly Refusal OfDevice = new("session.of_device", "This is a device's. Unbind the device instead.", "sessionId");

    /// <summary>Ends one of the account's sessions, also the one that asks; its tokens are refused at once.</summary>
    public static async Task<SessionsPayload> EndSession(IResolveFieldContext context, EndSessionInput input)
    {
        var caller = context.Caller();
        var ended = await context.Service<Sessions>().EndOne(caller.AccountId, input.SessionId, "ended by the person", context.CancellationToken);
        return !ended && await IsOfDevice(context, caller, input.SessionId) ? throw new RefusalError(OfDevice) : await Payload(context, ended ? 1 : 0);
    }

    /// <summary>Ends every sign-in session but the one that asks; devices go on.</summary>
    public static async Task<SessionsPayload> EndOtherSessions(IResolveFieldContext context, EndOtherSessionsInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var caller = context.Caller();
        return await Payload(context, await context.Service<Sessions>().EndOthers(caller.AccountId, caller.SessionId, "ended by the person", context.CancellationToken));
    }

    private static async Task<bool> IsOfDevice(IResolveFieldContext context, Caller caller, Guid sessionId)
    {
        await using var command = context.Service<NpgsqlDataSource>().CreateCommand(
            "select 1 from sign_in.sessions where session_id = $1 and account_id = $2 and device_id is not null and ended_at is null");
        command.Parameters.AddWithValue(sessionId);
        command.Parameters.AddWithValue(caller.AccountId);
        return await command.ExecuteScalarAsync(context.CancellationToken) is not null;
    }

    private static async Task<SessionsPayload> Payload(IResolveFieldContext context, int ended) =>
        new(new Position(await context.Service<ReadPoints>().Head(context.CancellationToken)), ended);
}
