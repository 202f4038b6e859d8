using Jarvis.Cli.Tests.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Cli.Tests.Devices;

public sealed class RunnerKeeperVerbTests : IDisposable
{
    private readonly CommandLineUnderTest jarvis = new();

    [Fact]
    public async Task a_machine_without_systemd_says_so_and_ends_with_1()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && !Directory.Exists("/run/systemd/system"), "This machine has what keeps a runner.");
        foreach (var verb in (string[])["install", "status", "uninstall"])
        {
            var result = await jarvis.Run(["runner", verb]);
            result.ExitCode.ShouldBe(1);
            result.Errors.ShouldContain("does not run systemd");
            result.Output.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task the_three_are_told_by_help()
    {
        var result = await jarvis.Run(["runner", "--help"]);
        foreach (var verb in (string[])["install", "status", "uninstall"])
        {
            result.Output.ShouldContain(verb);
        }
    }

    public void Dispose() => jarvis.Dispose();
}
