namespace Jarvis.Engine.Runs;

/// <content>
/// Files beside the journal that its events rely on: large values, the folders of runs. While the disk refuses them they are tried
/// again, as the journal's own writes are: nothing is answered meanwhile, so nothing counts as done.
/// </content>
public sealed partial class Journal
{
    /// <summary>Pause between attempts while the disk gives trouble.</summary>
    private static readonly TimeSpan FilesPause = TimeSpan.FromMilliseconds(500);

    private readonly Lock filesGate = new();
    private int filesWaiting;
    private string? filesTrouble;

    /// <summary>Writes a file that events rely on; where the disk refuses it, once the disk takes it.</summary>
    /// <param name="write">May be done several times.</param>
    /// <param name="orCancelled">Ends the wait as well.</param>
    internal ValueTask<T> WithFiles<T>(Func<T> write, CancellationToken cancellation, CancellationToken orCancelled = default)
    {
        try
        {
            return ValueTask.FromResult(write());
        }
        catch (Exception refused) when (IsStorageTrouble(refused))
        {
            return Again(write, refused.Message, cancellation, orCancelled);
        }
    }

    private async ValueTask<T> Again<T>(Func<T> write, string refused, CancellationToken cancellation, CancellationToken orCancelled)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, orCancelled);
        FilesWait(+1, $"Files beside the journal cannot be written, so no task starts or ends until they can: {refused}");
        var written = false;
        try
        {
            while (true)
            {
                await Task.Delay(FilesPause, either.Token);
                try
                {
                    var done = write();
                    written = true;
                    return done;
                }
                catch (Exception still) when (IsStorageTrouble(still))
                {
                    // It was told when it began.
                }
            }
        }
        finally
        {
            FilesWait(-1, null, tell: written);
        }
    }

    /// <summary>Tells of the first that waits, and when the last one goes on; who is stopped meanwhile goes quietly.</summary>
    private void FilesWait(int more, string? trouble, bool tell = true)
    {
        lock (filesGate)
        {
            var before = filesTrouble;
            filesWaiting += more;
            filesTrouble = filesWaiting == 0 ? null : before ?? trouble;
            if (tell && filesTrouble != before)
            {
                TroubleChanged?.Invoke(Trouble);
            }
        }
    }

    private static bool IsStorageTrouble(Exception refused) => refused is IOException or UnauthorizedAccessException;
}
