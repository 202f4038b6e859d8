using System.Text.Json;
using Jarvis.Api.Accounts;
using Jarvis.Api.Tests.Platform;
using Jarvis.Application.Devices;
using Jarvis.Application.Runs;
using Jarvis.Application.Workflows;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Engine.Devices;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Runs;
using Jarvis.Engine.Workflows;
using Jarvis.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Devices;

/// <summary>The real runner against the real server over a real connection, from pairing to the end of a run.</summary>
public sealed class EngineOnServerTests(ListeningServer server) : IClassFixture<ListeningServer>, IAsyncLifetime
{
    private const string Steps = """
        document: { dsl: '1.0.0', namespace: tests, name: steps, version: '1.0.0' }
        do:
          - first: { set: { a: 1 } }
          - rest: { wait: { milliseconds: 1500 } }
          - second: { set: { b: 2 } }
        """;

    private const string Broken = """
        document: { dsl: '1.0.0', namespace: tests, name: broken, version: '1.0.0' }
        do:
          - first: { set: { a: 1 } }
          - fails: { raise: { error: { type: 'https://example.org/no', status: 400, title: No } } }
        """;

    private readonly Guid owner = Guid.CreateVersion7();
    private readonly TemporaryFolder folder = new();
    private RunnerLife runner = null!;

    public async ValueTask InitializeAsync()
    {
        var device = await server.PairedDevice(owner);
        var tokens = await server.Services.GetRequiredService<Sessions>().Begin(owner, AccountRole.Owner, device, CancellationToken.None);
        new CredentialFile(folder.Path).Save(new Credentials(
            server.Address, device, tokens.AccessToken, tokens.RefreshToken, DateTimeOffset.UtcNow.AddSeconds(tokens.ExpiresIn)));
        runner = await Begin();
    }

    [Fact]
    public async Task what_a_pc_did_for_one_account_is_not_handed_in_to_the_next_that_it_is_paired_with()
    {
        using var home = new TemporaryFolder();
        await using (var first = RunnerLife.Start(server, home.Path, Guid.CreateVersion7()))
        {
            await first.Connected();
        }

        var order = new NewRun(
            Guid.CreateVersion7(), new DefinitionReference("tests", "steps", "1.0.0"), Steps, "00", "{}"u8.ToArray(), RunOrigin.Local, Submits: true, DateTimeOffset.UtcNow);
        await using (var journal = Journal.Open(JarvisHome.Open(home.Path).JournalFile))
        {
            var started = new ExecutionStarted("steps", order.Workflow, DateTimeOffset.UtcNow, null, new LocalDefinition(order.DefinitionHash, Content.Of(Json.Of(Steps))), null);
            await journal.Append((await journal.Begin(order, "me"))!, [new PendingEvent(EventNames.Of(typeof(ExecutionStarted)), order.RequestedAt, JsonSerializer.SerializeToUtf8Bytes(started, EventJson.Wire))]);
        }

        new CredentialFile(home.Path).Forget();
        await using var second = RunnerLife.Start(server, home.Path, Guid.CreateVersion7());
        await second.Connected();

        second.Journal.Find(order.RunId)!.ParkedCode.ShouldBe("device.other_account");
        await using var session = server.Store.QuerySession();
        (await session.Events.FetchStreamStateAsync(order.RunId)).ShouldBeNull();
    }

    [Fact]
    public async Task a_runner_pairs_by_its_code_and_works_for_whoever_approved_it()
    {
        using var fresh = new TemporaryFolder();
        var stranger = Guid.CreateVersion7();
        await using var life = RunnerLife.Start(server, fresh.Path, stranger);
        await life.Connected();
        life.DeviceId.ShouldNotBe(runner.DeviceId);
        new CredentialFile(fresh.Path).Load()!.DeviceId.ShouldBe(life.DeviceId);
    }

    [Fact]
    public async Task a_requested_run_is_executed_and_the_server_has_the_journal_event_by_event()
    {
        await runner.Connected();
        var run = await Request(Steps);
        await Ended(run, RunStatus.Completed);
        await SameEvents(run);
    }

