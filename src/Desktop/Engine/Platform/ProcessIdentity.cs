using System.Diagnostics;
using System.Globalization;

namespace Jarvis.Engine.Platform;

/// <summary>A process that cannot be mistaken for a later one with the same number: its number and when it started.</summary>
public readonly record struct ProcessIdentity(int ProcessId, string Started)
{
    /// <summary>This process.</summary>
    public static ProcessIdentity Own { get; } = new(Environment.ProcessId, StartOf(Environment.ProcessId) ?? "0");

    /// <summary>Reads what <see cref="ToString"/> wrote; null for anything else.</summary>
    public static ProcessIdentity? Parse(string? text) =>
        text?.Split(':') is [var id, var started] && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new ProcessIdentity(number, started)
            : null;

    public bool IsAlive => StartOf(ProcessId) == Started;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ProcessId}:{Started}");

    /// <summary>When the process with that number started, in the system's own count; null where there is none.</summary>
    public static string? StartOf(int processId)
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                // Field 22 of /proc/N/stat; the name in field 2 may hold spaces and brackets, so it is skipped by its last bracket.
                var stat = File.ReadAllText($"/proc/{processId}/stat");
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                return fields[0] is "Z" or "X" ? null : fields[19];
            }
            catch (IOException)
            {
                return null;
            }
            catch (UnauthorizedAccessException)
            {
                return null;
            }
        }

        try
        {
            using var process = Process.GetProcessById(processId);
            return process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
