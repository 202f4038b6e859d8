using System.Text.Json.Nodes;
using Jarvis.Cli.Tests.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Cli.Tests.Devices;

/// <summary><c>jarvis devices</c>.</summary>
public sealed class DevicesVerbTests : VerbTests
{
    [Fact]
    public async Task devices_show_why_they_are_idle_and_how_their_clock_is()
    {
        await jarvis.SignIn(api);
        api.Answers["devices"] = JsonNode.Parse($$"""
            {"edges":[{"node":{"id":"{{RunId}}","name":"office","status":"OFFLINE","os":"Debian 12","version":"0.1.0","lastSeenAt":"2026-01-01T10:00:00Z","pausedAt":null,"atOnce":16,
              "clockOffset":{"milliseconds":-7200000,"uncertaintyMilliseconds":12},"whyIdle":[{"code":"NOTHING_WAITS","message":"No run waits."}]} }]}
            """);
        var table = await jarvis.Run(["devices"]);
        table.ExitCode.ShouldBe(0, table.Errors);
        table.Output.ShouldContain("office\toffline\tnothing waits\t-120 min 0 s ±12 ms");
        api.Answers.Clear();
        api.Answers["device("] = null;
        (await jarvis.Run(["devices", "why", RunId])).Errors.ShouldContain("device.not_found");
    }

    [Fact]
    public async Task a_device_is_chosen_allowed_and_unbound_by_its_owner()
    {
        await jarvis.SignIn(api);
        api.Answers["chooseDevice"] = JsonNode.Parse("""{"position":"7"}""");
        api.Answers["allowDevice"] = JsonNode.Parse("""{"position":"8"}""");
        api.Answers["revokeDevice"] = JsonNode.Parse("""{"position":"9"}""");
        (await jarvis.Run(["devices", "choose", RunId])).ExitCode.ShouldBe(0);
        (await jarvis.Run(["devices", "choose", "--none"])).ExitCode.ShouldBe(0);
        (await jarvis.Run(["devices", "choose"])).ExitCode.ShouldBe(2);
        api.Requests.Select(request => (string?)request["variables"]!["input"]!["deviceId"]).ShouldBe([RunId, null]);
        (await jarvis.Run(["devices", "allow", RunId, "hand-in-runs"])).ExitCode.ShouldBe(0);
        api.Requests[^1]["variables"]!["input"]!["scopes"]!.ToJsonString().ShouldBe("""["HAND_IN_RUNS"]""");
        (await jarvis.Run(["devices", "allow", RunId, "everything"])).ExitCode.ShouldBe(2);
        (await jarvis.Run(["devices", "unbind", RunId])).ExitCode.ShouldBe(2);
        api.Requests.Count.ShouldBe(3);
        (await jarvis.Run(["devices", "unbind", RunId, "--yes"])).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task approving_a_code_takes_the_name_that_the_device_gave()
    {
        await jarvis.SignIn(api);
        api.Answers["pairing("] = null;
        api.Answers["approveDevice"] = JsonNode.Parse("""{"position":"9","device":{"id":"d","name":"office"}}""");
        var result = await jarvis.Run(["devices", "approve", "abcd-efgh", "--name", "office"]);
        result.ExitCode.ShouldBe(0, result.Errors);
        ((string?)api.Requests.Single()["variables"]!["input"]!["userCode"]).ShouldBe("ABCD-EFGH");
    }
}