    [Fact]
    public async Task a_value_too_large_for_an_event_reaches_the_server_as_a_blob_and_leaves_the_pc()
    {
        const string Large = """
            document: { dsl: '1.0.0', namespace: tests, name: large, version: '1.0.0' }
            do:
              - grow:
                  set:
                    text: ${ [range(0; 30000)] | map(tostring) | join(" ") }
            """;
        await runner.Connected();
        var run = await Request(Large);
        await Ended(run, RunStatus.Completed);

        using var person = await server.ClientOf(owner);
        var hash = await Eventually.Be(
            async () => await server.Scalar<string>($"select coalesce((select hash from views.run_blobs where run_id = '{run}' limit 1), '')"), seen => seen.Length > 0);
        var content = await Eventually.Be(
            async () =>
            {
                using var answer = await person.GetAsync(new Uri($"/blobs/sha256/{hash}", UriKind.Relative));
                return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync() : null;
            },
            seen => seen is not null);

        content!.ShouldContain("29998 29999");
        await Eventually.Be(() => Task.FromResult(runner.Journal.Uploads().Count), count => count == 0);
        await Eventually.Be(() => Task.FromResult(File.Exists(folder.File("blobs", "sha256", hash[..2], hash))), there => !there);
    }

    [Fact]
    public async Task a_paused_run_rests_until_it_is_resumed()
    {
        await runner.Connected();
        var run = await Request(Steps);
        await Eventually.Be(() => State(run), state => state!.Status == RunStatus.Running);
        (await server.Do(new PauseRun(run), owner)).IsRefused.ShouldBeFalse();
        await Eventually.Be(() => State(run), state => state!.Status == RunStatus.Paused);
        (await server.Do(new ResumeRun(run), owner)).IsRefused.ShouldBeFalse();
        var state = await Ended(run, RunStatus.Completed);
        state.Controls.ShouldAllBe(control => control.Phase == ControlPhase.Effective);
        await SameEvents(run);
    }

    [Fact]
    public async Task a_cancelled_run_ends_cancelled()
    {
        await runner.Connected();
        var run = await Request(Steps);
        await Eventually.Be(() => State(run), state => state!.Status == RunStatus.Running);
        (await server.Do(new CancelRun(run, 0), owner)).IsRefused.ShouldBeFalse();
        await Ended(run, RunStatus.Cancelled);
        await SameEvents(run);
    }

    [Fact]
    public async Task a_failed_run_is_retried_from_its_failed_task_with_the_output_of_a_person()
    {
        await runner.Connected();
        var run = await Request(Broken);
        await Ended(run, RunStatus.Failed);
        var retry = (await server.Do(new RetryRun(run, RetryStart.FailedTask, Json.Of(("by", Json.Of("hand")))), owner)).Stream!.Value;
        await Ended(retry, RunStatus.Completed);
        await SameEvents(retry);
    }

    private const string Loop = """
        document: { dsl: '1.0.0', namespace: tests, name: loop, version: '1.0.0' }
        do:
          - each:
              for: { in: '[1, 2, 3]' }
              do:
                - made: { set: { n: '${ $item }' } }
                - fussy: { run: { shell: { command: '${ "test " + (.n | tostring) + " != 2 && echo ok" }' } } }
        """;

    [Fact]
    public async Task a_run_that_failed_in_a_loop_goes_on_at_that_iteration_with_a_corrected_input()
    {
        await runner.Connected();
        var run = await Request(Loop);
        await Ended(run, RunStatus.Failed);

        var retry = (await server.Do(new RetryRun(run, RetryStart.FailedTask, Input: Json.Parse("""{"n":20}""")), owner)).Stream!.Value;

        await Ended(retry, RunStatus.Completed);
        await SameEvents(retry);
        Instances(retry).ShouldBe(["/do/0/each/do@2/1/fussy", "/do/0/each/do@3/0/made", "/do/0/each/do@3/1/fussy", "/do/0/each"]);
        (await State(retry))!.Requested.Continues!.TaskInput.ShouldBeOfType<Content.Sealed>();
    }

