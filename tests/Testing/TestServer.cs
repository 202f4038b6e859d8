using System.Globalization;
using Jarvis.Build.Postgres;
using Jarvis.Build.Processes;
using Npgsql;

namespace Jarvis.Testing;

/// <summary>
/// The PostgreSQL that the tests of one process share: the one that <c>JARVIS_TEST_DATABASE</c> names (<c>build/test</c> sets it
/// for all test projects), else a fast, throw-away one that is started on first use and ends with the process.
/// </summary>
public static class TestServer
{
    public const string Variable = "JARVIS_TEST_DATABASE";

    private const string FolderPrefix = "jarvis-test-pg-";
    private static readonly Lazy<Task<string>> Shared = new(StartAsync);

    /// <summary>A connection string to its maintenance database, with the right to create others.</summary>
    public static Task<string> ConnectionStringAsync() => Shared.Value;

    /// <summary>Starts a throw-away server: <paramref name="durable"/> false is faster, and loses data if the machine crashes.</summary>
    public static Task<EmbeddedPostgres> StartOwnAsync(bool durable)
    {
        SweepLeftOvers();
        var owner = ProcessIdentity.Of(Environment.ProcessId)!;
        var folder = Path.Combine(
            Path.GetTempPath(),
            FolderPrefix + owner.Id.ToString(CultureInfo.InvariantCulture) + "-" + Guid.NewGuid().ToString("N")[..8]);
        return EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { Folder = folder, Durable = durable, Temporary = true });
    }

    private static async Task<string> StartAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } configured)
        {
            return configured;
        }

        var server = await StartOwnAsync(durable: false);
        // The last thing this process does; were it killed, the server's watcher would stop it and delete its folder.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.StopAsync().GetAwaiter().GetResult();
        return new NpgsqlConnectionStringBuilder(server.ConnectionString("postgres")).ConnectionString;
    }

    /// <summary>Folders whose test process is gone: its machine lost power, or watcher and server were killed with it.</summary>
    private static void SweepLeftOvers()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), FolderPrefix + "*"))
        {
            var owner = Path.GetFileName(folder)[FolderPrefix.Length..].Split('-')[0];
            if (int.TryParse(owner, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && ProcessIdentity.Of(id) is null
                && Directory.GetLastWriteTimeUtc(folder) < DateTime.UtcNow.AddMinutes(-2))
            {
                try
                {
                    Directory.Delete(folder, recursive: true);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Another test process sweeps at the same time, or the folder is another user's.
                }
            }
        }
    }
}
