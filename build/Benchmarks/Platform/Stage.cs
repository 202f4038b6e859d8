using Jarvis.Build;
using Jarvis.Build.Postgres;

namespace Jarvis.Benchmarks.Platform;

/// <summary>The real parts that figures are measured on, made when the first of them asks.</summary>
internal sealed class Stage(bool keep, bool watchesStatements) : IAsyncDisposable
{
    private const string DatabaseName = "jarvis";

    private readonly SemaphoreSlim gate = new(1);
    private EmbeddedPostgres? postgres;
    private JarvisServer? server;

    /// <summary>Everything the bench writes lies here, on the disk that the project lies on.</summary>
    public string Folder { get; } = Repository.PathTo("artifacts", "bench");

    /// <summary>What its servers keep in files; two benches at once do not share it.</summary>
    public string DataFolder { get; } = Repository.PathTo("artifacts", "bench", "data-" + Environment.ProcessId);

    public string ConnectionString => postgres!.ConnectionString(DatabaseName);

    /// <summary>A PostgreSQL of its own that waits for the disk at every commit.</summary>
    public async Task<EmbeddedPostgres> PostgresAsync(CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            return postgres ??= await StartPostgresAsync(cancellation);
        }
        finally
        {
            gate.Release();
        }
    }

    public async Task<JarvisServer> ServerAsync(CancellationToken cancellation)
    {
        await PostgresAsync(cancellation);
        await gate.WaitAsync(cancellation);
        try
        {
            if (server is null)
            {
                server = await JarvisServer.StartAsync(ConnectionString, DataFolder, cancellation);
                Report.Say($"  server: process {server.ProcessId}, database: {postgres!.LogFile}");
            }

            return server;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Tells which statements a figure kept PostgreSQL busy with, where they are watched.</summary>
    public async Task TellStatementsAsync(CancellationToken cancellation)
    {
        if (watchesStatements && postgres is not null)
        {
            await using var source = Npgsql.NpgsqlDataSource.Create(ConnectionString);
            await Statements.TellAsync(source, cancellation);
        }
    }

    /// <summary>Waits until the server has nothing left to do in the background (views caught up), at most a minute.</summary>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        if (server is null)
        {
            return;
        }

        var longest = TimeSpan.FromMinutes(1);
        var look = TimeSpan.FromMilliseconds(400);
        const double QuietShareOfACore = 0.15;
        for (var waited = TimeSpan.Zero; waited < longest; waited += look)
        {
            var before = server.ProcessorTime;
            await Task.Delay(look, cancellation);
            if ((server.ProcessorTime - before) / look < QuietShareOfACore)
            {
                return;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        if (postgres is not null)
        {
            await postgres.DisposeAsync();
        }

        if (!keep && Directory.Exists(DataFolder))
        {
            Directory.Delete(DataFolder, recursive: true);
        }

        gate.Dispose();
    }

    private async Task<EmbeddedPostgres> StartPostgresAsync(CancellationToken cancellation)
    {
        // What an earlier bench left behind would be measured along with this one.
        var folder = Path.Combine(Folder, "postgres-" + Environment.ProcessId);
        var started = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { Folder = folder, Durable = true, Temporary = !keep, Report = Report.Say }, cancellation);
        await using (var source = Npgsql.NpgsqlDataSource.Create(started.ConnectionString("postgres")))
        {
            // The time of each commit, by the database's own clock, is what P8 counts from.
            await using var command = source.CreateCommand("alter system set track_commit_timestamp = on");
            await command.ExecuteNonQueryAsync(cancellation);
            if (watchesStatements)
            {
                await Statements.WatchAsync(source, cancellation);
            }
        }

        await started.RestartAsync(cancellation);
        await started.EnsureDatabaseAsync(DatabaseName, cancellation);
        return started;
    }
}
