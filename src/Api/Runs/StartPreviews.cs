using GraphQL;
using Jarvis.Api.Devices;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Application.Runs;
using Jarvis.Application.Platform;
using Jarvis.Application.Workflows;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Projections.Devices;
using Marten;

namespace Jarvis.Api.Runs;

/// <summary>What a device lacks of what a workflow calls.</summary>
/// <param name="Functions">Called in every run: without them it is not given the run.</param>
/// <param name="Perhaps">Called where a condition holds, or caught where they fail: the run may end without them, or fail there.</param>
public sealed record DeviceLack(DeviceReference Device, IEnumerable<string> Functions, IEnumerable<string> Perhaps);

/// <summary>What would become of a run that was started now.</summary>
/// <param name="DeviceId">Where it would go, or what it would wait for; null while none is chosen.</param>
/// <param name="WaitsFor">Why it would wait, as <c>Run.queue</c> says it; null where it would start.</param>
/// <param name="Message">A sentence for people; null where there is nothing to say.</param>
/// <param name="Lacks">The devices that it may go to and that lack something it calls.</param>
public sealed record StartPreview(Guid? DeviceId, string? WaitsFor, int? Limit, string? Message, IEnumerable<DeviceLack> Lacks);

/// <summary>Looking before a run is started.</summary>
public sealed class StartPreviewQueries
{
    /// <summary>Longer than any workflow is called, with its namespace.</summary>
    private const int NameMaxCharacters = 500;

    /// <summary>Where a run of the workflow would go if it was started now, or why it would wait, and what its devices lack for it.</summary>
    public static async Task<StartPreview> StartPreview(
        IResolveFieldContext context, Guid? workflowId, string? workflowName, int? revision, Guid? deviceId, RunPriority? priority, Position? atLeast)
    {
        var owner = context.Caller().AccountId;
        var cancel = context.CancellationToken;
        await using var session = context.Service<IDocumentStore>().QuerySession();
        var id = workflowId ?? (workflowName is { Length: <= NameMaxCharacters } ? await WorkflowNames.Find(session, owner, workflowName, cancel) : null);
        var workflow = id is { } known ? await session.Events.AggregateStreamAsync<Workflow>(known, token: cancel) : null;
        if (workflow is null || workflow.OwnerId != owner)
        {
            throw new RefusalError(WorkflowRefusals.NotFound);
        }

        if (workflow.Revision(revision) is not { } pinned)
        {
            throw new RefusalError(WorkflowRefusals.RevisionNotFound);
        }

        var definition = await InputCheck.Read(context.Service<Vault>(), context.Service<ValidationContext>(), pinned, cancel);
        var use = definition is null ? new FunctionUse([], []) : FunctionUse.Of(definition);
        var point = await context.Service<ReadPoints>().Settle(DevicesView.Name, null, atLeast, cancel);
        var places = await OwnerPlaces.Read(context, owner, point, cancel);
        var now = context.Service<TimeProvider>().GetUtcNow();
        var run = new OpenRun(Guid.CreateVersion7(now), deviceId, null, now, id, priority ?? RunPriority.Normal, use.Sure);
        var placed = places.Places.For(run);
        var lacks = places.Devices
            .Where(device => device.Status != DeviceStatus.Revoked && run.MayGoTo(device.DeviceId) && device.Can is not null)
            .Select(device => new DeviceLack(new DeviceReference(device.DeviceId, null), device.Can!.Lacks(use.Sure), device.Can.Lacks(use.Perhaps)))
            .Where(lack => lack.Functions.Any() || lack.Perhaps.Any()).ToList();
        return new StartPreview(
            placed.DeviceId, placed.Reason is { } reason ? RunNode.UpperSnake(reason.ToString()) : null, placed.Limit,
            placed.Reason is { } why ? WaitSentences.Of(why, placed.Limit, placed.Lacking) : Perhaps(placed.DeviceId, lacks), lacks);
    }

    private static string? Perhaps(Guid? device, List<DeviceLack> lacks) =>
        lacks.Find(lack => lack.Device.Id == device) is { } lack
            ? $"The device cannot do {string.Join(", ", lack.Perhaps)}, which the workflow may call; where it does, that task fails."
            : null;
}
