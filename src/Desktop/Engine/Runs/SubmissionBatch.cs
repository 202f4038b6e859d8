using System.Buffers;
using System.IO.Compression;

namespace Jarvis.Engine.Runs;

/// <summary>A batch of CloudEvents under one epoch, in the order of each run.</summary>
public sealed class SubmissionBatch
{
    /// <summary>Most events in one request.</summary>
    public const int MaxEvents = 500;

    /// <summary>Most bytes in one request before compression; a single larger event goes alone.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Smaller bodies are not worth compressing, in bytes.</summary>
    private const int GzipAbove = 1024;

    /// <summary>What an event's envelope costs beyond its data, roughly, in bytes.</summary>
    private const int EnvelopeBytes = 360;

    private readonly List<JournaledEvent> events = [];
    private readonly Dictionary<Guid, (long First, long Last)> runs = [];

    public int Count => events.Count;

    public int Bytes { get; private set; }

    /// <summary>First and last sequence of each run in it.</summary>
    public IReadOnlyDictionary<Guid, (long First, long Last)> Runs => runs;

    /// <summary>Takes the event unless the limits say no; the first always fits.</summary>
    public bool TryAdd(JournaledEvent next, int maxEvents, int maxBytes)
    {
        var size = next.Data.Length + EnvelopeBytes;
        if (events.Count > 0 && (events.Count >= maxEvents || Bytes + size > maxBytes))
        {
            return false;
        }

        events.Add(next);
        Bytes += size;
        runs[next.RunId] = runs.TryGetValue(next.RunId, out var span) ? (span.First, next.Sequence) : (next.Sequence, next.Sequence);
        return true;
    }

    /// <summary>The request's body: a JSON array (CloudEvents JSON batch format), gzipped where that pays.</summary>
    /// <param name="mayGzip">False where the way to the server costs nothing.</param>
    /// <param name="qualifiedName">The DSL's name of each run.</param>
    public (ReadOnlyMemory<byte> Body, bool Gzip) Encode(string source, long epoch, Func<Guid, string> qualifiedName, bool mayGzip)
    {
        var buffer = new ArrayBufferWriter<byte>(Bytes + 2);
        var separator = (byte)'[';
        foreach (var entry in events)
        {
            buffer.Write([separator]);
            CloudEventWriter.Write(buffer, entry, qualifiedName(entry.RunId), source, epoch);
            separator = (byte)',';
        }

        buffer.Write("]"u8);
        if (!mayGzip || buffer.WrittenCount <= GzipAbove)
        {
            return (buffer.WrittenMemory, false);
        }

        var packed = new MemoryStream(buffer.WrittenCount / 4);
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(buffer.WrittenSpan);
        }

        return (packed.GetBuffer().AsMemory(0, (int)packed.Length), true);
    }
}
