using Jarvis.Acceptance.Tests.Platform;
using Jarvis.Build.Postgres;
using Jarvis.Testing;
using Npgsql;
using Xunit;

namespace Jarvis.Acceptance.Tests.Runs;

/// <summary>
/// PostgreSQL is killed when a view has just been folded, before that was flushed, which is not waited for: what was shown a moment ago is shown again,
/// though nothing new comes that would move the view.
/// </summary>
public sealed class LostCommitsTests
{
    private const int Rounds = 3;

    [Fact]
    public async Task a_view_that_lost_its_last_commits_with_the_database_is_whole_again_without_anything_new()
    {
        var postgres = await TestServer.StartOwnAsync(durable: true);
        await using var system = await JarvisSystem.StartAsync(postgres);
        await FlushSeldom(postgres);
        var workflow = await system.PublishAsync(Workflows.Files(system.PathOf("out"), 1));
        for (var round = 0; round < Rounds; round++)
        {
            var run = await system.StartRunAsync(workflow);
            await Seen(system, run);
            postgres.Kill();
            await postgres.Exited;
            await postgres.RestartAsync();
            await Seen(system, run);
        }
    }

    /// <summary>The run is in the view, and waits for a PC that never comes; a refusal that lasts is an exception.</summary>
    private static Task<string> Seen(JarvisSystem system, Guid run) => system.WaitForStatusAsync(run, "PENDING", "FAILED");

    /// <summary>The longest that PostgreSQL may keep a commit that nobody waits for to itself.</summary>
    private static async Task FlushSeldom(EmbeddedPostgres postgres)
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString("postgres"));
        foreach (var sql in (string[])["alter system set wal_writer_delay = '10s'", "select pg_reload_conf()"])
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }
}
