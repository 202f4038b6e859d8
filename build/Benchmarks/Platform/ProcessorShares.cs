using System.Globalization;

namespace Jarvis.Benchmarks.Platform;

/// <summary>
/// Processor seconds that each part has used so far: what a figure costs does not depend on who else is busy on the machine, as its rate does.
/// Linux only; elsewhere all are 0.
/// </summary>
internal readonly record struct ProcessorShares(double Bench, double Server, double Postgres)
{
    private const double TicksPerSecond = 100;

    public static ProcessorShares operator -(ProcessorShares after, ProcessorShares before) =>
        new(after.Bench - before.Bench, after.Server - before.Server, after.Postgres - before.Postgres);

    /// <summary>The bench itself and everything that it started, directly or not.</summary>
    public static ProcessorShares Take()
    {
        if (!OperatingSystem.IsLinux())
        {
            return default;
        }

        var processes = Directory.EnumerateDirectories("/proc").Select(Read).OfType<Known>().ToDictionary(p => p.Id);
        double bench = 0, server = 0, postgres = 0;
        foreach (var process in processes.Values.Where(p => IsOurs(p, processes)))
        {
            if (process.Name is "postgres")
            {
                postgres += process.Seconds;
            }
            else if (process.IsServer)
            {
                server += process.Seconds;
            }
            else
            {
                bench += process.Seconds;
            }
        }

        return new ProcessorShares(bench, server, postgres);
    }

    /// <summary>How busy each part was over that time, in cores, and what that makes for each unit of a rate.</summary>
    public string Over(TimeSpan time, double rate)
    {
        var (server, postgres, load) = (Server / time.TotalSeconds, Postgres / time.TotalSeconds, Bench / time.TotalSeconds);
        const double Micro = 1e6;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"kept {server:0.00} cores busy in the server, {postgres:0.00} in PostgreSQL, {load:0.00} in the load; for each unit of a rate {Micro * (server + postgres + load) / rate:0.0} µs ({Micro * server / rate:0.0}, {Micro * postgres / rate:0.0}, {Micro * load / rate:0.0})");
    }

    private static bool IsOurs(Known process, Dictionary<int, Known> all)
    {
        const int MostGenerations = 20;
        for (var i = 0; i < MostGenerations; i++)
        {
            if (process.Id == Environment.ProcessId)
            {
                return true;
            }

            if (!all.TryGetValue(process.Parent, out var parent))
            {
                return false;
            }

            process = parent;
        }

        return false;
    }

    private static Known? Read(string folder)
    {
        if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id))
        {
            return null;
        }

        try
        {
            // pid (name) state ppid …; the name may hold spaces. Fields 14 to 17 are its own time and that of the children it has reaped.
            var text = File.ReadAllText(Path.Combine(folder, "stat"));
            var end = text.LastIndexOf(')');
            var name = text[(text.IndexOf('(', StringComparison.Ordinal) + 1)..end];
            var fields = text[(end + 2)..].Split(' ');
            var seconds = fields[11..15].Sum(f => double.Parse(f, CultureInfo.InvariantCulture)) / TicksPerSecond;
            var isServer = name is "dotnet" or "Jarvis.Api" && File.ReadAllText(Path.Combine(folder, "cmdline")).Contains("Jarvis.Api", StringComparison.Ordinal);
            return new Known(id, int.Parse(fields[1], CultureInfo.InvariantCulture), name, isServer, seconds);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private sealed record Known(int Id, int Parent, string Name, bool IsServer, double Seconds);
}
