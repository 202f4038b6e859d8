using System.Runtime.InteropServices;

namespace Jarvis.Cli.Platform;

/// <summary>
/// Ctrl-C and SIGTERM: the first asks the verb to end cleanly. What is asked again after that, or the end of a grace time, ends the process as it is.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>How long a verb may take to end cleanly.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>One wish that comes twice: <c>timeout</c> and terminals signal a process and its group.</summary>
    private static readonly TimeSpan Same = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource asked = new();
    private readonly PosixSignalRegistration[] registrations;
    private long askedAt;

    public Interruption() => registrations = [On(PosixSignal.SIGINT, 130), On(PosixSignal.SIGTERM, 143)];

    public CancellationToken Token => asked.Token;

    /// <summary>What the process ends with where a verb gave up for it, as shells know it: 128 and the signal.</summary>
    public int Code { get; private set; }

    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }
    }

    private PosixSignalRegistration On(PosixSignal signal, int code) => PosixSignalRegistration.Create(signal, context =>
    {
        var now = Environment.TickCount64;
        if (!asked.IsCancellationRequested)
        {
            context.Cancel = true;
            askedAt = now;
            Code = code;
            _ = EndAnyway(code);
            asked.Cancel();
        }
        else
        {
            context.Cancel = now - askedAt < Same.TotalMilliseconds;
        }
    });

    private static async Task EndAnyway(int code)
    {
        await Task.Delay(Grace);
        Environment.Exit(code);
    }
}
