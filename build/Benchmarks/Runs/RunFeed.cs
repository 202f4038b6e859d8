using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Jarvis.Benchmarks.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Benchmarks.Runs;

/// <summary>
/// The events of one run as a runner submits them: it begins on the PC and takes one small step after the other, each step
/// being what the engine records for a durable task (created, started, completed, its variables).
/// </summary>
internal sealed class RunFeed
{
    /// <summary>Events of one step.</summary>
    public const int EventsPerStep = 4;

    private const string WorkflowName = "bench-steps";
    private const string Source = """
        document: { dsl: '1.0.0', namespace: bench, name: bench-steps, version: '1.0.0' }
        do:
          - step: { set: { total: '${ .total + 1 }', note: 'a line of ordinary length' } }
        """;

    private static readonly string SourceHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Source)));

    private readonly string subject;
    private readonly string qualifiedName;
    private readonly Func<long, DateTimeOffset, IExecutionEvent> events;
    private long sequence;

    /// <param name="later">The events behind the first, by number and time; steps where null.</param>
    public RunFeed(LoadRunner runner, Func<long, DateTimeOffset, IExecutionEvent>? later = null)
    {
        Runner = runner;
        events = later ?? Step;
        RunId = Guid.CreateVersion7();
        subject = RunId.ToString();
        qualifiedName = $"{WorkflowName}-{subject}.bench";
    }

    public LoadRunner Runner { get; }

    public Guid RunId { get; }

    /// <summary>The number of the last event written so far.</summary>
    public long Sequence => sequence;

    /// <summary>A batch of the next events of each of these runs, as the body of one request.</summary>
    public static byte[] Batch(IEnumerable<RunFeed> runs, int eventsPerRun)
    {
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartArray();
        foreach (var run in runs)
        {
            for (var i = 0; i < eventsPerRun; i++)
            {
                run.WriteNext(writer);
            }
        }

        writer.WriteEndArray();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private void WriteNext(Utf8JsonWriter writer)
    {
        var now = DateTimeOffset.UtcNow;
        var @event = ++sequence == 1 ? First(now) : events(sequence, now);
        writer.WriteStartObject();
        writer.WriteString("specversion"u8, "1.0"u8);
        writer.WriteString("id"u8, string.Create(CultureInfo.InvariantCulture, $"{subject}:{sequence}"));
        writer.WriteString("source"u8, $"/devices/{Runner.DeviceId}");
        writer.WriteString("subject"u8, subject);
        writer.WriteString("type"u8, EventNames.Of(@event.GetType()));
        writer.WriteString("time"u8, now);
        writer.WriteString("datacontenttype"u8, "application/json"u8);
        writer.WriteNumber("sequence"u8, sequence);
        writer.WriteNumber("epoch"u8, Runner.Epoch);
        writer.WritePropertyName("data"u8);
        writer.WriteStartObject();
        using (var data = JsonSerializer.SerializeToDocument(@event, @event.GetType(), EventJson.Wire))
        {
            foreach (var member in data.RootElement.EnumerateObject())
            {
                member.WriteTo(writer);
            }
        }

        writer.WriteString("workflow"u8, qualifiedName);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static ExecutionStarted First(DateTimeOffset at) => new(
        WorkflowName, new DefinitionReference("bench", WorkflowName, "1.0.0"), at, Content.Of(Json.Of(("total", 0))),
        new LocalDefinition(SourceHash, Content.Of(Json.Of(Source))), null);

    private static IExecutionEvent Step(long number, DateTimeOffset at)
    {
        const string Task = "/do/0/step";
        var step = (number - 2) / EventsPerStep;
        var instance = step == 0 ? Task : string.Create(CultureInfo.InvariantCulture, $"{Task}@{step + 1}");
        var output = Content.Of(Json.Of(("total", step + 1), ("note", "a line of ordinary length")));
        return ((number - 2) % EventsPerStep) switch
        {
            0 => new ExecutionTaskCreated(Task, instance, "step", "set", at),
            1 => new ExecutionTaskStarted(Task, instance, at, null),
            2 => new ExecutionTaskCompleted(Task, instance, at, output, null, null, null),
            _ => new ExecutionVariablesChanged(Task, instance, at, Content.Of(Json.Of(("output", Json.Of(("total", step + 1))))), null),
        };
    }
}
