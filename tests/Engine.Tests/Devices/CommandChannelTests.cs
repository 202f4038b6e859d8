using System.Text.Json.Nodes;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Runs;
using Jarvis.Engine.Devices;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Workflows;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Devices;

public sealed class CommandChannelTests : IAsyncDisposable
{
    private readonly TemporaryFolder home = new();
    private readonly SimulatedServer server = new();

    [Fact]
    public async Task a_run_starts_only_when_it_was_granted_and_only_once()
    {
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server);
        var runId = Guid.CreateVersion7();
        server.Issue("start", runId, Start());
        await RunnerUnderTest.Until(() => runner.Executor.Started.Count == 1, "started");
        server.IsGranted(runId).ShouldBeTrue();
        server.RepeatCommands();
        server.DropSocket();
        await RunnerUnderTest.Until(() => server.Hellos == 2, "a second hello");
        server.RepeatCommands();
        await Task.Delay(200);
        var order = runner.Executor.Started.ShouldHaveSingleItem();
        order.RunId.ShouldBe(runId);
        order.Definition.ShouldBe("document: {}");
        order.Revision.ShouldBe(3);
        runner.Journal.LastCommand().ShouldBe(1);
        runner.Journal.UnhandledCommands().ShouldBeEmpty();
    }

    [Fact]
    public async Task a_server_restored_from_a_backup_counts_anew_and_is_obeyed()
    {
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server);
        var (before, after) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        server.Issue("start", before, Start());
        server.Issue("start", Guid.CreateVersion7(), Start());
        await RunnerUnderTest.Until(() => runner.Executor.Started.Count == 2, "started");

        server.RestoreToBeforeAnyCommand();
        server.DropSocket();
        await RunnerUnderTest.Until(() => server.Hellos == 2, "a second hello");
        server.Issue("start", after, Start());

        await RunnerUnderTest.Until(() => runner.Executor.Started.Any(run => run.RunId == after), "the new run");
        runner.Executor.Started.Count(run => run.RunId == before).ShouldBe(1);
        runner.Journal.LastCommand().ShouldBe(1);
    }

    [Fact]
    public async Task a_restored_server_whose_count_has_caught_up_is_obeyed()
    {
        await server.Start();
        var after = Guid.CreateVersion7();
        await using (var first = new RunnerUnderTest(home.Path, server))
        {
            server.Issue("start", Guid.CreateVersion7(), Start());
            await RunnerUnderTest.Until(() => first.Executor.Started.Count == 1, "started");
        }

        server.RestoreToBeforeAnyCommand();
        server.Issue("start", after, Start());
        await using var runner = new RunnerUnderTest(home.Path, server);

        await RunnerUnderTest.Until(() => runner.Executor.Started.Any(run => run.RunId == after), "the new run");
        runner.Journal.LastCommand().ShouldBe(1);
    }

    [Fact]
    public async Task the_hello_tells_what_the_pc_can_do_and_a_heartbeat_only_what_changed()
    {
        server.LeaseSeconds = 3;
        await server.Start();
        string[] functions = ["file.read"];
        await using var runner = new RunnerUnderTest(home.Path, server, capabilities: () => new DeviceCapabilities(Volatile.Read(ref functions), [], false, false, 2, null, null));
        await RunnerUnderTest.Until(() => Frames("heartbeat").Count >= 2, "heartbeats");
        var hello = Frames("hello").ShouldHaveSingleItem();
        hello["capabilities"]!["functions"]!.ToJsonString().ShouldBe("""["file.read"]""");
        ((double?)hello["roundTripMilliseconds"]).ShouldNotBeNull().ShouldBeGreaterThan(0);
        Frames("heartbeat").ShouldAllBe(beat => beat["capabilities"] == null && beat["clock"] != null);
        Volatile.Write(ref functions, ["browser.open", "file.read"]);
        await RunnerUnderTest.Until(() => Frames("heartbeat").Any(beat => beat["capabilities"] is not null), "news");
        var told = Frames("heartbeat").Count;
        await RunnerUnderTest.Until(() => Frames("heartbeat").Count >= told + 2, "more heartbeats");
        Frames("heartbeat").Count(beat => beat["capabilities"] is not null).ShouldBe(1);
    }

    [Fact]
    public void what_this_machine_can_do_is_what_its_functions_say()
    {
        var can = MachineCapabilities.Of(FunctionCatalog.Standard, JarvisHome.Open(home.Path));
        can.IsSound().ShouldBeTrue();
        can.Functions.ShouldContain("file.read");
        can.Functions.Concat(can.Missing.Select(missing => missing.Name)).Order(StringComparer.Ordinal).ShouldBe(FunctionCatalog.Standard.All.Select(function => function.Name).Order(StringComparer.Ordinal));
        can.HasBrowser.ShouldBe(can.Functions.Contains("browser.open"));
        can.DiskFreeBytes.ShouldNotBeNull().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task a_withdrawn_run_never_starts()
    {
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server);
        var runId = Guid.CreateVersion7();
        server.Withdrawn.Add(runId);
        server.Issue("start", runId, Start());
        await RunnerUnderTest.Until(() => runner.News.OfType<RunnerNews.RunNotTaken>().Any(), "withdrawn");
        runner.Executor.Started.ShouldBeEmpty();
        runner.Journal.UnhandledCommands().ShouldBeEmpty();
    }

    [Fact]
    public async Task a_run_that_was_taken_back_and_given_again_is_claimed_again_in_the_same_connection()
    {
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server);
        var runId = Guid.CreateVersion7();
        server.Withdrawn.Add(runId);
        server.Issue("start", runId, Start());
        await RunnerUnderTest.Until(() => runner.News.OfType<RunnerNews.RunNotTaken>().Any(), "taken back");
        server.Withdrawn.Remove(runId);
        server.Issue("start", runId, Start());

        await RunnerUnderTest.Until(() => runner.Executor.Started.Any(run => run.RunId == runId), "started");
        server.Hellos.ShouldBe(1);
        Frames("claim").Count.ShouldBe(2);
    }

    [Fact]
    public async Task a_claim_of_an_epoch_that_is_over_is_not_repeated_before_the_next_connection()
    {
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server);
        var (fenced, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        server.Fenced.Add(fenced);
        server.Issue("start", fenced, Start());
        server.Issue("start", other, Start());
        await RunnerUnderTest.Until(() => runner.Executor.Started.Any(run => run.RunId == other), "the other run");
        Frames("claim").Count(frame => (string?)frame["runId"] == fenced.ToString()).ShouldBe(1);

        server.Fenced.Remove(fenced);
        server.DropSocket();
        await RunnerUnderTest.Until(() => runner.Executor.Started.Any(run => run.RunId == fenced), "started by the next connection");
    }

    [Fact]
    public async Task a_claim_that_was_not_answered_is_repeated_by_the_next_life_of_the_runner()
    {
        await server.Start();
        var runId = Guid.CreateVersion7();
        await using (var first = new RunnerUnderTest(home.Path, server))
        {
            await RunnerUnderTest.Until(() => server.Hellos == 1, "hello");
            await first.Journal.ReceiveCommand(new Engine.Runs.ReceivedCommand(
                1, Guid.CreateVersion7(), "start", runId, null, System.Text.Encoding.UTF8.GetBytes(Start().ToJsonString()), DateTimeOffset.UtcNow, false));
        }

        await using var second = new RunnerUnderTest(home.Path, server);
        await RunnerUnderTest.Until(() => second.Executor.Started.Count == 1, "started");
    }

    [Fact]
    public async Task controls_wait_behind_the_start_of_their_run_and_come_in_order()
    {
        await server.Start();
        var runId = Guid.CreateVersion7();
        var ids = Enumerable.Range(0, 3).Select(_ => Guid.CreateVersion7()).ToArray();
        server.Issue("start", runId, Start());
        server.Issue("pause", runId, new JsonObject { ["controlId"] = ids[0].ToString() });
        server.Issue("resume", runId, new JsonObject { ["controlId"] = ids[1].ToString() });
        server.Issue("cancel", runId, new JsonObject { ["controlId"] = ids[2].ToString(), ["graceSeconds"] = 0 });
        await using var runner = new RunnerUnderTest(home.Path, server);
        await RunnerUnderTest.Until(() => runner.Executor.Controls.Count == 3, "controls");
        runner.Executor.Controls.Select(control => control.ControlId).ShouldBe(ids);
        runner.Executor.Controls.Select(control => control.Kind).ShouldBe([ControlKind.Pause, ControlKind.Resume, ControlKind.Cancel]);
        runner.Executor.Controls.Last().GraceSeconds.ShouldBe(0);
    }

    [Fact]
    public async Task a_control_after_its_deadline_and_one_of_an_unknown_run_are_not_acted_upon()
    {
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server);
        var runId = Guid.CreateVersion7();
        server.Issue("start", runId, Start());
        server.Issue("pause", runId, new JsonObject { ["controlId"] = Guid.CreateVersion7().ToString() }, DateTimeOffset.UtcNow.AddMinutes(-1));
        server.Issue("pause", Guid.CreateVersion7(), new JsonObject { ["controlId"] = Guid.CreateVersion7().ToString() });
        await RunnerUnderTest.Until(() => runner.News.OfType<RunnerNews.ControlIgnored>().Count() == 2, "both ignored");
        runner.Executor.Controls.ShouldBeEmpty();
        runner.Journal.UnhandledCommands().ShouldBeEmpty();
    }

    [Fact]
    public async Task a_server_that_comes_back_is_found_and_no_try_waits_longer_than_two_seconds_for_the_next()
    {
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server);
        await RunnerUnderTest.Until(() => server.Hellos == 1, "hello");
        await server.Stop();
        await Task.Delay(TimeSpan.FromSeconds(3));
        await server.Start();
        await RunnerUnderTest.Until(() => server.Hellos == 2, "a second hello");

        var pauses = BackOff.OfConnection();
        Enumerable.Range(0, 200).Max(_ => pauses.Next()).ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task a_runner_that_another_one_fenced_stops()
    {
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server);
        await RunnerUnderTest.Until(() => server.Hellos == 1, "hello");
        await server.Usurp(tellTheOther: true);
        (await runner.Channel.WaitAsync(TimeSpan.FromSeconds(5))).ShouldBeOfType<ChannelEnd.Fenced>();
        server.Hellos.ShouldBe(1);
    }

    [Fact]
    public async Task two_runners_that_never_hear_the_closing_code_do_not_fence_each_other_for_ever()
    {
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server);
        for (var round = 1; round <= 4 && !runner.Channel.IsCompleted; round++)
        {
            // The welcome must have come: an epoch that the runner does not have yet cannot be taken from it.
            await RunnerUnderTest.Until(() => runner.Channel.IsCompleted || (server.Hellos >= round && runner.Session.Epoch == server.Epoch), "hello");
            await server.Usurp(tellTheOther: false);
            server.DropSocket();
            runner.Session.Fence(server.Epoch - 1);
        }

        (await runner.Channel.WaitAsync(TimeSpan.FromSeconds(5))).ShouldBeOfType<ChannelEnd.Fenced>();
    }

    [Fact]
    public async Task an_expired_token_is_renewed_and_the_new_one_is_on_disk()
    {
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server, accessToken: "expired");
        await RunnerUnderTest.Until(() => server.Hellos == 1, "hello");
        new CredentialFile(home.Path).Load()!.RefreshToken.ShouldBe("refresh-1");
        await server.CloseWith(4401, "expired");
        await RunnerUnderTest.Until(() => server.Hellos == 2, "a second hello");
        new CredentialFile(home.Path).Load()!.RefreshToken.ShouldBe("refresh-2");
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(home.File("credentials.json")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task a_runner_whose_later_tokens_a_restored_server_lost_goes_on_with_an_earlier_one()
    {
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server, accessToken: "expired");
        await RunnerUnderTest.Until(() => server.Hellos == 1, "hello");
        await server.CloseWith(4401, "expired");
        await RunnerUnderTest.Until(() => server.Hellos == 2, "a second hello");

        server.RefreshToken = "refresh-0";
        await server.CloseWith(4401, "expired");

        await RunnerUnderTest.Until(() => server.Hellos == 3, "a third hello");
        server.Presented[^3..].ShouldBe(["refresh-2", "refresh-1", "refresh-0"]);
        runner.Tokens.Revoked.ShouldBeFalse();
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    public async Task what_a_proxy_says_unpairs_nothing(int status)
    {
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server);
        await RunnerUnderTest.Until(() => server.Hellos == 1, "hello");
        server.ProxyStatus = status;

        (await runner.Tokens.Renew(server.AccessToken, CancellationToken.None)).ShouldBeFalse();

        runner.Tokens.Revoked.ShouldBeFalse();
        server.ProxyStatus = null;
        (await runner.Tokens.Renew(server.AccessToken, CancellationToken.None)).ShouldBeTrue();
    }

    [Fact]
    public async Task a_revoked_device_is_told_to_pair_again()
    {
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server);
        await RunnerUnderTest.Until(() => server.Hellos == 1, "hello");
        server.Revoked = true;
        await server.CloseWith(4401, "revoked");
        (await runner.Channel.WaitAsync(TimeSpan.FromSeconds(5))).ShouldBeOfType<ChannelEnd.Revoked>();
    }

    [Fact]
    public async Task an_unpaired_device_ends_its_conversation()
    {
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server);
        server.Issue("unpair", null, new JsonObject());
        (await runner.Channel.WaitAsync(TimeSpan.FromSeconds(5))).ShouldBeOfType<ChannelEnd.Unpaired>();
    }

    private List<JsonObject> Frames(string type) => [.. server.Frames().Where(frame => (string?)frame["type"] == type)];

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        home.Dispose();
    }

    private static JsonObject Start() => new()
    {
        ["workflowId"] = Guid.CreateVersion7().ToString(),
        ["revision"] = 3,
        ["name"] = "digest",
        ["definition"] = "document: {}",
        ["definitionHash"] = "00",
        ["input"] = new JsonObject { ["folder"] = "/tmp" },
    };
}
