using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Runs;

/// <summary>Log lines that wait for their event, written by any thread; who writes faster than they are taken can wait for room.</summary>
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

    private readonly Lock gate = new();
    private readonly Queue<(LogLine Line, string Text)> waiting = new();
    private TaskCompletionSource room = NoRoom();
    private int written;
    private bool closed;

    public bool IsEmpty
    {
        get
        {
            lock (gate)
            {
                return waiting.Count == 0;
            }
        }
    }

    /// <summary>Keeps a line; false where the run has too many already, or has ended.</summary>
    public bool Add(LogLine line, string text)
    {
        lock (gate)
        {
            if (closed || written > MaxRunLines)
            {
                return false;
            }

            written++;
            if (written > MaxRunLines)
            {
                line = line with { Severity = LogSeverity.Warning, Instance = null };
                text = $"This run has written {MaxRunLines} lines; further ones are not kept.";
            }

            waiting.Enqueue((line, text.Length > MaxLineCharacters ? text[..MaxLineCharacters] + "…" : text));
            return true;
        }
    }

    /// <summary>Returns once there is room for more lines, or the run has ended.</summary>
    public async ValueTask Room(CancellationToken cancellation)
    {
        while (true)
        {
            Task taken;
            lock (gate)
            {
                if (waiting.Count < MaxLines || closed)
                {
                    return;
                }

                taken = room.Task;
            }

            await taken.WaitAsync(cancellation);
        }
    }

    /// <summary>The next event; null where no line waits.</summary>
    public ExecutionLogged? Take()
    {
        lock (gate)
        {
            if (waiting.Count == 0)
            {
                return null;
            }

            var next = Next();
            if (waiting.Count < MaxLines)
            {
                room.TrySetResult();
                room = NoRoom();
            }

            return next;
        }
    }

    /// <summary>The run has ended: what waits can still be taken, and nothing comes any more.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
            room.TrySetResult();
        }
    }

    private ExecutionLogged Next()
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

    private static TaskCompletionSource NoRoom() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
