using System.Text.Json;
using GraphQL;
using Jarvis.Api.Accounts;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Api.Runs;

/// <summary>Which of a run's two streams an event is of: what people decided, or what the PC did.</summary>
public enum RunStream { Run, Execution }

/// <summary>One event of a run, as its timeline and its subscription show it.</summary>
/// <param name="Sequence">Of an execution event the runner's own number; of the run's the version of its stream.</param>
/// <param name="Type">The pinned name.</param>
/// <param name="At">When it occurred, by the PC's clock for an execution event.</param>
/// <param name="Data">The event's data; null for a caller who may not see it.</param>
/// <param name="Cursor">The place behind this event.</param>
[Name("RunEvent")]
public sealed record RunEventNode(
    Guid RunId, RunStream Stream, int Sequence, Position Position, string Type, DateTimeOffset At, DateTimeOffset RecordedAt, Guid? ActorId, Json? Data, Cursor Cursor)
{
    /// <param name="e">With its content clear for the owner.</param>
    internal static RunEventNode Of(Guid runId, RecordedEvent e, RunCursor cursor, bool mayRead)
    {
        var data = JsonSerializer.SerializeToUtf8Bytes(mayRead ? e.Data : Contents.Map(e.Data, _ => null!), e.Data.GetType(), EventJson.Wire);
        var json = Json.Parse(data);
        return new RunEventNode(
            runId, IsExecution(e) ? RunStream.Execution : RunStream.Run, checked((int)e.Version), new Position(e.Position), e.Type, OccurredAt(json) ?? e.RecordedAt, e.RecordedAt,
            e.Actor, json, cursor.ToCursor());
    }

    internal static bool IsExecution(RecordedEvent e) => e.Data is IExecutionEvent;

    // Every event has one time of its own, and its name ends in At.
    private static DateTimeOffset? OccurredAt(Json data) =>
        data is JsonObject members && members.Members.FirstOrDefault(m => (m.Key == "at" || m.Key.EndsWith("At", StringComparison.Ordinal)) && m.Value is JsonString).Value is JsonString text
        && DateTimeOffset.TryParse(text.Value, System.Globalization.CultureInfo.InvariantCulture, out var at) ? at : null;
}

[Name("RunEventEdge")]
public sealed record RunEventEdge(RunEventNode Node, string Cursor) : Edge<RunEventNode>(Node, Cursor);

[Name("RunEventConnection")]
public sealed class RunEventConnection(IReadOnlyList<RunEventEdge> edges, PageInfo pageInfo, Position asOf)
    : Connection<RunEventNode, RunEventEdge>(edges, pageInfo, asOf);

/// <summary>Reads the two streams of a run as one, in the order in which they were recorded.</summary>
public sealed class RunTimeline(RecordedEvents recorded)
{
    /// <summary>The next events behind a place.</summary>
    public async Task<List<RecordedEvent>> After(Guid runId, RunCursor place, long? upToPosition, int limit, CancellationToken cancel)
    {
        var run = await recorded.After(runId, place.Run, upToPosition, limit, cancel);
        var execution = await recorded.After(StreamIds.Execution(runId), place.Execution, upToPosition, limit, cancel);
        return [.. run.Concat(execution).OrderBy(e => e.Position).Take(limit)];
    }

    public ValueTask<List<RecordedEvent>> Clear(IReadOnlyList<RecordedEvent> events, bool mayRead, CancellationToken cancel) =>
        mayRead ? recorded.Unseal(events, cancel) : ValueTask.FromResult(events.ToList());
}
