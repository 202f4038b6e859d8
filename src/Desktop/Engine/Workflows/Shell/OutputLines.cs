using System.Text;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Engine.Workflows.Shell;

/// <summary>One output stream of a process: its lines as they come, and its text up to a limit.</summary>
internal sealed class OutputLines(Func<string, ValueTask> line, bool keepAll)
{
    /// <summary>Most characters of one stream that become data of the run.</summary>
    public const int MaxCharacters = 16 * 1024 * 1024;

    /// <summary>What is kept of a stream that nobody asked for: enough for a fault to quote its end.</summary>
    private const int MaxTail = 8 * 1024;

    /// <summary>A line that is longer goes to the log in pieces of this many characters, <see cref="Cut"/> on both sides of each cut: by it a secret is known that was cut in two.</summary>
    private const int MaxLine = Jarvis.Engine.Runs.RunLog.MaxLineCharacters - 2;

    private const string Cut = "…";

    private readonly StringBuilder text = new();
    private readonly StringBuilder current = new();
    private long pieces;
    private bool isBusy;
    private bool goesOn;

    public string Text
    {
        get
        {
            lock (text)
            {
                return text.ToString();
            }
        }
    }

    /// <summary>How much has arrived, in reads; with <see cref="IsBusy"/> it tells whether anything still comes.</summary>
    public long Pieces => Interlocked.Read(ref pieces);

    /// <summary>Whether it holds lines that the log has yet to take.</summary>
    public bool IsBusy => Volatile.Read(ref isBusy);

    /// <summary>Reads to the end of the stream.</summary>
    /// <exception cref="WorkflowFaultException">It was asked for and is too long.</exception>
    public async Task Read(StreamReader reader, CancellationToken cancellation)
    {
        var buffer = new char[16 * 1024];
        while (true)
        {
            Volatile.Write(ref isBusy, false);
            var count = await reader.ReadAsync(buffer, cancellation);
            Volatile.Write(ref isBusy, true);
            if (count == 0)
            {
                break;
            }

            Interlocked.Increment(ref pieces);
            Keep(buffer.AsSpan(0, count));
            for (var i = 0; i < count; i++)
            {
                if (buffer[i] == '\n')
                {
                    await EndLine();
                    goesOn = false;
                }
                else
                {
                    if (current.Length >= MaxLine && !char.IsLowSurrogate(buffer[i]))
                    {
                        await EndLine(Cut);
                        goesOn = true;
                    }

                    current.Append(buffer[i]);
                }
            }
        }

        if (current.Length > 0)
        {
            await EndLine();
        }

        Volatile.Write(ref isBusy, false);
    }

    private void Keep(ReadOnlySpan<char> piece)
    {
        lock (text)
        {
            text.Append(piece);
            if (!keepAll && text.Length > 2 * MaxTail)
            {
                text.Remove(0, text.Length - MaxTail);
            }

            if (text.Length > MaxCharacters)
            {
                throw new WorkflowFaultException(Fault.Runtime(
                    $"The process wrote more than the {MaxCharacters} characters that can be data of a run; let it write to a file."));
            }
        }
    }

    private ValueTask EndLine(string mark = "")
    {
        var ended = (goesOn ? Cut : "") + current.ToString().TrimEnd('\r') + mark;
        current.Clear();
        return line(ended);
    }
}
