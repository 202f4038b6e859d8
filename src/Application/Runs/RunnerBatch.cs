using System.Runtime.InteropServices;
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
public sealed record RunnerEvent(Guid RunId, long Sequence, long Epoch, IExecutionEvent Data, string Hash);

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

    private const int MaxDepth = 128;
    private const string SpecVersion = "1.0";

    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = MaxDepth };

    public static (IReadOnlyList<RunnerEvent> Events, BatchRefusal? Refusal) Parse(ReadOnlyMemory<byte> body, bool isLines, MasterKey keys)
    {
        if (body.Length > MaxBytes)
        {
            return ([], new BatchRefusal(BatchRefusals.TooLarge, NoRuns));
        }

        try
        {
            return isLines ? Lines(body, keys) : Array(body, keys);
        }
        catch (JsonException e)
        {
            return ([], new BatchRefusal(BatchRefusals.Invalid($"The batch is not JSON (line {e.LineNumber + 1})."), NoRuns));
        }
    }

    public static readonly IReadOnlyDictionary<Guid, RunRefusal> NoRuns = new Dictionary<Guid, RunRefusal>();

    private static (IReadOnlyList<RunnerEvent> Events, BatchRefusal? Refusal) Array(ReadOnlyMemory<byte> body, MasterKey keys)
    {
        using var document = JsonDocument.Parse(body, Reading);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            return ([], new BatchRefusal(BatchRefusals.Invalid("A batch is an array of events."), NoRuns));
        }

        if (document.RootElement.GetArrayLength() > MaxEvents)
        {
            return ([], new BatchRefusal(BatchRefusals.TooLarge, NoRuns));
        }

        var events = new List<RunnerEvent>(document.RootElement.GetArrayLength());
        foreach (var element in document.RootElement.EnumerateArray())
        {
            if (Read(element, keys, events) is { } refusal)
            {
                return ([], refusal);
            }
        }

        return (events, null);
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

            using var document = JsonDocument.Parse(line, Reading);
            if (Read(document.RootElement, keys, events) is { } refusal)
            {
                return ([], refusal);
            }
        }

        return (events, null);
    }

    private static BatchRefusal? Read(JsonElement element, MasterKey keys, List<RunnerEvent> into)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return new BatchRefusal(BatchRefusals.Invalid("An event is an object."), NoRuns);
        }

        if (!element.TryGetProperty("subject", out var subject) || subject.ValueKind != JsonValueKind.String || !subject.TryGetGuid(out var runId) || !StreamIds.IsMain(runId))
        {
            return new BatchRefusal(BatchRefusals.Invalid("The subject is the run: a UUID of version 7.", "subject"), NoRuns);
        }

        BatchRefusal Refuse(Refusal refusal) => new(refusal, new Dictionary<Guid, RunRefusal> { [runId] = new(refusal.Code, null) });

        if (!element.TryGetProperty("specversion", out var version) || version.ValueKind != JsonValueKind.String || !version.ValueEquals(SpecVersion))
        {
            return Refuse(BatchRefusals.Invalid("The specversion is 1.0.", "specversion"));
        }

        foreach (var name in (ReadOnlySpan<string>)["id", "source", "type"])
        {
            if (!element.TryGetProperty(name, out var text) || text.ValueKind != JsonValueKind.String)
            {
                return Refuse(BatchRefusals.Invalid($"An event has '{name}', a string.", name));
            }
        }

        if (!element.TryGetProperty("sequence", out var number) || number.ValueKind != JsonValueKind.Number || !number.TryGetInt64(out var sequence) || sequence < 1)
        {
            return Refuse(BatchRefusals.Invalid("An event has 'sequence', a whole number from 1.", "sequence"));
        }

        if (!element.TryGetProperty("epoch", out var lease) || lease.ValueKind != JsonValueKind.Number || !lease.TryGetInt64(out var epoch) || epoch < 0)
        {
            return Refuse(BatchRefusals.Invalid("An event has 'epoch', a whole number.", "epoch"));
        }

        var type = element.GetProperty("type").GetString()!;
        if (EventNames.TypeOf(type) is not { } known || !typeof(IExecutionEvent).IsAssignableFrom(known))
        {
            return Refuse(BatchRefusals.UnknownType(type));
        }

        if (!element.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object)
        {
            return Refuse(BatchRefusals.Invalid("An event has 'data', an object.", "data"));
        }

        try
        {
            var @event = (IExecutionEvent)data.Deserialize(known, EventJson.Wire)!;
            if (EventShape.Missing(@event) is { } missing)
            {
                return Refuse(BatchRefusals.Invalid($"'{missing}' is missing from the data of {type}.", $"data.{missing}"));
            }

            into.Add(new RunnerEvent(runId, sequence, epoch, @event, keys.Hash(HashPurpose.EventContent, JsonMarshal.GetRawUtf8Value(data), type)));
            return null;
        }
        catch (JsonException e)
        {
            return Refuse(BatchRefusals.Invalid($"The data of {type} does not fit at '{e.Path}'.", "data"));
        }
    }
}
