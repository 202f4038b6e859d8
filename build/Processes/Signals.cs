using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Jarvis.Build.Processes;

/// <summary>POSIX signals to processes and to their groups. On Windows every signal ends the process tree.</summary>
public static partial class Signals
{
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>Sends a signal; false if there is no such process (any more) or it is not ours.</summary>
    public static bool Send(int processId, int signal) => processId > 1 && SendRaw(processId, signal);

    /// <summary>Sends a signal to every process of the group that this process leads.</summary>
    public static bool SendToGroup(int leaderId, int signal) => leaderId > 1 && SendRaw(-leaderId, signal);

    private static bool SendRaw(int target, int signal)
    {
        if (!OperatingSystem.IsWindows())
        {
            return SystemKill(target, signal) == 0;
        }

        try
        {
            using var process = Process.GetProcessById(Math.Abs(target));
            process.Kill(entireProcessTree: true);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SystemKill(int processId, int signal);
}
