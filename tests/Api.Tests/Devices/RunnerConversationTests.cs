using Jarvis.Api.Devices;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Application.Devices;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Devices;

/// <summary>Whoever committed tells the sockets of it, and must not fail for a socket.</summary>
public sealed class RunnerConversationTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public void one_that_has_ended_is_woken_and_ended_without_complaint()
    {
        using var socket = new HeldSocket();
        var conversation = Conversation(socket);
        conversation.Dispose();

        Should.NotThrow(conversation.Wake);
        Should.NotThrow(() => conversation.End(RunnerClose.Revoked));
    }

    [Fact]
    public async Task many_commits_at_once_wake_it_once_and_none_fails()
    {
        using var socket = new HeldSocket();
        for (var round = 0; round < 200; round++)
        {
            using var conversation = Conversation(socket);
            using var together = new Barrier(4);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait();
                    conversation.Wake();
                },
                TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        }
    }

    private RunnerConversation Conversation(HeldSocket socket) => new(
        socket, Guid.CreateVersion7(), null, server.Services.GetRequiredService<IServiceScopeFactory>(), server.Store,
        server.Services.GetRequiredService<DeviceCommandFeed>(), TimeProvider.System);
}
