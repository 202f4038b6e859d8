using System.Text.Json.Nodes;
using Jarvis.Engine.Tests.Devices;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Cli.Tests.Devices;

/// <summary>The real runner as a process of its own against the simulated server.</summary>
public sealed class RunnerVerbTests : IAsyncLifetime
{
    private const string Definition = """
        document: { dsl: '1.0.0', namespace: test, name: steps, version: '1.0.0' }
        do:
          - first: { set: { a: 1 } }
          - rest: { wait: { milliseconds: 700 } }
          - second: { set: { b: 2 } }
          - again: { wait: { milliseconds: 700 } }
          - third: { set: { c: 3 } }
        """;

    private const string Completed = "io.serverlessworkflow.workflow.completed.v1";

    private readonly SimulatedServer server = new();
    private readonly TemporaryFolder home = new();

    public async ValueTask InitializeAsync() => await server.Start();

    [Fact]
    public async Task it_pairs_takes_a_run_is_killed_and_goes_on_without_losing_or_repeating_anything()
    {
        server.PairingErrors.Enqueue("authorization_pending");
        var runId = Guid.CreateVersion7();
        await using (var first = Runner("--server", server.Address.ToString()))
        {
            var pairing = JsonNode.Parse(await first.WaitForLineAsync(line => Says(line, "pairing")))!;
            ((string?)pairing["userCode"]).ShouldBe("CODE-0001");
            ((string?)JsonNode.Parse(await first.WaitForLineAsync(line => Says(line, "paired")))!["deviceId"]).ShouldBe(server.DeviceId.ToString());
            await first.WaitForLineAsync(line => Says(line, "connected"));
            Start(runId);
            await Eventually(() => server.Stream(runId).Count > 5, "some events");
            Kill(first.Id);
            await first.WaitForExitAsync();
        }

        await using var second = Runner();
        await second.WaitForLineAsync(line => Says(line, "resumed"));
        await Eventually(() => Types(runId).Contains(Completed), "completion");
        var stream = server.Stream(runId);
        stream.Select(entry => (long)entry["sequence"]!).ShouldBe(Enumerable.Range(1, stream.Count).Select(i => (long)i));
        foreach (var task in (string[])["/do/0/first", "/do/2/second", "/do/4/third"])
        {
            stream.Count(entry => (string?)entry["type"] == "io.serverlessworkflow.task.completed.v1" && (string?)entry["data"]!["task"] == task).ShouldBe(1, task);
        }

        server.Pairings.ShouldBe(1);
    }

    [Fact]
    public async Task runs_go_on_while_the_server_is_away()
    {
        Pair();
        await using var runner = Runner("--server", server.Address.ToString());
        await runner.WaitForLineAsync(line => Says(line, "connected"));
        var runId = Guid.CreateVersion7();
        Start(runId);
        await runner.WaitForLineAsync(line => Says(line, "runTaken"));
        await server.Stop();
        await runner.WaitForLineAsync(line => Says(line, "away"));
        await Task.Delay(2000);
        await server.Start();
        await Eventually(() => Types(runId).Contains(Completed), "completion");
    }

