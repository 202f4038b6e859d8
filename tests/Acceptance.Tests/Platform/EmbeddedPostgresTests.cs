using Jarvis.Build.Postgres;
using Jarvis.Build.Processes;
using Jarvis.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Acceptance.Tests.Platform;

public sealed class EmbeddedPostgresTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task a_server_in_a_folder_only_its_owner_may_enter_keeps_its_data_over_a_restart()
    {
        // TemporaryFolder is of mode 700.
        await using (var first = await StartAsync())
        {
            await first.EnsureDatabaseAsync("kept");
            await ExecuteAsync(first, "create table notes (text text); insert into notes values ('still here')");
        }

        await using var second = await StartAsync();
        (await ScalarAsync(second, "select text from notes")).ShouldBe("still here");
    }

    [Fact]
    public async Task a_committed_row_survives_kill_9_and_the_restart_keeps_the_port()
    {
        await using var postgres = await StartAsync();
        var port = postgres.Port;
        await postgres.EnsureDatabaseAsync("kept");
        await ExecuteAsync(postgres, "create table notes (text text); insert into notes values ('committed')");

        postgres.Kill();
        await postgres.Exited;
        await postgres.RestartAsync();

        postgres.Port.ShouldBe(port);
        (await ScalarAsync(postgres, "select text from notes")).ShouldBe("committed");
    }

    [Fact]
    public async Task another_port_is_chosen_when_the_wanted_one_is_taken()
    {
        using var stranger = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        stranger.Start();
        var taken = ((System.Net.IPEndPoint)stranger.LocalEndpoint).Port;

        await using var postgres = await StartAsync(taken);

        postgres.Port.ShouldNotBe(taken);
        (await ScalarAsync(postgres, "select 1", "postgres")).ShouldBe(1);
    }

    [Fact]
    public async Task a_server_left_running_by_a_killed_parent_is_stopped_by_the_next_start()
    {
        var first = await StartAsync();
        var orphan = ProcessIdentity.Of(first.ProcessId)!;

        await using var second = await StartAsync();

        orphan.IsRunning.ShouldBeFalse();
        second.ProcessId.ShouldNotBe(orphan.Id);
        await first.DisposeAsync();
    }

    [Fact]
    public async Task a_pid_file_that_names_a_stranger_is_not_believed()
    {
        await (await StartAsync()).DisposeAsync();
        var pidFile = folder.File("postgresql", "data", "postmaster.pid");
        await File.WriteAllTextAsync(pidFile, Environment.ProcessId + "\n/nowhere\n1\n1\n\n\n\n", TestContext.Current.CancellationToken);

        await using var postgres = await StartAsync();

        (await ScalarAsync(postgres, "select 1", "postgres")).ShouldBe(1);
    }

    [Fact]
    public async Task a_wrong_password_is_refused()
    {
        await using var postgres = await StartAsync();
        var wrong = new NpgsqlConnectionStringBuilder(postgres.ConnectionString("postgres")) { Password = "guess", Pooling = false };
        await using var connection = new NpgsqlConnection(wrong.ConnectionString);

        var refusal = await Should.ThrowAsync<PostgresException>(() => connection.OpenAsync(TestContext.Current.CancellationToken));

        refusal.SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
    }

    private Task<EmbeddedPostgres> StartAsync(int? port = null) =>
        EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { Folder = folder.File("postgresql"), Port = port }, TestContext.Current.CancellationToken);

    private static async Task ExecuteAsync(EmbeddedPostgres postgres, string sql)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString("kept") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> ScalarAsync(EmbeddedPostgres postgres, string sql, string database = "kept")
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
