using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jarvis.Api.Accounts;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Runs;
using Jarvis.Application.Devices;
using Jarvis.Application.Runs;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Runs;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Devices;

/// <summary>A person takes a device away: it is out at once, and whoever waits for it is told.</summary>
public sealed class RevokedDeviceTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    /// <summary>Sessions that end are seen everywhere within this (goals: HTTP refused and sockets closed within 5 s).</summary>
    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task a_connected_runner_is_closed_its_tokens_are_refused_and_its_runs_are_told_why()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var begun = await mine.Begin();
        var asked = (await server.Do(new RequestRun(null, "greeting", null, null, mine.Runner.Device, RunTrigger.Manual), mine.Person.Id)).Stream!.Value;
        await mine.Runner.ReceiveCommand();
        var tokens = await server.Services.GetRequiredService<Sessions>().Begin(mine.Person.Id, AccountRole.Owner, mine.Runner.Device, CancellationToken.None);
        var watch = System.Diagnostics.Stopwatch.StartNew();

        (await server.Do(new RevokeDevice(mine.Runner.Device), mine.Person.Id)).Refusal.ShouldBeNull();

        (await mine.Runner.Receive()).ShouldBeNull();
        ((int)mine.Runner.Closed!).ShouldBe(4401);
        watch.Elapsed.ShouldBeLessThan(Promptly);
        using var client = server.Anonymous();
        client.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);
        (await Eventually.Be(async () => (int)(await client.PostAsJsonAsync("/runner/v1/events", Array.Empty<int>())).StatusCode, status => status == 401)).ShouldBe(401);
        using var refreshed = await client.PostAsJsonAsync("/runner/v1/token", new { refreshToken = tokens.RefreshToken });
        ((int)refreshed.StatusCode).ShouldBe(400);
        JsonNode.Parse(await refreshed.Content.ReadAsStringAsync())!["error"]!.ToString().ShouldBeOneOf("invalid_grant", "access_denied");
        foreach (var run in new[] { begun, asked })
        {
            var state = await Eventually.Be(() => State(run), state => state!.HasEnded);
            state!.Status.ShouldBe(RunStatus.Failed);
            state.Error!.Type.ShouldBe(Run.DeviceRevokedError);
        }
    }

    [Fact]
    public async Task a_run_that_may_go_elsewhere_says_that_it_waits_for_a_device()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var (run, _) = await mine.Request();
        await mine.Runner.ReceiveCommand();

        await server.Do(new RevokeDevice(mine.Runner.Device), mine.Person.Id);

        var state = await Eventually.Be(() => State(run), state => state?.Waiting is not null);
        state!.Waiting!.Reason.ShouldBe(RunWaitReason.NoDevice);
        state.Status.ShouldBe(RunStatus.Pending);
    }

    private async Task<Run?> State(Guid run)
    {
        await using var session = server.Store.QuerySession();
        return await session.Events.AggregateStreamAsync<Run>(run);
    }
}