    [Fact]
    public async Task a_run_that_began_here_brings_its_definition_with_its_first_event()
    {
        Pair();
        await using var runner = Runner("--server", server.Address.ToString());
        await runner.WaitForLineAsync(line => Says(line, "connected"));
        var file = home.File("steps.yaml");
        await File.WriteAllTextAsync(file, Definition);
        var result = await ProcessUnderTest.RunAsync(Program, ["run", file, "--submit", "--home", home.Path]);
        result.ExitCode.ShouldBe(0, result.Errors);
        Guid runId = default;
        await Eventually(() => server.Runs is [var begun, ..] && (runId = begun) != default && Types(runId).Contains(Completed), "completion");
        var first = server.Stream(runId)[0];
        ((string?)first["type"]).ShouldBe("io.serverlessworkflow.workflow.started.v1");
        ((string?)first["data"]!["local"]!["definition"]).ShouldBe(Definition);
        ((string?)first["data"]!["local"]!["definitionHash"]).ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task a_second_runner_of_the_same_home_says_so()
    {
        Pair();
        await using var first = Runner("--server", server.Address.ToString());
        await first.WaitForLineAsync(line => Says(line, "connected"));
        var second = await ProcessUnderTest.RunAsync(Program, ["runner", "--home", home.Path]);
        second.ExitCode.ShouldBe(2);
        second.Errors.ShouldContain("already");
    }

    [Fact]
    public async Task one_that_another_fenced_stops_with_a_clear_word()
    {
        Pair();
        await using var runner = Runner("--server", server.Address.ToString());
        await runner.WaitForLineAsync(line => Says(line, "connected"));
        await server.Usurp(tellTheOther: true);
        (await runner.WaitForExitAsync()).ShouldBe(1);
        runner.Errors.ShouldContain("Another runner uses this device's identity");
    }

    [Fact]
    public async Task one_that_was_revoked_says_to_pair_again_and_does_so_at_its_next_start()
    {
        Pair();
        await using var runner = Runner("--server", server.Address.ToString());
        await runner.WaitForLineAsync(line => Says(line, "connected"));
        server.Revoked = true;
        await server.CloseWith(4401, "revoked");
        (await runner.WaitForExitAsync()).ShouldBe(1);
        runner.Errors.ShouldContain("no longer paired");
        server.Revoked = false;
        await using var next = Runner("--server", server.Address.ToString());
        await next.WaitForLineAsync(line => Says(line, "paired"));
    }

    [Fact]
    public async Task ctrl_c_ends_it_cleanly_and_its_run_goes_on_at_the_next_start()
    {
        Pair();
        var runId = Guid.CreateVersion7();
        await using (var runner = Runner("--server", server.Address.ToString()))
        {
            await runner.WaitForLineAsync(line => Says(line, "connected"));
            Start(runId);
            await runner.WaitForLineAsync(line => Says(line, "runTaken"));
            Signal(runner.Id, "TERM");
            (await runner.WaitForExitAsync(TimeSpan.FromSeconds(15))).ShouldBe(0);
        }

        await using var next = Runner();
        await Eventually(() => Types(runId).Contains(Completed), "completion");
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        home.Dispose();
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "jarvis.exe" : "jarvis");

    private static bool Says(string line, string what) => line.StartsWith($"{{\"event\":\"{what}\"", StringComparison.Ordinal);

    private static void Kill(int processId) => Signal(processId, "KILL");

    private static void Signal(int processId, string signal)
    {
        using var kill = System.Diagnostics.Process.Start("kill", [$"-{signal}", $"{processId}"]);
        kill.WaitForExit();
    }

    private static async Task Eventually(Func<bool> isSo, string what)
    {
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (!isSo())
        {
            (DateTime.UtcNow < deadline).ShouldBeTrue($"Not in time: {what}.");
            await Task.Delay(20);
        }
    }

    private ProcessUnderTest Runner(params string[] more) => ProcessUnderTest.Start(Program, ["runner", "--json", "--home", home.Path, .. more]);

    private void Pair() => File.WriteAllText(home.File("credentials.json"), new JsonObject
    {
        ["server"] = server.Address.ToString(),
        ["deviceId"] = server.DeviceId.ToString(),
        ["accessToken"] = server.AccessToken,
        ["refreshToken"] = server.RefreshToken,
        ["expiresAt"] = DateTimeOffset.UtcNow.AddMinutes(15).ToString("O"),
    }.ToJsonString());

    private void Start(Guid runId) => server.Issue("start", runId, new JsonObject
    {
        ["workflowId"] = Guid.CreateVersion7().ToString(), ["revision"] = 1, ["name"] = "steps", ["definition"] = Definition, ["input"] = new JsonObject(),
    });

    private string?[] Types(Guid runId) => [.. server.Stream(runId).Select(entry => (string?)entry["type"])];
}