    [Fact]
    public async Task a_failed_run_goes_on_with_the_newest_revision_where_what_it_did_stays_the_same()
    {
        await runner.Connected();
        var run = await Request(Broken);
        await Ended(run, RunStatus.Failed);
        await server.Do(new PublishWorkflow(Broken.Replace("a: 1", "a: 2", StringComparison.Ordinal)), owner);
        var refused = await server.Do(new RetryRun(run, RetryStart.FailedTask, Revision: RetryRevision.Newest), owner);
        refused.Refusal!.Code.ShouldBe("run.prefix_differs");
        refused.Refusal.Message.ShouldContain("/do/0/first");

        await server.Do(new PublishWorkflow(Broken.Replace("raise: { error: { type: 'https://example.org/no', status: 400, title: No } }", "set: { mended: '${ .a }' }", StringComparison.Ordinal)), owner);
        var retry = (await server.Do(new RetryRun(run, RetryStart.FailedTask, Revision: RetryRevision.Newest), owner)).Stream!.Value;

        var ended = await Ended(retry, RunStatus.Completed);
        ended.Requested.Revision.ShouldBe(3);
        Instances(retry).ShouldBe(["/do/1/fails"]);
    }

    [Fact]
    public async Task a_retry_from_the_failed_task_stays_on_its_device_and_one_from_the_start_may_leave_it()
    {
        await runner.Connected();
        var run = await Request(Broken);
        await Ended(run, RunStatus.Failed);
        var other = await server.PairedDevice(owner, "another");

        (await server.Do(new RetryRun(run, RetryStart.FailedTask, DeviceId: other), owner)).Refusal!.Code.ShouldBe("run.journal_elsewhere");
        (await server.Do(new RetryRun(run, RetryStart.Start, DeviceId: Guid.CreateVersion7()), owner)).Refusal!.Code.ShouldBe("device.not_found");
        var retry = (await server.Do(new RetryRun(run, RetryStart.Start, DeviceId: other, Input: Json.Parse("""{"again":true}""")), owner)).Stream!.Value;

        var state = (await State(retry))!;
        state.Requested.AskedDeviceId.ShouldBe(other);
        (await server.Vault.Unseal([state.Requested.Input!], CancellationToken.None))[0].Reveal().ShouldBe(Json.Parse("""{"again":true}"""));
        (await Eventually.Be(() => State(retry), seen => seen!.Waiting is not null))!.Waiting!.Reason.ShouldBe(RunWaitReason.DeviceOffline);
    }

    private IEnumerable<string> Instances(Guid run) => runner.Journal.AllEvents(run).Where(e => e.Type == EventNames.Of(typeof(ExecutionTaskCompleted)))
        .Select(e => JsonDocument.Parse(e.Data).RootElement.GetProperty("instance").GetString()!);

    [Fact]
    public async Task a_server_that_stops_in_mid_run_is_told_all_of_it_when_it_is_back()
    {
        await runner.Connected();
        var run = await Request(Steps);
        await Eventually.Be(() => State(run), state => state!.Status == RunStatus.Running);
        await server.Stop();
        await Task.Delay(TimeSpan.FromSeconds(2));
        await server.Restart();
        await Ended(run, RunStatus.Completed);
        await SameEvents(run);
    }

    [Fact]
    public async Task a_runner_that_ends_in_mid_run_goes_on_with_the_same_identity_and_an_epoch_higher()
    {
        var before = await runner.Connected();
        var run = await Request(Steps);
        await Eventually.Be(() => State(run), state => state!.Status == RunStatus.Running);
        await runner.DisposeAsync();
        runner = await Begin();
        (await runner.Connected()).ShouldBeGreaterThan(before);
        await Ended(run, RunStatus.Completed);
        await SameEvents(run);
    }

    [Fact]
    public async Task what_this_pc_can_do_its_version_and_its_clock_reach_the_server()
    {
        await runner.Connected();
        await using var session = server.Store.QuerySession();
        var device = (await session.Events.AggregateStreamAsync<Device>(runner.DeviceId))!;
        device.Version.ShouldBe(ThisMachine.Version);
        device.Capabilities.ShouldNotBeNull().Functions.ShouldContain("file.read");
        device.Capabilities.DiskFreeBytes.ShouldNotBeNull().ShouldBeGreaterThan(0);
        device.Clock.UncertaintyMilliseconds.ShouldNotBeNull();
    }

