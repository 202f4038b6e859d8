using System.Text.Json;
using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;

namespace Jarvis.Application.Runs;

/// <summary>One event as a runner sent it.</summary>
/// <param name="Sequence">The runner's count within the run, from 1.</param>
/// <param name="Epoch">The device's epoch when it was sent.</param>
/// <param name="Data">Contents still clear.</param>
/// <param name="Hash">Keyed hash of type and data: what "the same content" means.</param>
/// <param name="Blobs">The blobs that its content names.</param>
public sealed record RunnerEvent(Guid RunId, long Sequence, long Epoch, IExecutionEvent Data, string Hash, IReadOnlyList<BlobReference> Blobs)
{
    /// <summary>The sealed contents as they are stored, JSON in UTF-8; null until they are sealed.</summary>
    public byte[]? Stored { get; init; }
}

/// <summary>Why a batch was not stored.</summary>
/// <param name="Runs">For each run that stands in the way: its code, and the sequence expected next where that is the point.</param>
public sealed record BatchRefusal(Refusal Refusal, IReadOnlyDictionary<Guid, RunRefusal> Runs);

/// <param name="Expected">The sequence that would be taken next; null where it does not matter.</param>
public sealed record RunRefusal(string Code, long? Expected);

/// <summary>Each "no" to a batch of events.</summary>
public static class BatchRefusals
{
    public static readonly Refusal Gap = new("run.sequence_gap", "An event before these is missing.");
    public static readonly Refusal Fenced = new("device.epoch_fenced", "The device said hello again elsewhere; this connection is no longer it.");
    public static readonly Refusal Differs = new("run.content_differs", "Another event is stored under that sequence.");
    public static readonly Refusal NotFound = new("run.not_found", "The run is not this device's.");
    public static readonly Refusal TooLarge = new("batch.too_large", $"A batch has at most {RunnerBatch.MaxEvents} events and {RunnerBatch.MaxBytes} bytes inflated.");
    public static readonly Refusal TooFast = new("runner.too_fast", "More is waiting than can be taken; send again later.");
    public static readonly Refusal Unavailable = new("server.unavailable", "The store cannot be written at the moment; send again later.");

    public static Refusal UnknownType(string type) => new("event.type_unknown", $"Events of type '{Shown(type)}' are not known here.", "type");

    public static Refusal Invalid(string why, string? field = null) => new("event.invalid", why, field);

    private static string Shown(string text) => text.Length <= 100 ? text : text[..100];
}

/// <summary>
/// Reads a batch of CloudEvents (JSON batch format, or one per line) into events of the Domain. Everything is bounded, and
/// nothing is taken that a required field is missing from.
/// </summary>
public static class RunnerBatch
{
    public const int MaxEvents = 5_000;

    public const int MaxBytes = 8 * 1024 * 1024;

    /// <summary>As deep as events are read back; a runner keeps its values below that, since a batch that cannot be read parks their run.</summary>
    private const int MaxDepth = Domain.Workflows.Data.Json.MaxDepth;
    private const string SpecVersion = "1.0";

    private static readonly JsonReaderOptions Reading = new() { MaxDepth = MaxDepth };

    public static (IReadOnlyList<RunnerEvent> Events, BatchRefusal? Refusal) Parse(ReadOnlyMemory<byte> body, bool isLines, MasterKey keys)
    {
        if (body.Length > MaxBytes)
        {
            return ([], new BatchRefusal(BatchRefusals.TooLarge, NoRuns));
        }

        try
        {
            return isLines ? Lines(body, keys) : Array(body.Span, keys);
        }
        catch (JsonException e)
        {
            return ([], new BatchRefusal(BatchRefusals.Invalid($"The batch is not JSON (line {e.LineNumber + 1})."), NoRuns));
        }
    }

    public static readonly IReadOnlyDictionary<Guid, RunRefusal> NoRuns = new Dictionary<Guid, RunRefusal>();

    private static (IReadOnlyList<RunnerEvent> Events, BatchRefusal? Refusal) Array(ReadOnlySpan<byte> body, MasterKey keys)
    {
        var reader = new Utf8JsonReader(body, Reading);
        reader.Read();
        var isArray = reader.TokenType == JsonTokenType.StartArray;
        var events = new List<RunnerEvent>();
        BatchRefusal? refusal = null;
        var count = 0;
        while (isArray && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            count++;
            if (refusal is null && count <= MaxEvents)
            {
                refusal = Read(ref reader, body, keys, events);
            }
            else
            {
                // What is not JSON to its end is refused as such, whatever stands in the way before.
                reader.Skip();
            }
        }

        reader.Skip();
        reader.Read();
        return !isArray ? ([], new BatchRefusal(BatchRefusals.Invalid("A batch is an array of events."), NoRuns))
            : count > MaxEvents ? ([], new BatchRefusal(BatchRefusals.TooLarge, NoRuns))
            : refusal is not null ? ([], refusal)
            : (events, null);
    }

    private static (IReadOnlyList<RunnerEvent> Events, BatchRefusal? Refusal) Lines(ReadOnlyMemory<byte> body, MasterKey keys)
    {
        var events = new List<RunnerEvent>();
        while (!body.IsEmpty)
        {
            var end = body.Span.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            if (line.Span.Trim(" \r\t"u8).IsEmpty)
            {
                continue;
            }

            if (events.Count == MaxEvents)
            {
                return ([], new BatchRefusal(BatchRefusals.TooLarge, NoRuns));
            }

            var reader = new Utf8JsonReader(line.Span, Reading);
            reader.Read();
            var refusal = Read(ref reader, line.Span, keys, events);
            reader.Read();
            if (refusal is not null)
            {
                return ([], refusal);
            }
        }

        return (events, null);
    }

