using System.Text.Json.Nodes;
using Jarvis.Cli.Tests.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Cli.Tests.Workflows;

public sealed class FunctionsVerbTests : IDisposable
{
    private readonly CommandLineUnderTest jarvis = new();

    [Fact]
    public async Task every_function_is_listed_with_what_it_takes_and_whether_it_works_here()
    {
        var listed = await jarvis.Run(["functions"]);
        listed.ExitCode.ShouldBe(0);
        listed.Output.Split('\n')[0].ShouldBe("function\tdoes\tparameters\there");
        listed.Output.ShouldContain("file.copy\tCopies a file.\tfrom*, to*, overwrite\tyes\n");

        var all = JsonNode.Parse((await jarvis.Run(["functions", "--json"])).Output)!.AsArray();
        all.Count.ShouldBeGreaterThan(25);
        all.ShouldAllBe(f => f!["parameters"]!["type"]!.ToString() == "object" && f["example"] != null && f["available"] != null);
        all.Single(f => f!["name"]!.ToString() == "browser.click")!["repeatable"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task one_function_is_told_with_parameters_and_example()
    {
        var one = await jarvis.Run(["functions", "http.download"]);
        one.Output.ShouldContain("  url* (string) http or https.\n");
        one.Output.ShouldContain("  call: http.download\n  with: {\"url\":");
        (await jarvis.Run(["functions", "no.such"])).ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task what_this_machine_cannot_do_is_said_with_the_reason()
    {
        var without = new Dictionary<string, string?> { ["JARVIS_BROWSER"] = "/no/such/browser" };
        var listed = await jarvis.Run(["functions"], environment: without);
        listed.Output.ShouldContain("There is no Chromium, Chrome or Edge on this machine.\n");
        var one = JsonNode.Parse((await jarvis.Run(["functions", "browser.open", "--json"], environment: without)).Output)!;
        one["available"]!.GetValue<bool>().ShouldBeFalse();
        one["reason"]!.ToString().ShouldContain("Chromium");
    }

    public void Dispose() => jarvis.Dispose();
}
