using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jarvis.Acceptance.Tests.Runs;
using Jarvis.Build;
using Jarvis.Build.Keeping;
using Jarvis.Domain.Platform;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Acceptance.Tests.Platform;

/// <summary>The drill of docs/operations/backup-and-restore.md: one backup, another machine, and the whole system is back.</summary>
public sealed class BackupDrillTests
{
    private const string SetupToken = "acceptance-set-up-token";

    [Fact]
    public async Task A_backup_made_while_runs_go_on_brings_the_whole_system_back_on_an_empty_machine()
    {
        await using var system = await JarvisSystem.StartAsync(environment: new Dictionary<string, string?> { ["JARVIS_SETUP_TOKEN"] = SetupToken });
        using var administrator = await AdministratorAsync(system);
        await system.StartRunnerAsync();
        var done = await system.StartRunAsync(await system.PublishAsync(Workflows.Files(system.PathOf("done"), 3)));
        await system.WaitForStatusAsync(done, "COMPLETED");
        var underWay = await system.StartRunAsync(await system.PublishAsync(Workflows.Files(system.PathOf("long"), 150)));
        await system.WaitForStatusAsync(underWay, "RUNNING");
        var files = (Data: system.PathOf("kept", "a.backup"), Keys: system.PathOf("elsewhere", "a.keys"));

        var manifest = await Backup.WriteAsync(system.Postgres.ConnectionString(), system.DataFolder, files.Data, files.Keys, TestContext.Current.CancellationToken);

        var before = await HistoryUpTo(system, done, manifest.Head);
        var listed = await Listed(system);
        // Ordered after the backup, so that the runner has received more than the restored server knows of.
        await system.StartRunAsync(await system.PublishAsync(Workflows.Files(system.PathOf("lost"), 1)));
        await Task.Delay(2000, TestContext.Current.CancellationToken);
        await system.LoseTheServersMachineAsync();
        await RestoreAsync(system, files.Data, files.Keys);
        await system.StartServerAsync();

        await system.SignInAgainAsync();
        (await HistoryUpTo(system, done, manifest.Head)).ShouldBe(before, "an event is not what it was");
        (await Listed(system)).ShouldBe(listed);
        (await system.RunAsync(done, "output"))["output"]!["steps"]!.GetValue<int>().ShouldBe(3);
        // Held, it gives no orders, and says so; the runner is turned away until somebody says that this is the system from now on.
        (await system.Http.GetStringAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken)).ShouldContain("Restored from a backup");
        await Eventually(async () => (await system.AskAsync("{ devices { nodes { status } } }"))["devices"]!["nodes"]![0]!["status"]!.GetValue<string>() == "OFFLINE");
        await ReleaseAsync(administrator);
        // The runner never stopped: it comes back by itself and brings what the server had lost.
        await system.WaitForStatusAsync(underWay, TimeSpan.FromMinutes(2), "COMPLETED");
        await History.ShouldEqualTheJournal(system, underWay);
        var later = await system.StartRunAsync(await system.PublishAsync(Workflows.Files(system.PathOf("later"), 2)));
        await system.WaitForStatusAsync(later, "COMPLETED");
    }

    [Fact]
    public async Task A_restore_refuses_a_database_in_use_and_a_key_that_is_not_the_backups()
    {
        await using var system = await JarvisSystem.StartAsync();
        var files = (Data: system.PathOf("kept", "a.backup"), Keys: system.PathOf("elsewhere", "a.keys"));
        await Backup.WriteAsync(system.Postgres.ConnectionString(), system.DataFolder, files.Data, files.Keys, TestContext.Current.CancellationToken);

        (await Should.ThrowAsync<ProblemException>(() => RestoreAsync(system, files.Data, files.Keys))).Message.ShouldContain("in use");
        var other = system.PathOf("other.keys");
        await File.WriteAllTextAsync(other, $$"""{"master.key":"{{Convert.ToBase64String(new byte[32])}}"}""", TestContext.Current.CancellationToken);
        (await Should.ThrowAsync<ProblemException>(() => RestoreAsync(system, files.Data, other))).Message.ShouldContain("key");
        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in (string[])[files.Data, files.Keys])
            {
                File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }
    }

    private static async Task<HttpClient> AdministratorAsync(JarvisSystem system)
    {
        var client = new HttpClient { BaseAddress = new Uri(system.Url) };
        using var answer = await client.PostAsJsonAsync(
            "/auth/register", new { email = "admin@example.test", password = "correct horse battery staple", setupToken = SetupToken });
        answer.EnsureSuccessStatusCode();
        client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", (await answer.Content.ReadFromJsonAsync<JsonObject>())!["accessToken"]!.GetValue<string>());
        return client;
    }

    /// <summary>With the token from before: the keys that signed it are back as well.</summary>
    private static async Task ReleaseAsync(HttpClient administrator)
    {
        using var answer = await administrator.PostAsJsonAsync("/graphql", new
        {
            query = "mutation($input: ReleaseServerInput!) { releaseServer(input: $input) { position } }",
            variables = new { input = new { commandId = Guid.CreateVersion7(), reason = "The drill" } },
        });
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("errors");
    }

    private static async Task Eventually(Func<Task<bool>> isIt)
    {
        var deadline = DateTime.UtcNow + TimeSpan.FromMinutes(3);
        while (!await isIt())
        {
            DateTime.UtcNow.ShouldBeLessThan(deadline);
            await Task.Delay(250);
        }
    }

    private static Task<ArchiveManifest> RestoreAsync(JarvisSystem system, string data, string keys) => Backup.RestoreAsync(
        system.Postgres.ConnectionString(), system.DataFolder, data, keys,
        () => ServerOnce.RunAsync(Paths.Program("src/Api", "Jarvis.Api") + ".dll", system.Postgres.ConnectionString(), system.DataFolder, TestContext.Current.CancellationToken),
        TestContext.Current.CancellationToken);

    private static async Task<IReadOnlyList<string>> HistoryUpTo(JarvisSystem system, Guid run, long position) =>
    [
        .. (await system.HistoryAsync(run)).Concat(await system.HistoryAsync(StreamIds.Execution(run)))
            .Where(e => long.Parse(e["position"]!.ToString(), System.Globalization.CultureInfo.InvariantCulture) <= position).Select(e => e.ToJsonString()),
    ];

    private static async Task<IReadOnlyList<string>> Listed(JarvisSystem system) =>
        [.. (await system.AskAsync("{ runs(first: 50) { nodes { id workflowName } } devices(first: 5) { nodes { name } } workflows(first: 5) { nodes { name revision } } }"))
            .AsObject().Select(field => field.Value!.ToJsonString())];
}
