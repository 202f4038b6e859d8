using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Engine.Runs;

/// <content>How what is recorded is written, with the files that it relies on.</content>
internal sealed partial class RunRecorder
{
    /// <summary>Writes entries and their files; where the disk refuses these, once it takes them, or the run is cancelled.</summary>
    /// <returns>Whether the run was cancelled meanwhile: then only what can stand without its large values.</returns>
    private async ValueTask<(IReadOnlyList<IExecutionEvent> Items, IReadOnlyList<PendingEvent> Written, bool IsCut)> Prepare(
        IReadOnlyList<JournalEntry> entries, CancellationToken cancellation)
    {
        // A writer of its own: lines of the run that go on at once prepare what they did side by side.
        using var mine = new ExecutionEventWriter();
        try
        {
            var written = await journal.WithFiles(
                () => entries.Select(entry => Pending(mine, entry.Event, entry.Private?.ToUtf8Bytes())).ToList(), cancellation, cancelled);
            return ([.. entries.Select(entry => entry.Event)], written, false);
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            var left = entries.TakeWhile(entry => entry.Event is not (ExecutionTaskCompleted or ExecutionCompleted or ExecutionVariablesChanged)).ToList();
            return ([.. left.Select(entry => entry.Event)], [.. left.Select(entry => Cut(mine, entry))], true);
        }
    }

    private PendingEvent Pending(IExecutionEvent item, byte[]? secret) => Pending(writer, item, secret);

    private PendingEvent Pending(ExecutionEventWriter with, IExecutionEvent item, byte[]? secret)
    {
        var data = with.Write(item);
        byte[]? whole = null;
        if (data.Length > LargeValues.MaxInlineBytes && item is not ExecutionLogged)
        {
            whole = data;
            data = with.Write(large.Trim(item));
        }

        return new PendingEvent(EventNames.Of(item.GetType()), ExecutionEventWriter.OccurredAt(item), data, secret, whole, BlobsOf(item, data));
    }

    /// <summary>The entry without its large values, which nothing needs any more.</summary>
    private static PendingEvent Cut(ExecutionEventWriter with, JournalEntry entry)
    {
        var (item, data) = (entry.Event, with.Write(entry.Event));
        if (data.Length > LargeValues.MaxInlineBytes)
        {
            data = with.Write(LargeValues.Without(item));
        }

        var secret = entry.Private?.ToUtf8Bytes() is { Length: <= LargeValues.MaxInlineBytes } small ? small : null;
        return new PendingEvent(EventNames.Of(item.GetType()), ExecutionEventWriter.OccurredAt(item), data, secret, null, BlobsOf(item, data));
    }

    private static IReadOnlyList<BlobReference> BlobsOf(IExecutionEvent item, byte[] data) =>
        item is ExecutionBlobAttached attached ? [attached.Blob] : BlobNames.In(data);
}
