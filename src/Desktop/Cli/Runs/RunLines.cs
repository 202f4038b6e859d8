using System.Globalization;
using Jarvis.Domain.Runs;

namespace Jarvis.Cli.Runs;

/// <summary>Shows a run's log on stderr as it is written.</summary>
internal static class RunLines
{
    public static void Tell(Guid runId, LogLine line, string text)
    {
        var level = line.Severity switch
        {
            LogSeverity.Error => "error: ",
            LogSeverity.Warning => "warning: ",
            LogSeverity.Debug => "debug: ",
            _ => "",
        };
        Console.Error.WriteLine(line.At.ToLocalTime().ToString("HH:mm:ss ", CultureInfo.InvariantCulture) + level + Printable(text));
    }

    /// <summary>Without the control characters by which a process's output could steer the terminal.</summary>
    private static string Printable(string text) => text.Any(c => char.IsControl(c) && c != '\t')
        ? string.Concat(text.Select(c => char.IsControl(c) && c != '\t' ? '\uFFFD' : c))
        : text;
}
