using System.Text.Json.Nodes;
using Jarvis.Cli.Tests.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Cli.Tests.Workflows;

public sealed class SecretVerbTests : IDisposable
{
    private const string Workflow = """
        document: { dsl: '1.0.0', namespace: tests, name: secretive, version: '1.0.0' }
        use: { secrets: [ TOKEN ] }
        do:
          - size: { set: { length: '${ $secrets.TOKEN | length }' } }
          - show: { set: { length: '${ .length }', shown: '${ $secrets.TOKEN }' } }
        """;

    private readonly CommandLineUnderTest jarvis = new();

    [Fact]
    public async Task a_kept_secret_is_encrypted_listed_by_name_and_read_by_workflows()
    {
        var set = await jarvis.Run(["secret", "set", "TOKEN"], "hunter2-hunter2\n");
        set.ExitCode.ShouldBe(0, set.Errors);
        (set.Output + set.Errors).ShouldNotContain("hunter2");
        (await jarvis.Run(["secret", "list"])).Output.ShouldBe("TOKEN\n");
        foreach (var file in Directory.GetFiles(jarvis.Home, "secrets.*"))
        {
            (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldNotContain("hunter2");
            if (!OperatingSystem.IsWindows())
            {
                File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
            }
        }

        var events = Path.Combine(jarvis.Home, "events.ndjson");
        var run = await jarvis.Run(["run", jarvis.Write("w.yaml", Workflow), "--events", events]);
        run.ExitCode.ShouldBe(0, run.Errors);
        ((int)JsonNode.Parse(run.Output)!["length"]!).ShouldBe(15);
        (await File.ReadAllTextAsync(events, TestContext.Current.CancellationToken)).ShouldNotContain("hunter2");

        (await jarvis.Run(["secret", "remove", "TOKEN"])).ExitCode.ShouldBe(0);
        (await jarvis.Run(["secret", "remove", "TOKEN"])).ExitCode.ShouldBe(1);
        (await jarvis.Run(["secret", "list", "--json"])).Output.Trim().ShouldBe("[]");
    }

    [Fact]
    public async Task a_missing_secret_is_named_at_the_start_and_is_an_error_where_it_is_used()
    {
        var run = await jarvis.Run(["run", jarvis.Write("w.yaml", Workflow)]);
        run.ExitCode.ShouldBe(1);
        var lines = run.Errors.Trim().Split('\n');
        lines[0].ShouldBe("This PC lacks the secret `TOKEN`; keep it with: jarvis secret set TOKEN");
        var error = JsonNode.Parse(lines[^1])!;
        ((int)error["status"]!).ShouldBe(403);
        ((string)error["instance"]!).ShouldBe("/do/0/size");
        ((string)error["detail"]!).ShouldContain("`TOKEN`");
    }

    [Fact]
    public async Task a_file_written_by_hand_is_read_and_encrypted_at_the_next_change()
    {
        var file = jarvis.Write("secrets.json", """{"TOKEN":"by-hand-by-hand"}""");
        (await jarvis.Run(["run", jarvis.Write("w.yaml", Workflow)])).Output.ShouldContain("15");
        (await jarvis.Run(["secret", "set", "OTHER"], "another-value\n")).ExitCode.ShouldBe(0);
        (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldNotContain("by-hand");
        (await jarvis.Run(["run", jarvis.Write("w.yaml", Workflow)])).Output.ShouldContain("15");
        // A box under another name opens nowhere: it is bound to its own.
        var boxes = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        (boxes["TOKEN"], boxes["OTHER"]) = (boxes["OTHER"]!.DeepClone(), boxes["TOKEN"]!.DeepClone());
        await File.WriteAllTextAsync(file, boxes.ToJsonString(), TestContext.Current.CancellationToken);
        (await jarvis.Run(["run", jarvis.Write("w.yaml", Workflow)])).Errors.ShouldContain("set it anew");
    }

    [Theory]
    [InlineData("not-a-name", "value\n")]
    [InlineData("1ST", "value\n")]
    [InlineData("TOKEN", "")]
    public async Task what_cannot_be_kept_is_refused(string name, string input)
    {
        var set = await jarvis.Run(["secret", "set", name], input);
        set.ExitCode.ShouldBe(2);
        set.Errors.ShouldNotBeEmpty();
    }

    public void Dispose() => jarvis.Dispose();
}
