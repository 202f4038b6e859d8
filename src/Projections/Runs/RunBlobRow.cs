using System.Text.Json;
using JasperFx.Events;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;

namespace Jarvis.Projections.Runs;

/// <summary>That a run's events name a blob: as a value of a task, or attached to it. Decides who may read it.</summary>
/// <param name="Instance">The task instance; empty where it belongs to the run.</param>
/// <param name="Sequence">Of the first event that names it there.</param>
/// <param name="Purpose"><c>value</c>, or what it was attached as.</param>
public sealed record RunBlobRow(
    Guid RunId, string Hash, string Instance, Guid OwnerId, string? Task, long Sequence, long Position, DateTimeOffset TakenAt, long Size, string Type, string Purpose)
{
    public const string Value = "value";

    /// <summary>The metadata in which an event keeps the blobs that its sealed content names.</summary>
    private const string Header = "blobs";

    public const string Conflict = "on conflict (run_id, hash, instance, purpose) do nothing";

    public static IEnumerable<RunBlobRow> NamedBy(IEvent @event, IExecutionEvent data, Guid runId, Guid owner)
    {
        if (data is ExecutionBlobAttached attached)
        {
            yield return new RunBlobRow(
                runId, attached.Blob.Hash, attached.Instance ?? "", owner, attached.Task, @event.Version, @event.Sequence, attached.At,
                attached.Blob.Size, attached.Blob.Type, JsonNamingPolicy.CamelCase.ConvertName(attached.Purpose.ToString()));
        }

        if (@event.GetHeader(Header)?.ToString() is not { Length: > 0 } named)
        {
            yield break;
        }

        var task = data as ITaskEvent;
        foreach (var blob in JsonSerializer.Deserialize<List<BlobReference>>(named, EventJson.Stored)!)
        {
            yield return new RunBlobRow(
                runId, blob.Hash, task?.Instance ?? "", owner, task?.Task, @event.Version, @event.Sequence, TimeOf(data) ?? @event.Timestamp, blob.Size, blob.Type, Value);
        }
    }

    private static DateTimeOffset? TimeOf(IExecutionEvent data) => data switch
    {
        ExecutionStarted e => e.StartedAt,
        ExecutionCompleted e => e.CompletedAt,
        ExecutionFaulted e => e.FaultedAt,
        ExecutionTaskStarted e => e.StartedAt,
        ExecutionTaskCompleted e => e.CompletedAt,
        ExecutionTaskFaulted e => e.FaultedAt,
        ExecutionVariablesChanged e => e.At,
        _ => null,
    };
}
