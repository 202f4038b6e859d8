using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Jarvis.Engine.Platform;

/// <summary>
/// Ends a process with everything it started. On Unix each command leads a process group of its own, and every process
/// below a run carries the run's id in its environment, so that one that left the group is found on Linux as well.
/// </summary>
internal static partial class ProcessTree
{
    /// <summary>Environment variable by which the processes of a run are known.</summary>
    public const string RunVariable = "JARVIS_RUN_ID";

    /// <summary>Environment variable by which the processes of one engine are known.</summary>
    public const string EngineVariable = "JARVIS_ENGINE_ID";

    private const int Terminate = 15;
    private const int Kill = 9;

    /// <summary>Asks the group to end. Windows knows no such request for a command without a window.</summary>
    public static void AskToEnd(Process process)
    {
        if (!OperatingSystem.IsWindows())
        {
            Signal(process.Id, Terminate);
        }
    }

    /// <summary>Ends the process and all below it, now.</summary>
    public static void End(Process process)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                process.Kill(entireProcessTree: true);
            }
            else
            {
                Signal(process.Id, Kill);
            }
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    /// <summary>Ends what a crash left over of a noted process. A reused number is not touched.</summary>
    public static void EndLeftOver(ProcessIdentity identity)
    {
        if (!identity.IsAlive)
        {
            // The leader is gone; its group may still live, and no other group can have its number while it does.
            if (!OperatingSystem.IsWindows() && ProcessIdentity.StartOf(identity.ProcessId) is null)
            {
                _ = Native.Kill(-identity.ProcessId, Kill);
            }

            return;
        }

        if (OperatingSystem.IsWindows())
        {
            using var process = Process.GetProcessById(identity.ProcessId);
            End(process);
        }
        else
        {
            _ = Native.Kill(-identity.ProcessId, Kill);
        }
    }

    /// <summary>Ends every process whose environment has the variable with that value; only Linux can tell.</summary>
    public static void EndMarked(string variable, string value)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var wanted = Encoding.UTF8.GetBytes($"{variable}={value}\0");
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id != Environment.ProcessId
                && Environ(folder) is { } environment && environment.AsSpan().IndexOf(wanted) is var at and >= 0 && (at == 0 || environment[at - 1] == 0))
            {
                _ = Native.Kill(id, Kill);
            }
        }
    }

    /// <summary>To the group, and to the process itself where it has not come to lead its group yet.</summary>
    private static void Signal(int processId, int signal)
    {
        if (Native.Kill(-processId, signal) != 0)
        {
            _ = Native.Kill(processId, signal);
        }
    }

    private static byte[]? Environ(string folder)
    {
        try
        {
            return File.ReadAllBytes(folder + "/environ");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static partial class Native
    {
        [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
        internal static partial int Kill(int processId, int signal);
    }
}
