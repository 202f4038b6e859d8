using Jarvis.Build.Compiling;
using Jarvis.Build.Processes;

namespace Jarvis.Build.Running;

/// <summary>The server process.</summary>
public sealed class Server(string program, IReadOnlyDictionary<string, string?> environment, ServerClient client, string log, string pidFile)
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <exception cref="ProblemException">It ended or did not become ready; with its own words.</exception>
    public async Task<RunningProgram> StartAsync(CancellationToken cancellation)
    {
        if (File.Exists(log))
        {
            File.Move(log, log + ".1", overwrite: true);
        }

        var child = ChildProcess.Start(new ChildProcessOptions
        {
            Program = DotNet.Program,
            Arguments = [program],
            Folder = Path.GetDirectoryName(program),
            Environment = environment,
            LogFile = log,
            Grace = TimeSpan.FromSeconds(30),
        });
        ProcessIdentity.Of(child.Id)?.WriteTo(pidFile);
        try
        {
            await BecomesReadyAsync(child, cancellation);
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }

        return new RunningProgram(child.Exited, async () =>
        {
            await child.DisposeAsync();
            File.Delete(pidFile);
        });
    }

    private async Task BecomesReadyAsync(ChildProcess child, CancellationToken cancellation)
    {
        var deadline = DateTime.UtcNow + ReadyTimeout;
        while (!await client.IsReadyAsync(cancellation))
        {
            if (child.HasExited)
            {
                throw new ProblemException($"The server ended with {await child.Exited}: {LastOfLog()} (see {log}).");
            }

            if (DateTime.UtcNow > deadline)
            {
                throw new ProblemException($"The server is not ready after {ReadyTimeout.TotalSeconds} s: {LastOfLog()} (see {log}).");
            }

            await Task.Delay(Poll, cancellation);
        }
    }

    private string LastOfLog() =>
        (File.Exists(log) ? File.ReadLines(log).LastOrDefault(line => line.Trim().Length > 0) : null) ?? "it says nothing";
}
