using System.Buffers;
using Jarvis.Cli.Platform;
using Jarvis.Engine.Runs;

namespace Jarvis.Cli.Runs;

/// <summary>Writes a run's events to a file as NDJSON CloudEvents, each as soon as it is durable.</summary>
internal static class EventFile
{
    private const int Page = 500;

    /// <summary>Returns once the run's last event is written.</summary>
    /// <exception cref="UsageException">The file cannot be written.</exception>
    public static async Task Follow(string path, Journal journal, Guid runId)
    {
        await using var file = Create(path);
        var name = journal.Find(runId)!.QualifiedName;
        var sequence = 0L;
        while (true)
        {
            var version = journal.Version;
            var ended = journal.Find(runId)!.HasEnded;
            var page = journal.ReadEvents(runId, sequence, Page);
            foreach (var item in page)
            {
                var line = new ArrayBufferWriter<byte>();
                CloudEventWriter.Write(line, item, name, CloudEventWriter.LocalSource, epoch: null);
                line.Write("\n"u8);
                await file.WriteAsync(line.WrittenMemory);
                sequence = item.Sequence;
            }

            await file.FlushAsync();
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

    private static FileStream Create(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be written: {closed.Message}");
        }
    }
}
