using Jarvis.Build.Compiling;
using Jarvis.Build.Processes;

namespace Jarvis.Build.Running;

/// <summary>The demo's two devices: both live their past (<see cref="DemoPast"/>) before the first of them is kept running.</summary>
public sealed class DemoDevices(StateFolders folders, BuiltPrograms programs, string url, Action<string> report)
{
    /// <summary>Once: both devices have run for thirty days; the second one hands in what it did and is switched off.</summary>
    public async Task EnsureThirtyDaysAsync(Demo demo, CancellationToken cancellation)
    {
        if (demo.Notes.HasPast || demo.Notes.Device is not null || demo.Notes.Laptop is not null)
        {
            return;
        }

        await demo.PublishPastAsync(cancellation);
        report($"Living {DemoPast.Days} days on two devices, for something to look at.");
        await Task.WhenAll(
            LiveAsync(folders.Runner, lastDay: 0, perDay: 5, seed: 7, cancellation),
            LiveAsync(folders.Laptop, lastDay: 6, perDay: 2, seed: 11, cancellation));
        await using var laptop = new Runner(programs.Runner, url, folders.Laptop, folders.Log("laptop"), folders.PidFile("laptop"));
        var running = await laptop.StartAsync(cancellation);
        try
        {
            await demo.HandInAsync(laptop, Environment.MachineName + " laptop", cancellation);
        }
        finally
        {
            await running.StopAsync();
        }
    }

    private async Task LiveAsync(string home, int lastDay, double perDay, int seed, CancellationToken cancellation)
    {
        // A start that was interrupted here has its past in the journal already.
        if (File.Exists(Path.Combine(home, "journal.db")))
        {
            return;
        }

        StateFolders.MakePrivate(home);
        var plan = Path.Combine(home, "demo-plan.json");
        await File.WriteAllTextAsync(plan, DemoPast.Plan(DateTimeOffset.UtcNow, TimeZoneInfo.Local, lastDay, perDay, seed).ToJsonString(), cancellation);
        await using var child = ChildProcess.Start(new ChildProcessOptions
        {
            Program = DotNet.Program,
            Arguments = [programs.Runner, "demo", plan, "--home", home],
            Folder = home,
            Environment = new Dictionary<string, string?> { ["DOTNET_ROOT"] = DotNet.Root },
            OnLine = (line, isError) =>
            {
                if (isError)
                {
                    report(line);
                }
            },
        });
        var exit = await child.Exited.WaitAsync(cancellation);
        if (exit != 0)
        {
            throw new ProblemException($"The demo's past could not be made (exit {exit}); start with --no-demo to go on without it.");
        }
    }
}
