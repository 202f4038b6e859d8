using Jarvis.Client.Schema;

namespace Jarvis.Client.Platform;

public sealed record LogLine(DateTimeOffset At, LogSeverity Severity, string Text);

/// <summary>The newest lines of a log, at most <see cref="Most"/>; what is older is let go.</summary>
public sealed class LogLines
{
    public const int Most = 5_000;

    private readonly List<LogLine> lines = [];

    /// <summary>In order, for drawing.</summary>
    public ICollection<LogLine> All => lines;

    /// <summary>How many were let go.</summary>
    public long Dropped { get; private set; }

    public void Add(LogLine line)
    {
        lines.Add(line);
        if (lines.Count > Most)
        {
            lines.RemoveAt(0);
            Dropped++;
        }
    }

    public void Clear()
    {
        lines.Clear();
        Dropped = 0;
    }
}