    [Fact]
    public async Task a_second_runner_with_the_same_identity_fences_the_first()
    {
        await runner.Connected();
        using var copy = new TemporaryFolder();
        File.Copy(folder.File("credentials.json"), copy.File("credentials.json"));
        await using var second = RunnerLife.Start(server, copy.Path, owner);
        await second.Connected();
        (await runner.Ended.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBeOfType<RunnerEnd.Fenced>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task a_clock_that_jumps_on_either_side_loses_doubles_and_reorders_nothing(bool onTheServer)
    {
        await runner.Connected();
        var clock = onTheServer ? server.Clock : runner.Clock;
        var runs = new List<Guid>();
        // Ten minutes ahead, ten behind, a day ahead, and right again.
        foreach (var jump in (TimeSpan[])[TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(-20), TimeSpan.FromMinutes(10) + TimeSpan.FromDays(1), TimeSpan.FromDays(-1)])
        {
            runs.Add(await Request(Steps));
            await Eventually.Be(() => State(runs[^1]), state => state!.Status == RunStatus.Running);
            clock.Move(jump);
            runs.Add(await Request(Steps));
            await Ended(runs[^2], RunStatus.Completed);
            await Ended(runs[^1], RunStatus.Completed);
        }

        foreach (var run in runs)
        {
            await SameEvents(run);
        }

        // A pause asked for now is not late by any clock.
        var last = await Request(Steps);
        await Eventually.Be(() => State(last), state => state!.Status == RunStatus.Running);
        (await server.Do(new PauseRun(last), owner)).IsRefused.ShouldBeFalse();
        await Eventually.Be(() => State(last), state => state!.Status == RunStatus.Paused);
        (await server.Do(new ResumeRun(last), owner)).IsRefused.ShouldBeFalse();
        await Ended(last, RunStatus.Completed);
    }

    [Fact]
    public async Task a_revoked_device_stops_and_forgets_its_tokens()
    {
        await runner.Connected();
        (await server.Do(new RevokeDevice(runner.DeviceId), owner)).IsRefused.ShouldBeFalse();
        (await runner.Ended.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBeOfType<RunnerEnd.Unpaired>();
        File.Exists(folder.File("credentials.json")).ShouldBeFalse();
    }

    public async ValueTask DisposeAsync()
    {
        await runner.DisposeAsync();
        folder.Dispose();
    }

    private async Task<RunnerLife> Begin()
    {
        var life = RunnerLife.Start(server, folder.Path, owner);
        await life.Connected();
        return life;
    }

    private async Task<Guid> Request(string source)
    {
        var workflow = (await server.Do(new PublishWorkflow(source), owner)).Stream!.Value;
        return (await server.Do(new RequestRun(workflow, null, null, JsonObject.Empty, null, RunTrigger.Manual), owner)).Stream!.Value;
    }

    private async Task<Run?> State(Guid run)
    {
        await using var session = server.Store.QuerySession();
        return await session.Events.AggregateStreamAsync<Run>(run);
    }

    private async Task<Run> Ended(Guid run, RunStatus status)
    {
        var state = await Eventually.Be(() => State(run), seen => seen!.HasEnded);
        state!.Status.ShouldBe(status);
        return state;
    }

    private async Task SameEvents(Guid run)
    {
        var journal = await Eventually.Be(
            async () => (Journal: runner.Journal.AllEvents(run).ToArray(), Stored: await Stored(run)), seen => seen.Journal.Length == seen.Stored.Count);
        journal.Stored.ShouldBe(journal.Journal.Select(entry => (entry.Sequence, entry.Type)));
        journal.Journal.Length.ShouldBeGreaterThan(3);
    }

    private async Task<List<(long Sequence, string Type)>> Stored(Guid run)
    {
        await using var session = server.Store.QuerySession();
        var events = await session.Events.FetchStreamAsync(StreamIds.Execution(run));
        return [.. events.Select(@event => (@event.Version, EventNames.Of(@event.Data.GetType())))];
    }
}
