using Jarvis.Api.Accounts;
using Jarvis.Api.Platform;
using Jarvis.Application.Devices;
using Jarvis.Domain.Platform;
using Marten;

namespace Jarvis.Api.Devices;

/// <summary><c>WS /runner/v1/commands</c>: opens a <see cref="RunnerConversation"/> for a paired runner.</summary>
public static class RunnerCommands
{
    public const string Subprotocol = "jarvis-runner-v1";

    private static readonly Refusal NotARunner = new("auth.not_a_runner", "Only a paired runner may do that.");
    private static readonly Refusal NoSocket = new("runner.no_websocket", $"Open a WebSocket with the subprotocol {Subprotocol}.");

    private static readonly Refusal TooMany = new("runner.too_many_sockets", "This device has too many sockets open.");

    public static void MapRunnerCommands(this IEndpointRouteBuilder routes) => routes.Map("/runner/v1/commands", Open).RequireAuthorization();

    private static async Task Open(HttpContext context, DeviceSockets sockets, Hold hold, RevokedSessions revoked, IServiceScopeFactory scopes, IDocumentStore store, DeviceCommandFeed feed, TimeProvider clock,
        IHostApplicationLifetime lifetime)
    {
        if (context.Caller() is not { DeviceId: { } deviceId } caller)
        {
            await ProblemAnswers.Of(StatusCodes.Status403Forbidden, NotARunner).ExecuteAsync(context);
            return;
        }

        if (!context.WebSockets.IsWebSocketRequest || !context.WebSockets.WebSocketRequestedProtocols.Contains(Subprotocol))
        {
            await ProblemAnswers.Of(StatusCodes.Status400BadRequest, NoSocket).ExecuteAsync(context);
            return;
        }

        if (await hold.Current(context.RequestAborted) is not null)
        {
            context.Response.Headers.RetryAfter = "30";
            await ProblemAnswers.Of(StatusCodes.Status503ServiceUnavailable, Hold.Refusal).ExecuteAsync(context);
            return;
        }

        if (!sockets.MayOpen(deviceId))
        {
            context.Response.Headers.RetryAfter = "5";
            await ProblemAnswers.Of(StatusCodes.Status429TooManyRequests, TooMany).ExecuteAsync(context);
            return;
        }

        try
        {
            await Converse(context, deviceId, caller, sockets, revoked, scopes, store, feed, clock, lifetime);
        }
        finally
        {
            sockets.Closed(deviceId);
        }
    }

    private static async Task Converse(
        HttpContext context, Guid deviceId, Caller caller, DeviceSockets sockets, RevokedSessions revoked, IServiceScopeFactory scopes, IDocumentStore store, DeviceCommandFeed feed,
        TimeProvider clock, IHostApplicationLifetime lifetime)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync(Subprotocol);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        using var conversation = new RunnerConversation(
            socket, deviceId, context.Connection.RemoteIpAddress?.ToString(), scopes, store, feed, clock);
        using var watch = revoked.Watch(caller.SessionId, () => conversation.End(RunnerClose.Revoked));
        await conversation.Run(sockets, stop.Token);
    }
}
