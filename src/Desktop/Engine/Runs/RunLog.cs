using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Runs;

/// <summary>Log lines that wait for their event. Not safe for several threads; the recorder guards it.</summary>
internal sealed class RunLog
{
    /// <summary>Lines are gathered for this long, so that a run has at most ten log events in a second.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Most lines of one event.</summary>
    public const int MaxLines = 1_000;

    /// <summary>Most characters of one event's lines.</summary>
    public const int MaxCharacters = 32 * 1024;

    /// <summary>Longest line, in characters; the rest of a longer one is cut.</summary>
    public const int MaxLineCharacters = 8 * 1024;

    /// <summary>Most lines that one run keeps.</summary>
    public const int MaxRunLines = 500_000;

    private readonly Queue<(LogLine Line, string Text)> waiting = new();
    private int taken;

    public bool IsEmpty => waiting.Count == 0;

    /// <summary>Whether whoever writes much should wait for the next event.</summary>
    public bool IsFull => waiting.Count >= MaxLines;

    /// <summary>Keeps a line; false where the run has too many already.</summary>
    public bool Add(LogLine line, string text)
    {
        if (taken > MaxRunLines)
        {
            return false;
        }

        taken++;
        if (taken > MaxRunLines)
        {
            line = line with { Severity = LogSeverity.Warning, Instance = null };
            text = $"This run has written {MaxRunLines} lines; further ones are not kept.";
        }

        waiting.Enqueue((line, text.Length > MaxLineCharacters ? text[..MaxLineCharacters] + "…" : text));
        return true;
    }

    /// <summary>The next event; only when there is one.</summary>
    public ExecutionLogged Take()
    {
        var lines = new List<LogLine>();
        var texts = new List<Json>();
        var characters = 0;
        while (lines.Count < MaxLines && waiting.TryPeek(out var next) && (lines.Count == 0 || characters + next.Text.Length <= MaxCharacters))
        {
            waiting.Dequeue();
            lines.Add(next.Line);
            texts.Add(next.Text);
            characters += next.Text.Length;
        }

        return new ExecutionLogged(lines, Content.Of(Json.Of(texts)));
    }
}