    /// <summary>Reads the value that the reader stands on, to its end, in one pass; of a member that stands twice the last one counts.</summary>
    private static BatchRefusal? Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> text, MasterKey keys, List<RunnerEvent> into)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return new BatchRefusal(BatchRefusals.Invalid("An event is an object."), NoRuns);
        }

        Guid? subject = null;
        long? sequence = null;
        long? epoch = null;
        bool isVersion = false, hasId = false, hasSource = false;
        string? type = null;
        ReadOnlySpan<byte> data = default;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("subject"u8))
            {
                reader.Read();
                subject = reader.TokenType == JsonTokenType.String && reader.TryGetGuid(out var id) ? id : null;
            }
            else if (reader.ValueTextEquals("specversion"u8))
            {
                reader.Read();
                isVersion = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(SpecVersion);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                hasId = reader.TokenType == JsonTokenType.String;
            }
            else if (reader.ValueTextEquals("source"u8))
            {
                reader.Read();
                hasSource = reader.TokenType == JsonTokenType.String;
            }
            else if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                type = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }
            else if (reader.ValueTextEquals("sequence"u8))
            {
                reader.Read();
                sequence = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number : null;
            }
            else if (reader.ValueTextEquals("epoch"u8))
            {
                reader.Read();
                epoch = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number : null;
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                var isObject = reader.TokenType == JsonTokenType.StartObject;
                var from = (int)reader.TokenStartIndex;
                reader.Skip();
                data = isObject ? text[from..(int)reader.BytesConsumed] : default;
                continue;
            }

            reader.Skip();
        }

        if (subject is not { } runId || !StreamIds.IsMain(runId))
        {
            return new BatchRefusal(BatchRefusals.Invalid("The subject is the run: a UUID of version 7.", "subject"), NoRuns);
        }

        var refused = !isVersion ? BatchRefusals.Invalid("The specversion is 1.0.", "specversion")
            : !hasId ? NotText("id")
            : !hasSource ? NotText("source")
            : type is null ? NotText("type")
            : sequence is not >= 1 ? BatchRefusals.Invalid("An event has 'sequence', a whole number from 1.", "sequence")
            : epoch is not >= 0 ? BatchRefusals.Invalid("An event has 'epoch', a whole number.", "epoch")
            : EventNames.TypeOf(type) is not { } known || !typeof(IExecutionEvent).IsAssignableFrom(known) ? BatchRefusals.UnknownType(type)
            : data.IsEmpty ? BatchRefusals.Invalid("An event has 'data', an object.", "data")
            : Take(runId, sequence.Value, epoch.Value, type, known, data, keys, into);
        return refused is null ? null : new BatchRefusal(refused, new Dictionary<Guid, RunRefusal> { [runId] = new(refused.Code, null) });
    }

    private static Refusal NotText(string name) => BatchRefusals.Invalid($"An event has '{name}', a string.", name);

    private static Refusal? Take(
        Guid runId, long sequence, long epoch, string type, Type known, ReadOnlySpan<byte> data, MasterKey keys, List<RunnerEvent> into)
    {
        try
        {
            var @event = (IExecutionEvent)JsonSerializer.Deserialize(data, known, EventJson.Wire)!;
            if (EventShape.Missing(@event) is { } missing)
            {
                return BatchRefusals.Invalid($"'{missing}' is missing from the data of {type}.", $"data.{missing}");
            }

            if (EventShape.Unfit(@event) is { } unfit)
            {
                return BatchRefusals.Invalid(
                    $"'{unfit}' is no text that can be kept: it is null or holds U+0000, or is longer than {ClearText.MaxBytes} bytes (the type of an error, {ClearText.MaxErrorTypeBytes}; a list, {EventShape.MaxListed} texts).",
                    $"data.{unfit}");
            }

            if (OutOfRange(@event) is { } outside)
            {
                return BatchRefusals.Invalid($"'{outside}' is no number that can be there.", $"data.{outside}");
            }

            if (EventShape.Misdated(@event) is { } misdated)
            {
                return BatchRefusals.Invalid($"'{misdated}' is no time that a clock tells: it must lie from {EventShape.Earliest.Year} to {EventShape.Latest.Year}.", $"data.{misdated}");
            }

            if (@event is ExecutionBlobAttached { Blob: var named } && !named.IsWellFormed())
            {
                return BatchRefusals.Invalid("A blob has a SHA-256 in lower-case hex, a size and a media type.", "data.blob");
            }

            into.Add(new RunnerEvent(runId, sequence, epoch, @event, keys.Hash(HashPurpose.EventContent, data, type), BlobNames.In(data)));
            return null;
        }
        catch (JsonException e)
        {
            return BatchRefusals.Invalid($"The data of {type} does not fit at '{e.Path}'.", "data");
        }
    }

    private static string? OutOfRange(IExecutionEvent @event) => @event switch
    {
        ExecutionProgressed { Percent: < 0 or > 100 } => "percent",
        ExecutionTaskRetried { Attempt: < 1 } => "attempt",
        _ => null,
    };
}
