using Jarvis.Build.Processes;

namespace Jarvis.Build.Running;

/// <summary>One <c>build/up</c> in a folder; the system releases the lock when its process ends, however it ends.</summary>
public sealed class UpLock : IDisposable
{
    private readonly FileStream file;
    private readonly string addressFile;

    private UpLock(FileStream file, string addressFile)
    {
        this.file = file;
        this.addressFile = addressFile;
    }

    /// <exception cref="ProblemException">Another one runs here; with its address.</exception>
    public static UpLock Take(string state)
    {
        var addressFile = Path.Combine(state, "address");
        try
        {
            var file = new FileStream(Path.Combine(state, "up.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.Delete(addressFile);
            return new UpLock(file, addressFile);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            var at = File.Exists(addressFile) ? " at " + File.ReadAllText(addressFile).Trim() : "";
            throw new ProblemException($"Jarvis runs in this folder already{at}; use that one, or end it with Ctrl-C first.", e) { ExitCode = 2 };
        }
    }

    public void Announce(string url) => File.WriteAllText(addressFile, url + "\n");

    public void Dispose()
    {
        File.Delete(addressFile);
        file.Dispose();
    }

    /// <summary>Ends a program that a killed <c>build/up</c> left behind, by its pid file.</summary>
    public static async Task EndLeftOverAsync(string pidFile, Action<string> report, CancellationToken cancellation)
    {
        if (ProcessIdentity.ReadFrom(pidFile) is { IsRunning: true } left)
        {
            report($"Stopping what an earlier start left running ({Path.GetFileNameWithoutExtension(pidFile)}, process {left.Id})");
            var patience = TimeSpan.FromSeconds(20);
            Signals.Send(left.Id, Signals.Terminate);
            var deadline = DateTime.UtcNow + patience;
            while (left.IsRunning && DateTime.UtcNow < deadline)
            {
                await Task.Delay(50, cancellation);
            }

            if (left.IsRunning && !Signals.SendToGroup(left.Id, Signals.Kill))
            {
                Signals.Send(left.Id, Signals.Kill);
            }
        }

        File.Delete(pidFile);
    }
}
