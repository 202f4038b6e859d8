using System.Globalization;
using System.Text.RegularExpressions;
using Jarvis.Build;
using Jarvis.Build.Processes;
using Npgsql;

namespace Jarvis.Benchmarks.Platform;

/// <summary>PostgreSQL's own load generator, run on a script of ours.</summary>
internal sealed partial class PgBench
{
    private readonly string program;
    private readonly string connectionString;
    private readonly string folder;

    private PgBench(string program, string connectionString, string folder)
    {
        this.program = program;
        this.connectionString = connectionString;
        this.folder = folder;
    }

    /// <exception cref="ProblemException">It is not installed and cannot be.</exception>
    public static async Task<PgBench> FindAsync(Stage stage, CancellationToken cancellation)
    {
        var program = Search();
        if (program is null && OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && Tools.Find("apt-get") is { } apt)
        {
            Report.Say("  installing pgbench (postgresql-contrib)");
            var installed = await Tools.RunAsync(
                apt, ["install", "-y", "-q", "postgresql-contrib"], environment: new Dictionary<string, string?> { ["DEBIAN_FRONTEND"] = "noninteractive" }, cancellation: cancellation);
            program = installed.Succeeded ? Search() : null;
        }

        return new PgBench(
            program ?? throw new ProblemException("pgbench is not to be had here; install postgresql-contrib."), stage.ConnectionString, stage.Folder);
    }

    /// <summary>Transactions a second over that time, every statement prepared once.</summary>
    public async Task<double> RateAsync(string script, int clients, TimeSpan time, CancellationToken cancellation)
    {
        var output = await RunAsync(
            script, clients, ["-T", Math.Max(1, (int)time.TotalSeconds).ToString(CultureInfo.InvariantCulture)], cancellation);
        return double.Parse(Rate().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>How long each of so many transactions of one client took, in milliseconds, in order.</summary>
    public async Task<IReadOnlyList<double>> LatenciesAsync(string script, int transactions, CancellationToken cancellation)
    {
        var prefix = Path.Combine(folder, "pgbench-" + Guid.NewGuid().ToString("N"));
        await RunAsync(script, 1, ["-t", transactions.ToString(CultureInfo.InvariantCulture), "-l", "--log-prefix=" + prefix], cancellation);
        List<double> latencies = [];
        foreach (var file in Directory.GetFiles(folder, Path.GetFileName(prefix) + ".*"))
        {
            foreach (var line in await File.ReadAllLinesAsync(file, cancellation))
            {
                const int MicrosecondsColumn = 2;
                latencies.Add(double.Parse(line.Split(' ')[MicrosecondsColumn], CultureInfo.InvariantCulture) / 1000);
            }

            File.Delete(file);
        }

        return latencies;
    }

    private static string? Search() =>
        Tools.Find("pgbench") ?? (Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(f => Path.Combine(f, "bin", "pgbench")).FirstOrDefault(File.Exists)
            : null);

    private async Task<string> RunAsync(string script, int clients, IEnumerable<string> more, CancellationToken cancellation)
    {
        var file = Path.Combine(folder, "pgbench-" + Guid.NewGuid().ToString("N") + ".sql");
        await File.WriteAllTextAsync(file, script, cancellation);
        var place = new NpgsqlConnectionStringBuilder(connectionString);
        var result = await Tools.RunAsync(
            program,
            [
                "-n", "-M", "prepared", "-f", file, "-c", clients.ToString(CultureInfo.InvariantCulture), "-j", Math.Min(2, clients).ToString(CultureInfo.InvariantCulture),
                .. more, "-h", place.Host!, "-p", place.Port.ToString(CultureInfo.InvariantCulture), "-U", place.Username!, place.Database!,
            ],
            folder,
            new Dictionary<string, string?> { ["PGPASSWORD"] = place.Password },
            cancellation: cancellation);
        File.Delete(file);
        return result.Succeeded && Rate().IsMatch(result.Output)
            ? result.Output
            : throw new InvalidOperationException("pgbench failed: " + result.Tail());
    }

    [GeneratedRegex(@"tps = ([0-9.]+)")]
    private static partial Regex Rate();
}
