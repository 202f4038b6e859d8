using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Runs;
using Activity = Jarvis.Domain.Workflows.Interpreter.Activity;

namespace Jarvis.Engine.Workflows.Shell;

/// <summary>
/// The shell commands of one run. Cancelled ones are asked to end and killed after the grace time, with all they started;
/// whatever is left of them ends with the run.
/// </summary>
internal sealed class ShellCommands(
    Guid runId, string folder, ProcessGuard guard, Journal journal, Func<LogSeverity, string, string, ValueTask> log, Func<CancellationToken> killNow) : IAsyncDisposable
{
    /// <summary>How long output may still arrive after the command itself has ended (a process it left behind may hold the pipe).</summary>
    private static readonly TimeSpan OutputGrace = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a loser of a race or a timed-out command may take to end by itself.</summary>
    private static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(5);

    /// <summary>Never handed on to commands: secrets of this PC, and those of a server that shares its surroundings with the runner, are not the workflow's to read.</summary>
    private static readonly string[] OwnVariablePrefixes = [SecretStore.VariablePrefix, "JARVIS_DATABASE", "JARVIS_MASTER_KEY", "JARVIS_SETUP_TOKEN", "JARVIS_BLOBS_"];

    private readonly ConcurrentDictionary<StartedProcess, Process> alive = new();
    private readonly ConcurrentDictionary<Task, bool> behind = new();
    private bool used;

    /// <summary>Where commands begin.</summary>
    public string Folder => folder;

    public async Task<Json> Run(Activity.Shell activity, CancellationToken cancellation)
    {
        var (process, noted) = await Start(activity);
        if (!activity.Await)
        {
            var watch = WatchBehind(process, noted, activity);
            behind.TryAdd(watch, true);
            return Json.Null;
        }

        try
        {
            return (await Complete(process, activity, cancellation)).ToOutput(activity.Return);
        }
        finally
        {
            await Ended(process, noted, endGroup: false);
        }
    }

    /// <summary>Ends whatever the run's commands left running.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in alive.Values)
        {
            ProcessTree.End(process);
        }

        if (used)
        {
            ProcessTree.EndMarked(ProcessTree.RunVariable, runId.ToString());
        }

        await Task.WhenAll(behind.Keys);
        foreach (var (noted, process) in alive)
        {
            await Ended(process, noted, endGroup: true);
        }
    }

    private async Task<(Process Process, StartedProcess Noted)> Start(Activity.Shell activity)
    {
        used = true;
        Process process;
        try
        {
            process = await guard.Start(CommandOf(activity));
        }
        catch (Exception failure) when (failure is System.ComponentModel.Win32Exception or InvalidOperationException or IOException)
        {
            throw new WorkflowFaultException(Fault.Runtime($"The command cannot be started: {failure.Message}"), failure);
        }

        var noted = new StartedProcess(runId, process.Id, ProcessIdentity.StartOf(process.Id) ?? "");
        alive.TryAdd(noted, process);
        await journal.NoteProcess(noted);
        return (process, noted);
    }

    private ProcessStartInfo CommandOf(Activity.Shell activity)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var command = new ProcessStartInfo(OperatingSystem.IsWindows() ? "cmd.exe" : "/bin/sh")
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = utf8,
            StandardOutputEncoding = utf8,
            StandardErrorEncoding = utf8,
        };
        foreach (var part in OperatingSystem.IsWindows() ? new[] { "/d", "/s", "/c", activity.Command } : ["-c", activity.Command, "sh"])
        {
            command.ArgumentList.Add(part);
        }

        foreach (var argument in activity.Arguments)
        {
            command.ArgumentList.Add(argument);
        }

        foreach (var own in command.Environment.Keys.Where(k => OwnVariablePrefixes.Any(p => k.StartsWith(p, StringComparison.OrdinalIgnoreCase))).ToList())
        {
            command.Environment.Remove(own);
        }

        command.Environment["JARVIS_RUN_FOLDER"] = folder;
        foreach (var (name, value) in activity.Environment)
        {
            command.Environment[name] = value;
        }

        command.Environment[ProcessTree.RunVariable] = runId.ToString();
        return command;
    }

    private async Task<ProcessReply> Complete(Process process, Activity.Shell activity, CancellationToken cancellation)
    {
        var stdout = new OutputLines(line => log(LogSeverity.Info, line, activity.Instance), activity.Return is ProcessReturn.Stdout or ProcessReturn.All);
        var stderr = new OutputLines(line => log(LogSeverity.Warning, line, activity.Instance), activity.Return is ProcessReturn.Stderr or ProcessReturn.All);
        using var stopReading = new CancellationTokenSource();
        var reading = Task.WhenAll(stdout.Read(process.StandardOutput, stopReading.Token), stderr.Read(process.StandardError, stopReading.Token));
        var writing = Feed(process, activity.Stdin);
        var exit = process.WaitForExitAsync(CancellationToken.None);
        try
        {
            // A reader that fails (too much output) ends the command; one that is merely done does not.
            var first = await Task.WhenAny(exit, Failure(reading)).WaitAsync(cancellation);
            if (first != exit)
            {
                ProcessTree.End(process);
                await reading;
            }
        }
        catch (OperationCanceledException)
        {
            await EndWithGrace(process, exit);
            await stopReading.CancelAsync();
            await Quiet(reading);
            throw;
        }

        await exit;
        await ReadTheRest(reading, stdout, stderr, stopReading, cancellation);
        await Quiet(writing);
        return new ProcessReply(process.ExitCode, stdout.Text, stderr.Text);
    }

    /// <summary>Reads what is left after the command ended, until its pipes end or nothing comes any more.</summary>
    private static async Task ReadTheRest(
        Task reading, OutputLines stdout, OutputLines stderr, CancellationTokenSource stopReading, CancellationToken cancellation)
    {
        while (true)
        {
            var before = stdout.Pieces + stderr.Pieces;
            if (await Task.WhenAny(reading, Task.Delay(OutputGrace, cancellation)) == reading)
            {
                break;
            }

            if (cancellation.IsCancellationRequested || (stdout.Pieces + stderr.Pieces == before && !stdout.IsBusy && !stderr.IsBusy))
            {
                await stopReading.CancelAsync();
                break;
            }
        }

        await Quiet(reading);
    }

    private async Task EndWithGrace(Process process, Task exit)
    {
        var kill = killNow();
        ProcessTree.AskToEnd(process);
        using var grace = CancellationTokenSource.CreateLinkedTokenSource(kill);
        if (!kill.CanBeCanceled || !kill.IsCancellationRequested)
        {
            grace.CancelAfter(kill.CanBeCanceled ? TimeSpan.FromDays(1) : DefaultGrace);
            try
            {
                await exit.WaitAsync(grace.Token);
            }
            catch (OperationCanceledException)
            {
                // The grace time is over.
            }
        }

        ProcessTree.End(process);
        await exit;
    }

    private static async Task Feed(Process process, string? text)
    {
        try
        {
            await using var stdin = process.StandardInput;
            if (text is not null)
            {
                await stdin.WriteAsync(text);
            }
        }
        catch (IOException)
        {
            // The command ended, or closed its input, without reading all of it; that is its own affair.
        }
    }

    private async Task WatchBehind(Process process, StartedProcess noted, Activity.Shell activity)
    {
        try
        {
            await Complete(process, activity, CancellationToken.None);
        }
        catch (WorkflowFaultException tooMuch)
        {
            await log(LogSeverity.Error, tooMuch.Message, activity.Instance);
        }

        await Ended(process, noted, endGroup: false);
    }

    private async Task Ended(Process process, StartedProcess noted, bool endGroup)
    {
        if (alive.TryRemove(noted, out _))
        {
            if (endGroup)
            {
                ProcessTree.End(process);
            }

            guard.Forget(noted.ProcessId);
            await journal.ForgetProcess(noted);
            process.Dispose();
        }
    }

    /// <summary>Completes when the task fails; never when it succeeds.</summary>
    private static Task Failure(Task task)
    {
        var failed = new TaskCompletionSource();
        task.ContinueWith(_ => failed.TrySetResult(), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return failed.Task;
    }

    /// <summary>Waits for a reader that was told to stop.</summary>
    private static async Task Quiet(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // It was told to stop, or its pipe is gone with the process.
        }
    }
}
