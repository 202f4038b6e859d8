using System.Threading.Channels;

namespace Jarvis.Engine.Runs;

/// <summary>
/// Notes in the journal what the server acknowledged, beside the submission and a little later, so that no batch waits for a flush
/// of it. What a crash loses here is sent once more and answered as a repeat.
/// </summary>
internal sealed class SubmissionNotes(Journal journal, SubmissionQueue queue, TimeProvider time)
{
    /// <summary>How long acknowledgements are gathered before they are noted together.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(50);

    private readonly Lock gate = new();
    private readonly Channel<bool> more = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private Dictionary<Guid, long> cursors = [];

    public void Add(Guid runId, long sequence)
    {
        lock (gate)
        {
            cursors[runId] = sequence;
        }

        more.Writer.TryWrite(true);
    }

    /// <summary>Works until cancelled, and then notes what is left.</summary>
    public async Task Run(CancellationToken cancel)
    {
        try
        {
            while (await more.Reader.WaitToReadAsync(cancel))
            {
                more.Reader.TryRead(out _);
                await Note();
                await Task.Delay(Gathering, time, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await Note();
        }
    }

    private async Task Note()
    {
        Dictionary<Guid, long> taken;
        lock (gate)
        {
            taken = cursors;
            cursors = [];
        }

        if (taken.Count > 0)
        {
            await journal.Acknowledge(taken, CancellationToken.None);
            foreach (var runId in taken.Keys)
            {
                queue.Noted(runId);
            }
        }
    }
}
