using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Marten;

namespace Jarvis.Application.Devices;

/// <summary>A command as it goes to its device, contents clear.</summary>
/// <param name="Number">The device's own count.</param>
/// <param name="Body">Of a start the definition and input; of a control its id and grace.</param>
public sealed record OutgoingCommand(long Number, Guid Id, DeviceCommandKind Kind, Guid? RunId, DateTimeOffset? Deadline, Json Body);

/// <summary>Reads what a device has not received yet from its command stream, and fills in what each command carries.</summary>
public sealed class DeviceCommandFeed(IDocumentStore store, Vault vault)
{
    /// <summary>Commands that are read at once.</summary>
    private const int Page = 50;

    /// <summary>The commands after a number, in order; empty when there are none.</summary>
    public async Task<IReadOnlyList<OutgoingCommand>> After(Guid deviceId, long number, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        var events = await session.Events.FetchStreamAsync(StreamIds.Commands(deviceId), version: number + Page, fromVersion: number + 1, token: cancellation);
        var commands = new List<OutgoingCommand>(events.Count);
        foreach (var @event in events)
        {
            var issued = (DeviceCommandIssued)@event.Data;
            commands.Add(new OutgoingCommand(@event.Version, issued.CommandId, issued.Kind, issued.RunId, issued.Deadline, await Body(session, issued, cancellation)));
        }

        return commands;
    }

    /// <summary>The number of the device's last command; 0 where it never had one.</summary>
    public async Task<long> Last(Guid deviceId, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        return (await session.Events.FetchStreamStateAsync(StreamIds.Commands(deviceId), cancellation))?.Version ?? 0;
    }

    /// <summary>The id of the command with this number; null where there is none.</summary>
    public async Task<Guid?> IdOf(Guid deviceId, long number, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        var found = await session.Events.FetchStreamAsync(StreamIds.Commands(deviceId), version: number, fromVersion: number, token: cancellation);
        return found is [{ Data: DeviceCommandIssued issued }] ? issued.CommandId : null;
    }

    private async Task<Json> Body(IQuerySession session, DeviceCommandIssued issued, CancellationToken cancellation) => issued.Kind switch
    {
        DeviceCommandKind.Start => await StartBody(session, issued.RunId!.Value, cancellation),
        DeviceCommandKind.Cancel => Json.Of(("controlId", Json.Of(issued.ControlId.ToString())), ("graceSeconds", Json.Of(issued.GraceSeconds ?? 0))),
        DeviceCommandKind.Unpair => JsonObject.Empty,
        _ => Json.Of(("controlId", Json.Of(issued.ControlId.ToString()))),
    };

    /// <summary>A run whose key was destroyed has neither definition nor input any more; its device gets empty ones and its claim is answered all the same.</summary>
    private async Task<Json> StartBody(IQuerySession session, Guid runId, CancellationToken cancellation)
    {
        var requested = (await session.Events.AggregateStreamAsync<Run>(runId, token: cancellation))!.Requested;
        var source = await RunDefinitions.Find(session, requested, cancellation);
        var clear = await vault.Unseal(
            [source ?? new Content.Erased(), requested.Input ?? Content.Of(JsonObject.Empty), requested.Continues?.DoneOutput ?? new Content.Erased(),
                requested.Continues?.TaskInput ?? new Content.Erased()], cancellation);
        var body = (JsonObject)Json.Of(
            ("workflowId", Json.Of(requested.WorkflowId?.ToString())),
            ("revision", requested.Revision is { } revision ? Json.Of(revision) : Json.Null),
            ("name", Json.Of(requested.WorkflowName)),
            ("definition", clear[0].Reveal() ?? Json.Of("")),
            ("definitionHash", Json.Of(requested.DefinitionHash)),
            ("input", clear[1].Reveal() ?? Json.Null));
        return requested.Continues is { From: RetryStart.FailedTask } continues ? body.With("continues", Continues(continues, clear[2].Reveal(), clear[3].Reveal())) : body;
    }

    private static JsonObject Continues(RunContinuation continues, Json? output, Json? input)
    {
        var body = (JsonObject)Json.Of(("runId", Json.Of(continues.ParentRunId.ToString())), ("from", Json.Of(continues.Instance)));
        body = input is null ? body : body.With("input", input);
        return continues.DoneBy is { } by
            ? body.With("done", Json.Of(("output", output ?? Json.Null), ("by", Json.Of(by.ToString()))))
            : body;
    }
}

/// <summary>Reads how much of each run is stored, for a runner that comes back.</summary>
public static class RunCursors
{
    /// <summary>For those of the runs that are this device's: the highest sequence stored, 0 for none yet.</summary>
    public static async Task<IReadOnlyDictionary<Guid, long>> Of(IDocumentStore store, Guid deviceId, IReadOnlyCollection<Guid> runs, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        var own = (await session.LoadManyAsync<RunGrant>(cancellation, [.. runs])).Where(grant => grant.DeviceId == deviceId).Select(grant => grant.Id).ToList();
        var cursors = own.ToDictionary(id => id, _ => 0L);
        await using var command = new Npgsql.NpgsqlCommand($"select id, version from {EventStoreSetup.Schema}.mt_streams where id = any($1)")
        {
            Parameters = { new() { Value = own.Select(StreamIds.Execution).ToArray() } },
        };
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            cursors[StreamIds.RunOf(reader.GetGuid(0))] = reader.GetInt64(1);
        }

        return cursors;
    }
}
