using Jarvis.Build.Postgres;
using Jarvis.Build.Processes;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Acceptance.Tests.Platform;

/// <summary>PostgreSQL refuses root, and every other user has their own rights: tried as each of them.</summary>
public sealed class EmbeddedPostgresUserTests : IDisposable
{
    private const string OrdinaryUser = "nobody";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task root_without_user_namespaces_runs_it_as_another_user_in_a_folder_of_that_users_own()
    {
        SkipUnlessRoot();

        await using var postgres = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { Folder = folder.File("postgresql"), RunAs = OrdinaryUser, Temporary = true, Durable = false });

        (await UserOfAsync(postgres.ProcessId)).ShouldBe(OrdinaryUser);
        await postgres.EnsureDatabaseAsync("made");
    }

    [Fact]
    public async Task an_ordinary_user_runs_it_as_themselves()
    {
        SkipUnlessRoot();
        // The same tests once more, by a program that this user owns, from a folder only they may enter.
        var binaries = await PostgresBinaries.FindAsync(_ => { }, CancellationToken.None);
        var programs = folder.File("programs");
        await CopyAsync(AppContext.BaseDirectory, programs);
        if (binaries.Root.StartsWith(PostgresBinaries.InstallFolder(), StringComparison.Ordinal))
        {
            await CopyAsync(PostgresBinaries.InstallFolder(), folder.File("cache", "jarvis", Path.GetFileName(PostgresBinaries.InstallFolder())));
        }

        var temporary = Directory.CreateDirectory(folder.File("tmp")).FullName;
        (await Tools.RunAsync("chown", ["-R", OrdinaryUser + ":", folder.Path])).ExitCode.ShouldBe(0);

        var result = await ProcessUnderTest.RunAsync(
            "setpriv",
            [
                "--reuid=" + OrdinaryUser, "--regid=nogroup", "--clear-groups", "--", "dotnet",
                Path.Combine(programs, "Jarvis.Acceptance.Tests.dll"), "-class", typeof(EmbeddedPostgresTests).FullName!,
            ],
            new Dictionary<string, string?>
            {
                ["HOME"] = folder.Path,
                ["XDG_CACHE_HOME"] = folder.File("cache"),
                ["TMPDIR"] = temporary,
                [TestServer.Variable] = null,
            },
            folder.Path,
            TimeSpan.FromMinutes(3));

        result.ExitCode.ShouldBe(0, result.Output + result.Errors);
        result.Output.ShouldContain("Failed: 0");
        result.Output.ShouldNotContain("Total: 0");
    }

    private static void SkipUnlessRoot()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "only root can try what other users meet");
        Assert.SkipUnless(Tools.Find("setpriv") is not null, "setpriv is not installed");
    }

    private static async Task CopyAsync(string source, string target)
    {
        Directory.CreateDirectory(target);
        (await Tools.RunAsync("cp", ["-a", source.TrimEnd('/') + "/.", target])).ExitCode.ShouldBe(0);
    }

    private static async Task<string> UserOfAsync(int processId) =>
        (await Tools.RunAsync("stat", ["-c", "%U", $"/proc/{processId}"])).Output.Trim();
}
