using System.Buffers;
using Jarvis.Cli.Platform;
using Jarvis.Engine.Runs;

namespace Jarvis.Cli.Runs;

/// <summary>Writes a run's events to a file as NDJSON CloudEvents, each as soon as it is durable.</summary>
internal static class EventFile
{
    private const int Page = 500;

    /// <summary>Opened before anything is done, so that a name that will not do costs nothing.</summary>
    /// <exception cref="UsageException">The file cannot be written.</exception>
    public static FileStream Create(string path)
    {
        try
        {
            // Pages are written whole: what could not be written is told at once, and not again when the file is closed.
            return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw CannotBeWritten(path, closed);
        }
    }

    /// <summary>Returns once the run's last event is written. The run goes on where the file can be written no further.</summary>
    /// <exception cref="UsageException">Not all could be written.</exception>
    public static async Task Follow(FileStream file, Journal journal, Guid runId)
    {
        try
        {
            await Write(file, journal, runId);
        }
        catch (Exception full) when (full is IOException or UnauthorizedAccessException)
        {
            throw CannotBeWritten(file.Name, full);
        }
    }

    private static async Task Write(FileStream file, Journal journal, Guid runId)
    {
        var name = journal.Find(runId)!.QualifiedName;
        var sequence = 0L;
        while (true)
        {
            var version = journal.Version;
            var ended = journal.Find(runId)!.HasEnded;
            var page = journal.ReadEvents(runId, sequence, Page);
            var lines = new ArrayBufferWriter<byte>();
            foreach (var item in page)
            {
                CloudEventWriter.Write(lines, item, name, CloudEventWriter.LocalSource, epoch: null);
                lines.Write("\n"u8);
                sequence = item.Sequence;
            }

            await file.WriteAsync(lines.WrittenMemory);
            if (page.Count == 0)
            {
                if (ended)
                {
                    return;
                }

                await journal.Changed(version, CancellationToken.None);
            }
        }
    }

    private static UsageException CannotBeWritten(string path, Exception why) => new($"{(path.Length == 0 ? "A file without a name" : path)} cannot be written: {why.Message}");
}
