using System.Globalization;
using System.Security.Cryptography;
using Jarvis.Build.Processes;

namespace Jarvis.Build.Postgres;

/// <summary>The folder of an embedded PostgreSQL: what lies where in it, and the server that an earlier process may have left on it.</summary>
/// <param name="path">The full path.</param>
internal sealed class PostgresFolder(string path)
{
    private const int PasswordCharacters = 48;
    private const long LargestLogBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan QuickEnd = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    public string FullPath => path;

    public string Data => Path.Combine(path, "data");

    public string PasswordFile => Path.Combine(path, "password");

    public string LogFile => Path.Combine(path, "postgresql.log");

    private string PortFile => Path.Combine(path, "port");

    private string PostmasterFile => Path.Combine(Data, "postmaster.pid");

    /// <summary>Made if missing, readable by its owner alone.</summary>
    public void Make()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        // Only the folder itself is closed; one above it that another user must pass through is made as usual.
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>The password of the role, drawn on first use.</summary>
    public async Task<string> PasswordAsync(CancellationToken cancellation)
    {
        if (!File.Exists(PasswordFile))
        {
            PrivateFile.Replace(PasswordFile, RandomNumberGenerator.GetHexString(PasswordCharacters, lowercase: true));
        }

        return (await File.ReadAllTextAsync(PasswordFile, cancellation)).Trim();
    }

    /// <summary>The port of the last server on it; null where there never was one.</summary>
    public int? LastPort() =>
        File.Exists(PortFile) && int.TryParse(File.ReadAllText(PortFile), NumberStyles.None, CultureInfo.InvariantCulture, out var kept) ? kept : null;

    public Task KeepPortAsync(int port, CancellationToken cancellation) =>
        File.WriteAllTextAsync(PortFile, port.ToString(CultureInfo.InvariantCulture), cancellation);

    /// <summary>Stops a server that an earlier, killed process left on this folder, and removes a pid file that names a stranger.</summary>
    /// <param name="grace">How long it may take to end by itself.</param>
    public async Task EndLeftOverAsync(TimeSpan grace, Action<string> report, CancellationToken cancellation)
    {
        if (!File.Exists(PostmasterFile))
        {
            return;
        }

        var first = File.ReadLines(PostmasterFile).FirstOrDefault();
        var found = int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? ProcessIdentity.Of(id) : null;
        if (found is null || !IsServerHere(id))
        {
            // PostgreSQL itself asks only whether any process has that number, which after a reboot may be anybody.
            File.Delete(PostmasterFile);
            return;
        }

        report("Stopping a PostgreSQL that was left running");
        (int Signal, TimeSpan Patience)[] ways = [(Signals.Interrupt, grace), (Signals.Quit, QuickEnd), (Signals.Kill, QuickEnd)];
        foreach (var way in ways.TakeWhile(_ => found.IsRunning))
        {
            Signals.Send(id, way.Signal);
            for (var waited = TimeSpan.Zero; found.IsRunning && waited < way.Patience; waited += Poll)
            {
                await Task.Delay(Poll, cancellation);
            }
        }

        if (found.IsRunning)
        {
            throw new ProblemException("A PostgreSQL is left running on " + Data + " (process " + id + ") and cannot be stopped; stop it yourself.");
        }
    }

    /// <summary>Why it did not start, as far as its log says.</summary>
    public string LastOfLog() =>
        File.Exists(LogFile)
            ? File.ReadLines(LogFile).LastOrDefault(line => line.Contains("FATAL", StringComparison.Ordinal) || line.Contains("error", StringComparison.OrdinalIgnoreCase))
                ?? "it says nothing"
            : "it left no log";

    /// <summary>A log that has grown large is put aside.</summary>
    public void RotateLog()
    {
        if (File.Exists(LogFile) && new FileInfo(LogFile).Length > LargestLogBytes)
        {
            File.Move(LogFile, LogFile + ".1", overwrite: true);
        }
    }

    private bool IsServerHere(int id)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        try
        {
            var words = File.ReadAllText($"/proc/{id}/cmdline").Split('\0');
            return words.Contains(Data) && words.Any(word => Path.GetFileName(word) == "postgres");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
