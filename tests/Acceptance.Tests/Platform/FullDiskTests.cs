using System.Text.Json.Nodes;
using Jarvis.Acceptance.Tests.Runs;
using Jarvis.Build.Postgres;
using Jarvis.Build.Running;
using Jarvis.Domain.Platform;
using Jarvis.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Acceptance.Tests.Platform;

/// <summary>
/// The disk under the server's database fills up in mid-run and is freed: what was answered is stored, what was refused is not, and
/// all goes on by itself. PostgreSQL, which stops when its log cannot be written, is started again as build/up starts it.
/// </summary>
public sealed class FullDiskTests
{
    /// <summary>Programs' tables and a few segments of PostgreSQL's log fit; a run's worth more does not.</summary>
    private const int DiskMegabytes = 320;

    private static readonly TimeSpan Recovery = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_full_disk_acknowledges_nothing_it_does_not_store_and_all_goes_on_once_it_is_freed()
    {
        using var disk = SmallDisk.Mount(DiskMegabytes);
        Assert.SkipWhen(disk is null, SmallDisk.Missing);
        var postgres = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { Folder = disk.File("postgresql") }, TestContext.Current.CancellationToken);
        await using var system = await JarvisSystem.StartAsync(postgres);
        await using var kept = await KeepAsync(postgres);
        await system.StartRunnerAsync();
        var workflow = await system.PublishAsync(Workflows.Files(system.PathOf("out"), 150));
        var runs = new List<Guid> { await system.StartRunAsync(workflow), await system.StartRunAsync(workflow) };
        await system.WaitForStatusAsync(runs[0], "RUNNING");

        await FillAsync(disk, postgres);
        var asked = await AskWhileFullAsync(system, workflow);
        asked.Values.ShouldContain((Guid?)null, "the disk was not full");
        // The runner is away while the disk is freed, so that nothing it holds can fill a gap that the server made.
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        await system.KillRunnerAsync();
        var acknowledged = runs.ToDictionary(run => run, run => History.Acknowledged(system, run));
        disk.MakeRoom();

        foreach (var (run, cursor) in acknowledged)
        {
            (await StoredAsync(postgres, run)).ShouldBeGreaterThanOrEqualTo(cursor, "an event was acknowledged and is not stored");
        }

        foreach (var (command, run) in asked)
        {
            // The same command again: the answer it had, or its first effect.
            var answer = await StartAsync(system, workflow, command, Recovery);
            run?.ShouldBe(answer);
            runs.Add(answer);
        }

        await system.StartRunnerAsync();
        foreach (var run in runs)
        {
            (await system.WaitForStatusAsync(run, Recovery, "COMPLETED", "FAILED", "CANCELLED")).ShouldBe("COMPLETED");
            await History.ShouldEqualTheJournal(system, run);
        }

        runs.Count.ShouldBe(runs.Distinct().Count());
        (await system.AskAsync("{ runs(first: 100) { nodes { id } } }"))["runs"]!["nodes"]!.AsArray().Count.ShouldBe(runs.Count, "a repeated command had two effects");
    }

    private static Task<KeptRunning> KeepAsync(EmbeddedPostgres postgres)
    {
        var started = true;
        return KeptRunning.StartAsync(
            "PostgreSQL",
            async token =>
            {
                if (!started)
                {
                    await postgres.RestartAsync(token);
                }

                started = false;
                return new RunningProgram(postgres.Exited, postgres.StopAsync);
            },
            _ => { },
            TestContext.Current.CancellationToken);
    }

    /// <summary>Fills the disk, then what room PostgreSQL had put aside, until it says that there is none.</summary>
    private static async Task FillAsync(SmallDisk disk, EmbeddedPostgres postgres)
    {
        disk.Fill();
        var connectionString = postgres.ConnectionString() + ";Pooling=false";
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("create table filler as select n, repeat(md5(n::text), 20) from generate_series(1, 10000000) n", connection) { CommandTimeout = 120 };
            await command.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException)
        {
            // Full.
        }

        // What the failed statement gave back is taken as well.
        disk.Fill();
    }

    /// <summary>Asks for runs, each under an id of its own: which run was answered, or null where the server said no.</summary>
    private static async Task<Dictionary<Guid, Guid?>> AskWhileFullAsync(JarvisSystem system, Guid workflow)
    {
        const int Asked = 5;
        var answers = new Dictionary<Guid, Guid?>();
        for (var i = 0; i < Asked; i++)
        {
            var command = Guid.CreateVersion7();
            try
            {
                answers[command] = await StartAsync(system, workflow, command, TimeSpan.Zero);
            }
            catch (Exception e) when (e is RefusedException or HttpRequestException or TaskCanceledException or System.Text.Json.JsonException)
            {
                answers[command] = null;
            }
        }

        return answers;
    }

    private static async Task<Guid> StartAsync(JarvisSystem system, Guid workflow, Guid command, TimeSpan patience)
    {
        var input = new JsonObject { ["workflowId"] = workflow.ToString(), ["commandId"] = command.ToString() };
        var deadline = DateTime.UtcNow + patience;
        while (true)
        {
            try
            {
                var data = await system.AskAsync("mutation($input: StartRunInput!) { startRun(input: $input) { run { id } } }", new JsonObject { ["input"] = input.DeepClone() });
                return Guid.Parse(data["startRun"]!["run"]!["id"]!.GetValue<string>());
            }
            catch (Exception e) when (e is RefusedException or HttpRequestException or TaskCanceledException or System.Text.Json.JsonException && DateTime.UtcNow < deadline)
            {
                await Task.Delay(250);
            }
        }
    }

    /// <summary>What the database holds, asked as soon as it answers again.</summary>
    private static async Task<long> StoredAsync(EmbeddedPostgres postgres, Guid run)
    {
        var deadline = DateTime.UtcNow + Recovery;
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(postgres.ConnectionString() + ";Pooling=false");
                await connection.OpenAsync();
                await using var command = new NpgsqlCommand("select coalesce(max(version), 0) from jarvis.mt_events where stream_id = $1", connection)
                {
                    Parameters = { new NpgsqlParameter { Value = StreamIds.Execution(run) } },
                };
                return (long)(await command.ExecuteScalarAsync())!;
            }
            catch (NpgsqlException) when (DateTime.UtcNow < deadline)
            {
                await Task.Delay(250);
            }
        }
    }
}
