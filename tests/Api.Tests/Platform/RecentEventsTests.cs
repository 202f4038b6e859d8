using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Api.Tests.Runs;
using Jarvis.Application.Platform;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>The server's views take what it committed itself from memory.</summary>
public sealed class RecentEventsTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task the_views_of_a_server_are_given_its_own_commits_from_memory()
    {
        var recent = server.Services.GetRequiredService<RecentEvents>();
        await using var mine = await RunsOfAPerson.Make(server);
        var run = await mine.Begin();
        var before = recent.Given;

        await mine.Log(run, 2, "one line", "and another");
        await mine.Complete(run, 3);

        (await Eventually.Be(() => Task.FromResult(recent.Given), given => given >= before + 2)).ShouldBeGreaterThanOrEqualTo(before + 2);
        await Eventually.Be(
            async () => (await mine.Person.Client.Ask("query($id: UUID!) { run(id: $id) { status log(first: 10) { nodes { text } } } }", new { id = run })).At("run"),
            seen => seen.Text("status") == "COMPLETED" && seen.At("log", "nodes").GetArrayLength() == 2);
    }
}
