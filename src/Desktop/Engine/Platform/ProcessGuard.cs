using System.Collections.Concurrent;
using System.Diagnostics;

namespace Jarvis.Engine.Platform;

/// <summary>
/// Starts commands so that they die with this process, however it dies. On Unix a small guard reads from a pipe that only
/// this process holds; when the pipe ends, it kills the groups it was told of and, on Linux, everything that carries this
/// engine's mark. On Linux the commands also ask the kernel to be killed with their parent (<c>setpriv --pdeathsig</c>), which
/// covers a guard that was killed too. Windows ends children with a job of the process that holds them only where asked, so there
/// the next start of the engine ends what was left over.
/// </summary>
internal sealed class ProcessGuard : IDisposable
{
    private const string Script = """
        trap '' INT TERM HUP
        groups=''
        while read -r op id; do
          case $op in
            +) groups="$groups $id" ;;
            -) kept=''; for g in $groups; do [ "$g" = "$id" ] || kept="$kept $g"; done; groups=$kept ;;
          esac
        done
        for g in $groups; do kill -KILL -- "-$g" 2>/dev/null; done
        if [ -d /proc/self ]; then
          for e in /proc/[0-9]*/environ; do
            if tr '\0' '\n' < "$e" 2>/dev/null | grep -qxF "$1"; then p=${e#/proc/}; kill -KILL "${p%/environ}" 2>/dev/null; fi
          done
        fi
        """;

    private static readonly string? SetSid = OnPath("setsid");
    private static readonly string? SetPriv = OperatingSystem.IsLinux() ? OnPath("setpriv") : null;

    private readonly string mark = Guid.NewGuid().ToString("N");
    private readonly Lock gate = new();
    private readonly BlockingCollection<Action> starts = new(boundedCapacity: 1024);
    private Thread? starter;
    private Process? guard;
    private bool disposed;

    /// <summary>Starts a command in a process group of its own.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The system cannot start it.</exception>
    public Task<Process> Start(ProcessStartInfo command)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);

            // The kernel kills a child when the *thread* that started it ends, so all are started by one thread that stays.
            if (starter is null)
            {
                starter = new Thread(StartAll) { IsBackground = true, Name = "processes" };
                starter.Start();
            }
        }

        starts.Add(() =>
        {
            try
            {
                started.SetResult(StartNow(command));
            }
            catch (Exception failure) when (failure is System.ComponentModel.Win32Exception or InvalidOperationException or IOException)
            {
                started.SetException(failure);
            }
        });
        return started.Task;
    }

    /// <summary>The group has ended and needs no guarding any more.</summary>
    public void Forget(int processId) => Tell($"- {processId}");

    public void Dispose()
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            disposed = true;
            starts.CompleteAdding();
            guard?.StandardInput.Dispose();
            guard?.Dispose();
        }
    }

    private void StartAll()
    {
        foreach (var start in starts.GetConsumingEnumerable())
        {
            start();
        }
    }

    private Process StartNow(ProcessStartInfo command)
    {
        command.Environment[ProcessTree.EngineVariable] = mark;
        if (!OperatingSystem.IsWindows())
        {
            Watch();
            Wrap(command);
        }

        var process = Process.Start(command) ?? throw new InvalidOperationException("The system started no process.");
        Tell($"+ {process.Id}");
        return process;
    }

    /// <summary>Each wrapper replaces itself by the next program, so the number stays the command's own.</summary>
    private static void Wrap(ProcessStartInfo command)
    {
        if (SetPriv is not null)
        {
            command.ArgumentList.Insert(0, command.FileName);
            command.ArgumentList.Insert(0, "KILL");
            command.ArgumentList.Insert(0, "--pdeathsig");
            command.FileName = SetPriv;
        }

        if (SetSid is not null)
        {
            command.ArgumentList.Insert(0, command.FileName);
            command.FileName = SetSid;
        }
        else if (OnPath("perl") is { } perl)
        {
            // macOS has no setsid program; its perl does the same call.
            command.ArgumentList.Insert(0, command.FileName);
            command.ArgumentList.Insert(0, "use POSIX; POSIX::setsid(); exec @ARGV");
            command.ArgumentList.Insert(0, "-e");
            command.FileName = perl;
        }
    }

    private void Watch()
    {
        lock (gate)
        {
            if (guard is { HasExited: false })
            {
                return;
            }

            var command = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            command.ArgumentList.Add("-c");
            command.ArgumentList.Add(Script);
            command.ArgumentList.Add("jarvis-guard");
            command.ArgumentList.Add($"{ProcessTree.EngineVariable}={mark}");
            if (SetSid is not null)
            {
                command.ArgumentList.Insert(0, command.FileName);
                command.FileName = SetSid;
            }

            guard = Process.Start(command) ?? throw new InvalidOperationException("The system started no guard.");
            guard.StandardInput.AutoFlush = true;
        }
    }

    private void Tell(string line)
    {
        lock (gate)
        {
            if (guard is null || disposed)
            {
                return;
            }

            try
            {
                guard.StandardInput.WriteLine(line);
            }
            catch (IOException)
            {
                // The guard was killed; the next start makes a new one, and the kernel's own signal still holds.
                guard.Dispose();
                guard = null;
            }
        }
    }

    private static string? OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
