using System.CommandLine;
using System.Globalization;
using Jarvis.Build.Postgres;
using Jarvis.Build.Processes;
using Jarvis.Build.Running;

namespace Jarvis.Build.Keeping;

/// <summary>
/// <c>build/backup FOLDER</c> and <c>build/restore FILE</c>: a whole system into two files, also while it runs, and back into an empty place.
/// </summary>
public static class KeepingVerbs
{
    private const string DataSuffix = ".backup";
    private const string KeysSuffix = ".keys";

    private static readonly Option<string?> Database = new("--database")
    {
        Description = "A PostgreSQL of your own (Npgsql connection string or postgres:// address); else the embedded one.",
        HelpName = "CONNECTION",
    };

    private static readonly Option<string?> Data = new("--data")
    {
        Description = "The server's data folder (its JARVIS_DATA); else the one that build/up uses.",
        HelpName = "FOLDER",
    };

    public static Command CreateBackup()
    {
        var folder = new Argument<string>("folder") { Description = "Where the two files go." };
        var verb = new Command("backup", "Writes all data of a system, and beside it the keys that open it.") { folder, Database, Data };
        verb.SetAction(async (parsed, cancellation) =>
        {
            await using var place = await Place.FindAsync(parsed.GetValue(Database), parsed.GetValue(Data), cancellation);
            Directory.CreateDirectory(parsed.GetValue(folder)!);
            var stem = Path.Combine(parsed.GetValue(folder)!, "jarvis-" + DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture));
            var manifest = await Backup.WriteAsync(place.ConnectionString, place.DataFolder, stem + DataSuffix, stem + KeysSuffix, cancellation);
            Console.WriteLine($"{stem}{DataSuffix}: {manifest.Tables.Count} tables up to position {manifest.Head}");
            Console.WriteLine($"{stem}{KeysSuffix}: the keys; keep them in another place than the data");
            return 0;
        });
        return verb;
    }

    public static Command CreateRestore()
    {
        var file = new Argument<string>("file") { Description = "The .backup file." };
        var keys = new Option<string?>("--keys") { Description = "The .keys file; else the one beside it.", HelpName = "FILE" };
        var release = new Option<bool>("--release") { Description = "This is the one system from now on: its PCs get their orders at once." };
        var verb = new Command("restore", "Puts a backup into an empty database and data folder; build/up goes on from there.") { file, keys, release, Database, Data };
        verb.SetAction(async (parsed, cancellation) =>
        {
            var from = parsed.GetValue(file)!;
            var keysFile = parsed.GetValue(keys) ?? Path.ChangeExtension(from, KeysSuffix);
            foreach (var wanted in (string[])[from, keysFile])
            {
                if (!File.Exists(wanted))
                {
                    throw new ProblemException($"There is no {wanted}.") { ExitCode = 2 };
                }
            }

            await using var place = await Place.FindAsync(parsed.GetValue(Database), parsed.GetValue(Data), cancellation);
            var programs = new BuiltPrograms(Repository.StateFolder);
            await programs.EnsureAsync(Console.WriteLine, cancellation);
            var manifest = await Backup.RestoreAsync(
                place.ConnectionString, place.DataFolder, from, keysFile,
                () => ServerOnce.RunAsync(programs.Server, place.ConnectionString, place.DataFolder, cancellation), cancellation, parsed.GetValue(release));
            Console.WriteLine($"Restored up to position {manifest.Head}, as it was at {manifest.MadeAt:yyyy-MM-dd HH:mm:ss} UTC. Start it with build/up.");
            if (!parsed.GetValue(release))
            {
                Console.WriteLine("It is held: it gives its PCs no orders until an administrator releases it (mutation releaseServer).");
            }

            return 0;
        });
        return verb;
    }

    /// <summary>A database and a data folder that belong together, and what had to be started to reach them.</summary>
    private sealed record Place(string ConnectionString, string DataFolder, EmbeddedPostgres? Started, UpLock? Lock) : IAsyncDisposable
    {
        public static async Task<Place> FindAsync(string? database, string? data, CancellationToken cancellation)
        {
            var folders = new StateFolders(Repository.StateFolder, database);
            var folder = data ?? folders.Data;
            if (database is not null)
            {
                return new Place(DatabaseAddress.ToConnectionString(database), folder, null, null);
            }

            Directory.CreateDirectory(folders.State);
            UpLock @lock;
            try
            {
                @lock = UpLock.Take(folders.State);
            }
            catch (ProblemException)
            {
                // It runs: its database answers.
                return new Place(await EmbeddedPostgres.ConnectionStringOfRunningAsync(folders.PostgreSql, cancellation), folder, null, null);
            }

            try
            {
                var started = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { Folder = folders.PostgreSql, Report = Console.WriteLine }, cancellation);
                await started.EnsureDatabaseAsync(EmbeddedPostgres.Database, cancellation);
                return new Place(started.ConnectionString(), folder, started, @lock);
            }
            catch
            {
                @lock.Dispose();
                throw;
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (Started is not null)
            {
                await Started.DisposeAsync();
            }

            Lock?.Dispose();
        }
    }
}
