using System.Globalization;
using System.Text.Json;
using Jarvis.Api.Runs;
using Jarvis.Api.Tests.Accounts;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Api.Tests.Runs;
using Jarvis.Application.Devices;
using Jarvis.Application.Runs;
using Jarvis.Application.Workflows;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Devices;

/// <summary>What the owner of two PCs learns of them: why one is idle, what it can do, how its clock is, which one they look at.</summary>
public sealed class DeviceKnowledgeTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private const string Browses = """
        document: { dsl: '1.0.0', namespace: tests, name: browses, version: '1.0.0' }
        do:
          - go: { call: browser.open, with: { url: 'http://127.0.0.1/' } }
        """;

    private static readonly object Plain = new { functions = new[] { "file.read" }, missing = new[] { new { name = "browser.open", reason = "There is no browser." } }, display = false, browser = false, diskFreeBytes = 50_000_000_000 };

    private static readonly object WithBrowser = new { functions = new[] { "browser.open", "file.read" }, missing = Array.Empty<object>(), display = true, browser = true, diskFreeBytes = 50_000_000_000 };

    [Fact]
    public async Task a_run_that_a_device_cannot_do_is_told_before_it_starts_and_waits_until_it_can()
    {
        var person = await Person.Register(server);
        var workflow = (await server.Do(new PublishWorkflow(Browses), person.Id)).Stream!.Value;
        await using var runner = new RunnerUnderTest(server, person.Id, await server.PairedDevice(person.Id)) { Capabilities = Plain };
        await runner.Connect();

        var preview = await Eventually.Be(
            async () => (await person.Client.Ask(
                "query($id: UUID!, $device: UUID) { startPreview(workflowId: $id, deviceId: $device) { waitsFor message lacks { device { id } functions perhaps } } }",
                new { id = workflow, device = runner.Device })).At("startPreview"),
            seen => seen.Text("waitsFor") == "DEVICE_UNABLE");
        preview.Text("message").ShouldBe("No device that it may go to can do what the workflow calls: browser.open.");
        preview.At("lacks", 0).Text("device", "id").ShouldBe(runner.Device.ToString());
        preview.Text("lacks", 0, "functions").ShouldBe("""["browser.open"]""");

        var run = (await server.Do(new RequestRun(workflow, null, null, null, null, RunTrigger.Manual), person.Id)).Stream!.Value;
        var queue = await Eventually.Be(
            async () => (await person.Client.Ask("query($id: UUID!) { run(id: $id) { queue { waitsFor functions message } } }", new { id = run })).At("run"),
            seen => seen.ValueKind == JsonValueKind.Object && seen.At("queue").ValueKind == JsonValueKind.Object && seen.Text("queue", "waitsFor") == "DEVICE_UNABLE");
        queue.Text("queue", "functions").ShouldBe("""["browser.open"]""");
        (await WhyIdle(person, runner.Device, codes => codes.Contains("UNABLE"))).Single(reason => reason.Text("code") == "UNABLE").Text("runs", 0, "id").ShouldBe(run.ToString());

        // A browser is installed: the next heartbeat tells, and the run comes.
        await runner.Send(new { type = "heartbeat", capabilities = WithBrowser });
        (await CommandOf(runner))["runId"]!.ToString().ShouldBe(run.ToString());
    }

    [Fact]
    public async Task what_the_pc_can_do_is_an_event_only_when_it_changed()
    {
        var person = await Person.Register(server);
        var device = await server.PairedDevice(person.Id);
        foreach (var capabilities in (object?[])[Plain, Plain, null, WithBrowser])
        {
            await using var runner = new RunnerUnderTest(server, person.Id, device) { Capabilities = capabilities };
            await runner.Connect();
        }

        (await Count(device, "capabilities-reported")).ShouldBe(2);
        var can = await Eventually.Be(
            async () => (await Device(person, device, "capabilities { functions missing { name reason } display browser diskFreeBytes reportedAt }")).At("capabilities"),
            seen => seen.ValueKind == JsonValueKind.Object && seen.At("display").GetBoolean());
        can.Text("functions").ShouldBe("""["browser.open","file.read"]""");
        can.At("diskFreeBytes").GetDouble().ShouldBe(50_000_000_000);
    }

    [Fact]
    public async Task capabilities_that_are_no_report_close_the_socket()
    {
        var owner = Guid.CreateVersion7();
        await using var liar = new RunnerUnderTest(server, owner, await server.PairedDevice(owner)) { Capabilities = new { functions = new[] { "a\u001b[2J" } } };
        await Should.ThrowAsync<NullReferenceException>(() => liar.Connect());
        ((int?)liar.Closed).ShouldBe(4400);
    }

    [Fact]
    public async Task the_clock_s_offset_and_the_runner_s_version_are_as_it_told_last()
    {
        var person = await Person.Register(server);
        var device = await server.PairedDevice(person.Id);
        await using (var first = new RunnerUnderTest(server, person.Id, device) { ClockAhead = TimeSpan.FromHours(-2), RoundTripMilliseconds = 10 })
        {
            await first.Connect();
            var clock = await Eventually.Be(async () => (await Device(person, device, "version clockOffset { milliseconds uncertaintyMilliseconds measuredAt }")).At("clockOffset"),
                seen => seen.ValueKind == JsonValueKind.Object);
            Hours(clock).ShouldBe(-2);
            clock.At("uncertaintyMilliseconds").GetDouble().ShouldBe(5);

            // It is set right while connected: the next heartbeat tells, and only that one is an event.
            foreach (var _ in (int[])[1, 2])
            {
                await first.Send(new { type = "heartbeat", clock = DateTimeOffset.UtcNow.AddHours(3), roundTripMilliseconds = 10 });
                await first.Receive();
            }

            await Eventually.Be(async () => Hours((await Device(person, device, "clockOffset { milliseconds }")).At("clockOffset")), hours => hours == 3);
            (await Count(device, "clock-measured")).ShouldBe(1);
        }

        await using var next = new RunnerUnderTest(server, person.Id, device) { Version = "0.2.0" };
        await next.Connect();
        (await Eventually.Be(async () => (await Device(person, device, "version")).Text("version"), version => version != "0.1.0")).ShouldBe("0.2.0");
    }

    [Fact]
    public async Task who_follows_a_device_is_told_with_each_change_why_it_is_idle_at_that_time()
    {
        await using var it = await RunsOfAPerson.Make(server);
        await WhyIdle(it.Person, it.Runner.Device, codes => codes.SequenceEqual(["NOTHING_WAITS"]));
        await using var socket = await SocketUnderTest.OpenAs(server, it.Person.AccessToken);
        // From a place that lies behind already: what happens before the server has begun to follow is told all the same.
        await socket.Subscribe("1", $$"""subscription { devicesChanged(after: "{{RunChangeCursor.Of(0).Value}}") { device { pausedAt whyIdle { code } } } }""");

        await server.Do(new PauseDevice(it.Runner.Device), it.Person.Id);
        (await Told(paused: true)).ShouldBe(["PAUSED", "NOTHING_WAITS"]);
        await server.Do(new ResumeDevice(it.Runner.Device), it.Person.Id);
        (await Told(paused: false)).ShouldBe(["NOTHING_WAITS"]);

        async Task<IEnumerable<string>> Told(bool paused)
        {
            while (true)
            {
                var device = (await socket.Receive())!.Value.At("payload", "data", "devicesChanged", "device");
                if (device.At("pausedAt").ValueKind is JsonValueKind.String == paused)
                {
                    return [.. device.At("whyIdle").EnumerateArray().Select(reason => reason.Text("code")!)];
                }
            }
        }
    }

    [Fact]
    public async Task an_idle_device_says_why_now_and_as_of_then()
    {
        await using var it = await RunsOfAPerson.Make(server);
        (await WhyIdle(it.Person, it.Runner.Device, codes => codes.SequenceEqual(["NOTHING_WAITS"]))).Count.ShouldBe(1);
        var paused = await server.Do(new PauseDevice(it.Runner.Device), it.Person.Id);
        var (run, _) = await it.Request();
        var why = await WhyIdle(it.Person, it.Runner.Device, codes => codes.SequenceEqual(["PAUSED"]));
        why[0].Text("by", "id").ShouldBe(it.Person.Id.ToString());
        (await WhyIdle(it.Person, it.Runner.Device, _ => true, why => why[0].At("count").GetInt32() == 1))[0].Text("runs", 0, "id").ShouldBe(run.ToString());

        await server.Do(new ResumeDevice(it.Runner.Device), it.Person.Id);
        await it.Runner.ReceiveCommand();
        await it.Runner.Claim(run);
        await it.Runner.Submit(it.Runner.Event(run, 1, new ExecutionStarted("greeting", new DefinitionReference("tests", "greeting", "1.0.0"), RunsOfAPerson.At, null, null, null)));
        (await WhyIdle(it.Person, it.Runner.Device, codes => codes.Count == 0)).ShouldBeEmpty();
        var then = await it.Person.Client.Ask(
            "query($id: UUID!, $at: Position) { device(id: $id, asOf: { position: $at }) { whyIdle { code } } }",
            new { id = it.Runner.Device, at = paused.Position.ToString(CultureInfo.InvariantCulture) });
        then.At("device", "whyIdle").EnumerateArray().Select(reason => reason.Text("code")).ShouldBe(["PAUSED", "NOTHING_WAITS"]);
    }

    [Fact]
    public async Task a_device_that_may_not_take_runs_is_given_none_and_one_that_may_not_hand_in_begins_none()
    {
        await using var it = await RunsOfAPerson.Make(server);
        (await server.Do(new AllowDevice(it.Runner.Device, []), Guid.CreateVersion7())).Refusal!.Code.ShouldBe("device.not_found");
        (await server.Do(new AllowDevice(it.Runner.Device, []), it.Person.Id)).IsRefused.ShouldBeFalse();
        var (run, _) = await it.Request();
        await Eventually.Be(() => State(run), seen => seen!.Waiting?.Reason == RunWaitReason.DeviceNotAllowed);
        (await WhyIdle(it.Person, it.Runner.Device, codes => codes.Contains("NOT_ALLOWED"))).ShouldNotBeEmpty();

        var begun = Guid.CreateVersion7();
        var (status, body) = await it.Runner.Submit(it.Runner.Event(begun, 1, Local()));
        (status, body["runs"]![begun.ToString()]!["code"]!.ToString()).ShouldBe((422, "device.not_allowed"));
        (await server.Scalar<long>($"select count(*) from jarvis.mt_streams where id = '{begun}'")).ShouldBe(0);

        await server.Do(new AllowDevice(it.Runner.Device, DeviceScopes.All), it.Person.Id);
        (await it.Runner.ReceiveCommand())["runId"]!.ToString().ShouldBe(run.ToString());
        (await it.Runner.Submit(it.Runner.Event(begun, 1, Local()))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task the_chosen_device_is_the_same_everywhere_and_unbinding_it_chooses_none()
    {
        var person = await Person.Register(server);
        var office = await server.PairedDevice(person.Id, "office");
        (await person.Client.AskRefused(Choose, Input(await server.PairedDevice(Guid.CreateVersion7())))).ShouldBe("device.not_found");
        var position = (await person.Client.Ask(Choose, Input(office))).At("chooseDevice").Text("position");
        (await Chosen(person, position)).ShouldBe(office.ToString());
        (await person.Client.Ask(Choose, Input(null))).At("chooseDevice", "device").ValueKind.ShouldBe(JsonValueKind.Null);
        (await Chosen(person, null)).ShouldBeNull();
        var again = (await person.Client.Ask(Choose, Input(office))).At("chooseDevice").Text("position");

        await server.Do(new RevokeDevice(office), person.Id);
        (await Chosen(person, null)).ShouldBeNull();
        var then = await person.Client.Ask("query($at: Position) { viewer { chosenDevice(asOf: { position: $at }) { id name } } }", new { at = again });
        then.Text("viewer", "chosenDevice", "name").ShouldBe("office");
    }

    private const string Choose = "mutation($input: ChooseDeviceInput!) { chooseDevice(input: $input) { position device { id } } }";

    private static object Input(Guid? device) => new { input = new { commandId = Guid.CreateVersion7(), deviceId = device } };

    private static async Task<string?> Chosen(Person person, string? atLeast) =>
        (await person.Client.Ask("query($at: Position) { viewer { chosenDevice(atLeast: $at) { id } } }", new { at = atLeast })).At("viewer", "chosenDevice") is { ValueKind: JsonValueKind.Object } device
            ? device.Text("id")
            : null;

    private static ExecutionStarted Local() => new(
        "greeting", new DefinitionReference("tests", "greeting", "1.0.0"), RunsOfAPerson.At, null,
        new LocalDefinition(new string('0', 64), Content.Of(Json.Of(RunsOfAPerson.Greeting))), null);

    private static double Hours(JsonElement clock) => Math.Round(clock.At("milliseconds").GetDouble() / 3_600_000, 2);

    /// <summary>Once the view has it.</summary>
    private static Task<JsonElement> Device(Person person, Guid device, string fields) => Eventually.Be(
        async () => (await person.Client.Ask($"query($id: UUID!) {{ device(id: $id) {{ {fields} }} }}", new { id = device })).At("device"), seen => seen.ValueKind == JsonValueKind.Object);

    private static async Task<List<JsonElement>> WhyIdle(Person person, Guid device, Func<List<string>, bool> codes, Func<List<JsonElement>, bool>? more = null) => await Eventually.Be(
        async () => (await Device(person, device, "whyIdle { code message since by { id } count runs { id } limit functions }")).At("whyIdle").EnumerateArray().ToList(),
        why => codes([.. why.Select(reason => reason.Text("code")!)]) && more?.Invoke(why) != false);

    private static async Task<System.Text.Json.Nodes.JsonObject> CommandOf(RunnerUnderTest runner)
    {
        while (true)
        {
            if (await runner.Receive() is var frame && frame!["type"]!.ToString() == "command")
            {
                return frame;
            }
        }
    }

    private Task<long> Count(Guid device, string type) => server.Scalar<long>($"select count(*) from jarvis.mt_events where stream_id = '{device}' and type = 'ai.jarvis.device.{type}.v1'");

    private async Task<Run?> State(Guid run)
    {
        await using var session = server.Store.QuerySession();
        return await session.Events.AggregateStreamAsync<Run>(run);
    }
}
