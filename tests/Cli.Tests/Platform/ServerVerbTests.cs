using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Jarvis.Cli.Tests.Platform;

/// <summary>What all verbs have in common that ask the server: signing in, and being told no.</summary>
public sealed class ServerVerbTests : VerbTests
{
    [Fact]
    public async Task signing_in_keeps_the_session_for_the_owner_alone()
    {
        var result = await jarvis.SignIn(api);
        result.ExitCode.ShouldBe(0, result.Errors);
        var file = Path.Combine(jarvis.Home, "session.json");
        File.Exists(file).ShouldBeTrue();
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task a_wrong_password_is_a_no_and_keeps_nothing()
    {
        var result = await jarvis.Run(["login", api.Address, "--email", "ada@example.org", "--password-stdin"], "wrong\n");
        result.ExitCode.ShouldBe(1);
        result.Errors.ShouldContain("auth.credentials");
        File.Exists(Path.Combine(jarvis.Home, "session.json")).ShouldBeFalse();
    }

    [Fact]
    public async Task without_a_session_the_verbs_say_how_to_sign_in()
    {
        var result = await jarvis.Run(["runs"]);
        result.ExitCode.ShouldBe(2);
        result.Errors.ShouldContain("jarvis login");
    }

    [Fact]
    public async Task an_expired_token_is_refreshed_on_the_way()
    {
        await jarvis.SignIn(api);
        api.AccessToken = "another";
        api.Answers["pauseRun"] = JsonNode.Parse("""{"position":"8","control":{"id":"019a0000-0000-7000-8000-000000000002"}}""");
        var result = await jarvis.Run(["pause", RunId, "--reason", "lunch"]);
        result.ExitCode.ShouldBe(0, result.Errors);
        api.Refreshes.ShouldBe(1);
        ((string?)api.Requests.ShouldHaveSingleItem()["variables"]!["input"]!["reason"]).ShouldBe("lunch");
    }

    [Fact]
    public async Task what_is_no_command_or_no_file_is_named()
    {
        (await jarvis.Run(["strat", "x"])).Errors.Trim().ShouldBe("There is no command 'strat'. See `jarvis --help`.");
        var bare = await jarvis.Run([]);
        bare.ExitCode.ShouldBe(2);
        bare.Errors.ShouldContain("publish");
        (await jarvis.Run(["run", "/no/such.yaml"])).Errors.Trim().ShouldBe("There is no file /no/such.yaml.");
        (await jarvis.Run(["validate", jarvis.Home])).Errors.Trim().ShouldBe($"{jarvis.Home} is a folder; name a file.");
    }
}
