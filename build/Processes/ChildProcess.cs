using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Jarvis.Build.Processes;

/// <summary>How a long-running program is started.</summary>
public sealed record ChildProcessOptions
{
    public required string Program { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public string? Folder { get; init; }

    /// <summary>Added to the environment of this process; null removes a variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Output and errors are appended here. Null: each line goes to <see cref="OnLine"/>.</summary>
    public string? LogFile { get; init; }

    /// <summary>Called for each line with true for standard error, one line at a time. Only without a log file.</summary>
    public Action<string, bool>? OnLine { get; init; }

    /// <summary>Asks the program to end.</summary>
    public int StopSignal { get; init; } = Signals.Terminate;

    /// <summary>How long it may take to end before it is killed with all its children.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A folder that is deleted once the program has ended because we died.</summary>
    public string? FolderToDelete { get; init; }
}

/// <summary>
/// A long-running program that never outlives us, even if we are killed: it runs in a session of its own (Ctrl-C in the
/// terminal reaches us alone, and we stop our children in order), watched by a shell that holds the other end of a pipe
/// of ours and stops the program when that pipe breaks. <see cref="Id"/> is the program's own process id.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    // The watcher is forked twice, so that the program does not find a child that it never started; "$$" is the shell that
    // turns into the program. A line on the pipe says that we saw the program's end; its breaking, that we are gone.
    private const string Watch = """
        log=$1; signal=$2; grace=$3; delete=$4; shift 4
        exec 3<&0 </dev/null
        if [ -n "$log" ]; then exec >>"$log" 2>&1; fi
        ( ( trap '' INT TERM HUP
            if ! read -r line <&3; then
              kill -"$signal" $$
              while [ "$grace" -gt 0 ] && kill -0 $$; do sleep 1; grace=$((grace - 1)); done
              kill -9 $$
              if [ -n "$delete" ]; then sleep 1; rm -rf "$delete"; fi
            fi ) >/dev/null 2>&1 & )
        exec "$@" 3<&-
        """;

    private readonly Process process;
    private readonly ChildProcessOptions options;
    private readonly TaskCompletionSource<int> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(Process process, ChildProcessOptions options)
    {
        this.process = process;
        this.options = options;
    }

    public int Id { get; private set; }

    /// <summary>Ends with the program's exit code (128 + signal if it was killed).</summary>
    public Task<int> Exited => exited.Task;

    public bool HasExited => exited.Task.IsCompleted;

    public static ChildProcess Start(ChildProcessOptions options)
    {
        var start = new ProcessStartInfo
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = options.Folder ?? System.Environment.CurrentDirectory,
        };
        var words = CommandLine(options);
        start.FileName = words[0];
        foreach (var word in words.Skip(1))
        {
            start.ArgumentList.Add(word);
        }

        foreach (var (name, value) in options.Environment)
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var child = new ChildProcess(process, options);
        process.Exited += (_, _) => child.OnExit();
        var gate = new Lock();
        void Take(string? line, bool isError)
        {
            if (line is null)
            {
                return;
            }

            lock (gate)
            {
                options.OnLine?.Invoke(line, isError);
            }
        }

        process.OutputDataReceived += (_, e) => Take(e.Data, isError: false);
        process.ErrorDataReceived += (_, e) => Take(e.Data, isError: true);
        process.Start();
        child.Id = process.Id;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Asks the program to end and waits for it; after the grace time kills it with its children.</summary>
    public async Task<int> StopAsync()
    {
        if (!HasExited)
        {
            Signals.Send(Id, options.StopSignal);
            try
            {
                return await Exited.WaitAsync(options.Grace);
            }
            catch (TimeoutException)
            {
                Kill();
            }
        }

        return await Exited;
    }

    /// <summary>Kills the program and everything in its session's group at once (kill -9).</summary>
    public void Kill()
    {
        if (HasExited)
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            process.Kill(entireProcessTree: true);
            return;
        }

        // The group first: without a session of its own there is no such group, and the program is killed alone.
        if (!Signals.SendToGroup(Id, Signals.Kill))
        {
            Signals.Send(Id, Signals.Kill);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        process.Dispose();
    }

    private static List<string> CommandLine(ChildProcessOptions options)
    {
        if (OperatingSystem.IsWindows())
        {
            return [options.Program, .. options.Arguments];
        }

        List<string> words = [];
        if (Tools.Find("setsid") is { } setsid)
        {
            words.Add(setsid);
        }
        else if (Tools.Find("perl") is { } perl)
        {
            words.AddRange([perl, "-MPOSIX", "-e", "POSIX::setsid(); exec { $ARGV[0] } @ARGV"]);
        }

        var signal = options.StopSignal.ToString(CultureInfo.InvariantCulture);
        var grace = ((int)Math.Ceiling(options.Grace.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return
        [
            .. words, "/bin/sh", "-c", Watch, "watch", options.LogFile ?? "", signal, grace, options.FolderToDelete ?? "",
            options.Program, .. options.Arguments,
        ];
    }

    private void OnExit()
    {
        var code = process.ExitCode;
        try
        {
            process.StandardInput.WriteLine("ended");
            process.StandardInput.Close();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The watcher was killed with its group: there is nobody left to tell.
        }

        exited.TrySetResult(code);
    }
}
