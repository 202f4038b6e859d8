namespace Jarvis.Build.Running;

/// <summary>A program that runs: when it ends, and how to end it.</summary>
/// <param name="Exited">Ends with its exit code.</param>
/// <param name="StopAsync">Ends it and waits for that.</param>
public sealed record RunningProgram(Task<int> Exited, Func<Task> StopAsync);

/// <summary>Keeps one program running: started again whenever it ends by itself, later and later if it keeps ending.</summary>
public sealed class KeptRunning : IAsyncDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Steady = TimeSpan.FromMinutes(1);

    private readonly string name;
    private readonly Func<CancellationToken, Task<RunningProgram>> start;
    private readonly Action<string> report;
    private readonly CancellationTokenSource stopping = new();
    private RunningProgram program;

    /// <summary>Ends when it is stopped, and fails if keeping it running hit a bug of ours.</summary>
    public Task Keeping { get; private set; } = Task.CompletedTask;

    private KeptRunning(string name, Func<CancellationToken, Task<RunningProgram>> start, Action<string> report, RunningProgram program)
    {
        this.name = name;
        this.start = start;
        this.report = report;
        this.program = program;
    }

    /// <summary>Starts it; the first start must succeed, later ones are tried for ever.</summary>
    public static async Task<KeptRunning> StartAsync(
        string name, Func<CancellationToken, Task<RunningProgram>> start, Action<string> report, CancellationToken cancellation)
    {
        var kept = new KeptRunning(name, start, report, await start(cancellation));
        kept.Keeping = kept.KeepAsync();
        return kept;
    }

    /// <summary>Ends it for good.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Keeping;
        await program.StopAsync();
        stopping.Dispose();
    }

    private async Task KeepAsync()
    {
        var wait = FirstWait;
        var since = DateTime.UtcNow;
        try
        {
            while (true)
            {
                var code = await program.Exited.WaitAsync(stopping.Token);
                wait = DateTime.UtcNow - since > Steady ? FirstWait : wait;
                report($"{name} ended by itself (exit code {code}); starting it again.");
                await program.StopAsync();
                for (var running = false; !running;)
                {
                    await Task.Delay(wait, stopping.Token);
                    wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
                    try
                    {
                        program = await start(stopping.Token);
                        since = DateTime.UtcNow;
                        running = true;
                        report($"{name} runs again.");
                    }
                    catch (Exception e) when (e is ProblemException or IOException)
                    {
                        report($"{name} does not start: {e.Message}");
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped on purpose.
        }
    }
}
