using System.Globalization;
using Jarvis.Build.Processes;
using Npgsql;

namespace Jarvis.Build.Postgres;

/// <summary>
/// A PostgreSQL server of our own on 127.0.0.1, with scram-sha-256 and a generated password. It ends with this process, also
/// if this process is killed; a server that was left over on the same folder is stopped before a new one is started.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    /// <summary>The role that owns the databases.</summary>
    public const string Role = "jarvis";

    /// <summary>The database that <c>build/up</c> uses.</summary>
    public const string Database = "jarvis";

    private const int StartAttempts = 6;
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly EmbeddedPostgresOptions options;
    private readonly PostgresAccount account;
    private readonly PostgresBinaries binaries;
    private readonly PostgresFolder folder;
    private readonly string password;
    private ChildProcess? server;

    private EmbeddedPostgres(
        EmbeddedPostgresOptions options, PostgresAccount account, PostgresBinaries binaries, PostgresFolder folder, string password)
    {
        this.options = options;
        this.account = account;
        this.binaries = binaries;
        this.folder = folder;
        this.password = password;
    }

    public int Port { get; private set; }

    /// <summary>Of the postmaster.</summary>
    public int ProcessId => server?.Id ?? throw new InvalidOperationException("PostgreSQL is not running.");

    /// <summary>Ends when the server does, whoever stopped it.</summary>
    public Task<int> Exited => server?.Exited ?? Task.FromResult(0);

    public string LogFile => folder.LogFile;

    /// <summary>For Npgsql and for the server's configuration.</summary>
    public string ConnectionString(string database = Database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = Role,
        Password = password,
        Database = database,
    }.ConnectionString;

    /// <summary>Finds or installs PostgreSQL, makes the data folder on first use, starts it and waits until it answers.</summary>
    /// <exception cref="ProblemException">In one sentence, what is missing or why it did not start.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, CancellationToken cancellation = default)
    {
        var account = await PostgresAccount.ChooseAsync(options.RunAs, cancellation);
        var folder = new PostgresFolder(account.PlaceFor(Path.GetFullPath(options.Folder)));
        folder.Make();
        await account.OwnAsync(folder.FullPath, cancellation);
        var binaries = await account.ReachAsync(
            await PostgresBinaries.FindAsync(options.Report, cancellation), Path.GetDirectoryName(folder.FullPath)!, cancellation);
        var password = await folder.PasswordAsync(cancellation);
        await account.OwnAsync(folder.FullPath, cancellation);
        var postgres = new EmbeddedPostgres(options, account, binaries, folder, password);
        await postgres.InitialiseAsync(cancellation);
        await postgres.RestartAsync(cancellation);
        return postgres;
    }

    /// <summary>How to reach the server of another process on this folder.</summary>
    /// <exception cref="ProblemException">There never was one.</exception>
    public static async Task<string> ConnectionStringOfRunningAsync(string folder, CancellationToken cancellation = default)
    {
        var place = new PostgresFolder((await PostgresAccount.ChooseAsync(null, cancellation)).PlaceFor(Path.GetFullPath(folder)));
        if (place.LastPort() is not { } port || !File.Exists(place.PasswordFile))
        {
            throw new ProblemException("There is no embedded PostgreSQL in " + place.FullPath + "; name a database with --database.") { ExitCode = 2 };
        }

        return new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Username = Role,
            Password = await place.PasswordAsync(cancellation),
            Database = Database,
        }.ConnectionString;
    }

    /// <summary>Starts the server again after it ended; stops it first if it still runs.</summary>
    public async Task RestartAsync(CancellationToken cancellation = default)
    {
        if (server is not null)
        {
            await server.DisposeAsync();
            server = null;
        }

        await folder.EndLeftOverAsync(StopGrace, options.Report, cancellation);
        for (var attempt = 1; ; attempt++)
        {
            // A restart keeps its port: whoever holds a connection string goes on with it.
            Port = Port != 0 && Ports.IsFree(Port) ? Port : ChoosePort();
            await folder.KeepPortAsync(Port, cancellation);
            server = Launch();
            if (await BecomesReadyAsync(cancellation))
            {
                return;
            }

            await server.DisposeAsync();
            server = null;
            if (attempt == StartAttempts)
            {
                throw new ProblemException("PostgreSQL does not start: " + folder.LastOfLog() + " (see " + LogFile + ").");
            }

            // Killed backends let go of their shared memory within moments; a port may have been taken meanwhile.
            await Task.Delay(TimeSpan.FromMilliseconds(250 * attempt), cancellation);
        }
    }

    /// <summary>Makes a database if it does not exist yet.</summary>
    public async Task EnsureDatabaseAsync(string database, CancellationToken cancellation = default)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection)
        {
            Parameters = { new NpgsqlParameter { Value = database } },
        };
        if (await exists.ExecuteScalarAsync(cancellation) is null)
        {
            await using var create = new NpgsqlCommand("create database \"" + database.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"", connection);
            await create.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>Kills the postmaster and all its backends, as a crash of the machine would.</summary>
    public void Kill() => server?.Kill();

    public async Task StopAsync()
    {
        if (server is null)
        {
            return;
        }

        await server.DisposeAsync();
        server = null;
        if (options.Temporary && Directory.Exists(folder.FullPath))
        {
            Directory.Delete(folder.FullPath, recursive: true);
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private ChildProcess Launch()
    {
        folder.RotateLog();
        List<string> settings =
        [
            "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", "shared_buffers=256MB", "jit=off",
            "wal_compression=on", "max_wal_size=2GB", "log_line_prefix=%m [%p] ", "password_encryption=scram-sha-256",
        ];
        if (!options.Durable)
        {
            settings.AddRange(["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum_naptime=10min"]);
        }
        else
        {
            // Tables grow from nothing to millions of rows: until the first ANALYZE the daemon's look at what is new reads all of them.
            settings.Add("autovacuum_naptime=15s");
        }

        List<string> arguments = ["-D", folder.Data, "-p", Port.ToString(CultureInfo.InvariantCulture)];
        foreach (var setting in settings)
        {
            arguments.AddRange(["-c", setting]);
        }

        var (program, words) = account.Wrap(binaries.Program("postgres"), arguments);
        return ChildProcess.Start(new ChildProcessOptions
        {
            Program = program,
            Arguments = words,
            Folder = folder.FullPath,
            Environment = Environment,
            LogFile = LogFile,
            StopSignal = options.Temporary ? Signals.Quit : Signals.Interrupt,
            Grace = options.Temporary ? TimeSpan.FromSeconds(5) : StopGrace,
            FolderToDelete = options.Temporary ? folder.FullPath : null,
        });
    }

    // The session's own language and PG… variables must not reach a server of ours.
    private static Dictionary<string, string?> Environment { get; } =
        System.Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name.StartsWith("PG", StringComparison.Ordinal))
            .ToDictionary(name => name, _ => (string?)null)
            .Concat([new("LC_ALL", "C"), new("TZ", "UTC")])
            .ToDictionary(pair => pair.Key, pair => pair.Value);

    private async Task InitialiseAsync(CancellationToken cancellation)
    {
        if (Directory.Exists(folder.Data))
        {
            var major = (await File.ReadAllTextAsync(Path.Combine(folder.Data, "PG_VERSION"), cancellation)).Trim();
            if (major != binaries.Major.ToString(CultureInfo.InvariantCulture))
            {
                throw new ProblemException(
                    $"The data in {folder.Data} were made by PostgreSQL {major}, and this is {binaries.Major}; "
                    + "move the folder away, or name a server with --database.");
            }

            return;
        }

        options.Report("Making the database");
        // Made aside and moved into place whole, so that a start that is killed here leaves nothing half made.
        var aside = folder.Data + ".new";
        if (Directory.Exists(aside))
        {
            Directory.Delete(aside, recursive: true);
        }

        List<string> arguments =
        [
            "-D", aside, "-U", Role, "-A", "scram-sha-256", "--pwfile=" + folder.PasswordFile, "-E", "UTF8", "--locale=C",
        ];
        if (binaries.Major >= 17)
        {
            arguments.AddRange(["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
        }

        if (!options.Durable)
        {
            arguments.Add("--no-sync");
        }

        var (program, words) = account.Wrap(binaries.Program("initdb"), arguments);
        var made = await Tools.RunAsync(program, words, folder.FullPath, Environment, cancellation: cancellation);
        if (!made.Succeeded)
        {
            throw new ProblemException("PostgreSQL could not make its data folder in " + folder.FullPath + ": " + made.Tail(3).ReplaceLineEndings(" "));
        }

        Directory.Move(aside, folder.Data);
    }

    private int ChoosePort() => (options.Port ?? folder.LastPort()) is { } port and > 0 && Ports.IsFree(port) ? port : Ports.Free();

    private async Task<bool> BecomesReadyAsync(CancellationToken cancellation)
    {
        var deadline = DateTime.UtcNow + ReadyTimeout;
        while (!server!.HasExited && DateTime.UtcNow < deadline)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false;Timeout=5");
                await connection.OpenAsync(cancellation);
                return true;
            }
            catch (NpgsqlException e) when (e.SqlState == PostgresErrorCodes.InvalidPassword)
            {
                throw new ProblemException(
                    "The password in " + folder.PasswordFile + " is not the one of the data beside it; "
                    + "put the right one back, or move the folder away.", e);
            }
            catch (NpgsqlException)
            {
                // Not listening yet, or still recovering after a crash.
                await Task.Delay(Poll, cancellation);
            }
        }

        return false;
    }
}
