using GraphQL;
using Jarvis.Api.Accounts;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Api.Tests.Runs;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform.GraphQL;

/// <summary>A client completes a subscription while events of it are on their way.</summary>
public sealed class SocketCompletionTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private const int Events = 10;

    /// <summary>Time for the server to take the subscription down while nothing is taken from it; were it too short, the test would show less, not fail.</summary>
    private static readonly TimeSpan TakesDown = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task what_is_on_its_way_is_not_sent_any_more_and_the_socket_goes_on()
    {
        await using var runs = await RunsOfAPerson.Make(server);
        var run = await runs.Begin();
        for (var sequence = 2; sequence <= Events; sequence++)
        {
            await runs.Log(run, sequence, "a line");
        }

        using var held = new HeldSocket();
        var serving = Serve(held);
        held.Say(new { type = "connection_init", payload = new { Authorization = $"Bearer {runs.Person.AccessToken}" } });
        (await held.Next()).Text("type").ShouldBe("connection_ack");
        held.Take(1);
        held.Say(new { id = "a", type = "subscribe", payload = new { query = $"subscription {{ runChanged(id: \"{run}\") {{ sequence }} }}" } });
        (await held.Next()).Text("type").ShouldBe("next");

        // One is being sent and the others wait behind it.
        held.Say(new { id = "a", type = "complete" });
        await Task.Delay(TakesDown, TestContext.Current.CancellationToken);
        held.Say(new { id = "a", type = "subscribe", payload = new { query = "{ viewer { id } }" } });
        await Task.Delay(TakesDown, TestContext.Current.CancellationToken);
        held.Take(100);

        (await held.Next()).Text("payload", "data", "viewer", "id").ShouldBe(runs.Person.Id.ToString());
        (await held.Next()).Text("type").ShouldBe("complete");
        held.Say(new { type = "ping" });
        (await held.Next()).Text("type").ShouldBe("pong");
        held.Leave();
        await serving;
    }

    private async Task Serve(HeldSocket socket)
    {
        var services = server.Services;
        var count = services.GetRequiredService<SocketCount>();
        using var place = count.Enter().ShouldNotBeNull();
        using var connection = new GraphQLSocket(
            socket, services.GetRequiredService<GraphQLExecution>(), services.GetRequiredService<IGraphQLTextSerializer>(), services.GetRequiredService<AccessTokens>(),
            services.GetRequiredService<RevokedSessions>(), services.GetRequiredService<BodyBudget>(), count, place, services.GetRequiredService<IServiceScopeFactory>(), TimeProvider.System);
        await connection.Serve(TestContext.Current.CancellationToken);
    }
}
