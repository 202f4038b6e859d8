using System.Net;
using Jarvis.Build.Processes;

namespace Jarvis.Testing;

/// <summary>A real program under test: its output is kept, it can be waited for, killed, and never outlives the test process.</summary>
public sealed class ProcessUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    private readonly ChildProcess child;
    private readonly string name;
    private readonly List<Line> lines;
    private readonly SemaphoreSlim arrived;

    private ProcessUnderTest(ChildProcess child, string name, List<Line> lines, SemaphoreSlim arrived)
    {
        this.child = child;
        this.name = name;
        this.lines = lines;
        this.arrived = arrived;
    }

    /// <param name="ExitCode">128 + signal if it was killed.</param>
    public sealed record Result(int ExitCode, string Output, string Errors);

    private sealed record Line(string Text, bool IsError);

    /// <summary>Process id of the program itself.</summary>
    public int Id => child.Id;

    public bool HasExited => child.HasExited;

    /// <summary>Standard output so far.</summary>
    public string Output => Text(isError: false);

    /// <summary>Standard error so far.</summary>
    public string Errors => Text(isError: true);

    /// <summary>Both, in the order of their arrival.</summary>
    public string Everything
    {
        get
        {
            lock (lines)
            {
                return string.Join('\n', lines.Select(line => line.Text));
            }
        }
    }

    public static ProcessUnderTest Start(
        string program,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? folder = null,
        TimeSpan? grace = null)
    {
        var lines = new List<Line>();
        var arrived = new SemaphoreSlim(0);
        var child = ChildProcess.Start(new ChildProcessOptions
        {
            Program = program,
            Arguments = arguments,
            Folder = folder,
            Environment = environment ?? new Dictionary<string, string?>(),
            Grace = grace ?? TimeSpan.FromSeconds(20),
            OnLine = (text, isError) =>
            {
                lock (lines)
                {
                    lines.Add(new Line(text, isError));
                }

                arrived.Release();
            },
        });
        return new ProcessUnderTest(child, Path.GetFileName(program), lines, arrived);
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<Result> RunAsync(
        string program,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? folder = null,
        TimeSpan? timeout = null)
    {
        await using var process = Start(program, arguments, environment, folder);
        var code = await process.WaitForExitAsync(timeout);
        return new Result(code, process.Output, process.Errors);
    }

    /// <summary>Waits for a line of output or errors, also one that has come already.</summary>
    public async Task<string> WaitForLineAsync(Func<string, bool> isIt, TimeSpan? timeout = null)
    {
        var deadline = DateTime.UtcNow + (timeout ?? DefaultTimeout);
        for (var next = 0; ;)
        {
            lock (lines)
            {
                for (; next < lines.Count; next++)
                {
                    if (isIt(lines[next].Text))
                    {
                        return lines[next].Text;
                    }
                }
            }

            if (HasExited)
            {
                throw Failed("ended with " + await child.Exited + " before the line came");
            }

            if (DateTime.UtcNow > deadline)
            {
                throw Failed("did not print the line in time");
            }

            await arrived.WaitAsync(TimeSpan.FromMilliseconds(100));
        }
    }

    /// <summary>Waits until an address answers 2xx.</summary>
    public async Task WaitForHttpAsync(string url, TimeSpan? timeout = null)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var deadline = DateTime.UtcNow + (timeout ?? DefaultTimeout);
        HttpStatusCode? last = null;
        while (DateTime.UtcNow < deadline)
        {
            if (HasExited)
            {
                throw Failed("ended with " + await child.Exited + " before " + url + " answered");
            }

            try
            {
                using var answer = await http.GetAsync(new Uri(url));
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }

                last = answer.StatusCode;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                last = null;
            }

            await Task.Delay(50);
        }

        throw Failed("did not answer at " + url + " in time (last: " + (last?.ToString() ?? "no connection") + ")");
    }

    public async Task<int> WaitForExitAsync(TimeSpan? timeout = null)
    {
        try
        {
            return await child.Exited.WaitAsync(timeout ?? DefaultTimeout);
        }
        catch (TimeoutException)
        {
            throw Failed("did not end in time");
        }
    }

    /// <summary>kill -9, with every process of its group; returns when it is gone.</summary>
    public async Task KillAsync()
    {
        child.Kill();
        await child.Exited;
    }

    /// <summary>kill -9 of this process alone: its children are left to notice.</summary>
    public async Task KillAloneAsync()
    {
        Signals.Send(Id, Signals.Kill);
        await child.Exited;
    }

    /// <summary>Asks it to end (SIGTERM) and returns its exit code; killed after the grace time.</summary>
    public Task<int> StopAsync() => child.StopAsync();

    public void Signal(int signal) => Signals.Send(Id, signal);

    public ValueTask DisposeAsync() => child.DisposeAsync();

    private string Text(bool isError)
    {
        lock (lines)
        {
            return string.Join('\n', lines.Where(line => line.IsError == isError).Select(line => line.Text));
        }
    }

    private InvalidOperationException Failed(string what)
    {
        const int Shown = 60;
        string[] tail;
        lock (lines)
        {
            tail = [.. lines.TakeLast(Shown).Select(line => line.Text)];
        }

        return new InvalidOperationException(name + " " + what + ". Its last output:\n" + string.Join('\n', tail));
    }
}
