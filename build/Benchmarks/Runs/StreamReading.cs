using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Jarvis.Api.Platform;
using Jarvis.Benchmarks.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Npgsql;

namespace Jarvis.Benchmarks.Runs;

/// <summary>
/// P6: a stream of 1,000 events read into typed events, as replay, history and live views do, beside the shortest way that the driver
/// and source-generated JSON have over the same rows: the same columns, into the same types.
/// </summary>
internal sealed class StreamReading : IFigure
{
    private const int Events = 1_000;
    private const int AtOnce = 1;

    private const string PeerQuery =
        $"select seq_id, id, version, type, data, timestamp from {RecordedEvent.Table} where stream_id = $1 order by version";

    public string Name => "P6";

    public string Work => "read a stream of 1,000 events into typed events";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var server = await stage.ServerAsync(cancellation);
        var runner = (await Crew.OfAsync(server, AtOnce, cancellation))[0];
        var run = new RunFeed(runner);
        await runner.SubmitAsync(RunFeed.Batch([run], Events), cancellation);
        await stage.SettleAsync(cancellation);

        // Both sides use statements that are prepared once a connection, as the server's own connections do.
        await using var source = NpgsqlDataSource.Create(stage.ConnectionString + ";Max Auto Prepare=20;Auto Prepare Min Usages=2");
        var stream = StreamIds.Execution(run.RunId);
        var (ours, peer) = (await RecordedEvents.OfStream(source, stream, 0, Events, cancellation), await PlainlyAsync(source, stream, cancellation));
        if (ours.Count != Events || !ours.Select(e => e.Data.GetType()).SequenceEqual(peer.Select(e => e.Data.GetType())))
        {
            throw new InvalidOperationException("The two ways do not read the same events.");
        }

        var pairs = await rounds.TakeAsync(
            () => RateAsync(async () => (await RecordedEvents.OfStream(source, stream, 0, Events, cancellation)).Count, rounds.Length),
            () => RateAsync(async () => (await PlainlyAsync(source, stream, cancellation)).Count, rounds.Length),
            () => stage.SettleAsync(cancellation));
        return
        [
            Medians.Row(
                this, pairs, "events/s", "Npgsql and generated JSON", new Target(0.5, 0.95, Better.Higher), Limits.StreamReading,
                "one reader; both sides end with the same typed events, their content still sealed; ours also reads actor, correlation and causation"),
        ];
    }

    private static async Task<double> RateAsync(Func<Task<int>> read, TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        var events = 0;
        while (watch.Elapsed < time)
        {
            events += await read();
        }

        return events / watch.Elapsed.TotalSeconds;
    }

    private static async Task<List<PlainEvent>> PlainlyAsync(NpgsqlDataSource source, Guid stream, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(PeerQuery);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = stream });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var events = new List<PlainEvent>(Events);
        while (await reader.ReadAsync(cancellation))
        {
            events.Add(new PlainEvent(
                reader.GetInt64(0), reader.GetGuid(1), reader.GetInt64(2),
                JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(4), ShapeOf(reader.GetString(3)))!, reader.GetDateTime(5)));
        }

        return events;
    }

    private static JsonTypeInfo ShapeOf(string type) => type switch
    {
        "io.serverlessworkflow.workflow.started.v1" => RunEventShapes.Default.ExecutionStarted,
        "io.serverlessworkflow.task.created.v1" => RunEventShapes.Default.ExecutionTaskCreated,
        "io.serverlessworkflow.task.started.v1" => RunEventShapes.Default.ExecutionTaskStarted,
        "io.serverlessworkflow.task.completed.v1" => RunEventShapes.Default.ExecutionTaskCompleted,
        "ai.jarvis.run.variables.v1" => RunEventShapes.Default.ExecutionVariablesChanged,
        _ => throw new NotSupportedException(type),
    };

    private sealed record PlainEvent(long Position, Guid Id, long Version, object Data, DateTime At);
}

/// <summary>The bench's events, their readers written by the compiler.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ExecutionStarted))]
[JsonSerializable(typeof(ExecutionTaskCreated))]
[JsonSerializable(typeof(ExecutionTaskStarted))]
[JsonSerializable(typeof(ExecutionTaskCompleted))]
[JsonSerializable(typeof(ExecutionVariablesChanged))]
internal sealed partial class RunEventShapes : JsonSerializerContext;
