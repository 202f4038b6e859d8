using System.Diagnostics;
using System.Globalization;

namespace Jarvis.Build.Processes;

/// <summary>
/// A process told apart from a later one that got the same number: its id and when it started. Written to pid files, so that
/// the next start ends what an earlier one left behind, and nothing else.
/// </summary>
/// <param name="Id">Process id.</param>
/// <param name="Started">Opaque: on Linux the boot and the tick since boot, elsewhere the start in whole seconds (UTC).</param>
public sealed record ProcessIdentity(int Id, string Started)
{
    /// <summary>The identity of a process that runs now, or null.</summary>
    public static ProcessIdentity? Of(int processId)
    {
        var started = StartOf(processId);
        return started is null ? null : new ProcessIdentity(processId, started);
    }

    /// <summary>True while this very process runs (a zombie has ended).</summary>
    public bool IsRunning => StartOf(Id) == Started;

    public void WriteTo(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file + ".new", $"{Id.ToString(CultureInfo.InvariantCulture)} {Started}\n");
        File.Move(file + ".new", file, overwrite: true);
    }

    /// <summary>What a pid file says, or null if there is none or it was cut short.</summary>
    public static ProcessIdentity? ReadFrom(string file)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        var parts = File.ReadAllText(file).Trim().Split(' ', 2);
        return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? new ProcessIdentity(id, parts[1])
            : null;
    }

    private static string? StartOf(int processId)
    {
        if (processId < 1)
        {
            return null;
        }

        return OperatingSystem.IsLinux() ? LinuxStartOf(processId) : PortableStartOf(processId);
    }

    private static string? LinuxStartOf(int processId)
    {
        try
        {
            // The name in parentheses may hold spaces; what follows the last one are the fields from the third (state) on.
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            const int State = 0, StartTicks = 19;
            return fields[State] is "Z" or "X"
                ? null
                : File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() + ":" + fields[StartTicks];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? PortableStartOf(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return new DateTimeOffset(process.StartTime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
