using GraphQL;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Application.Platform;
using Jarvis.Application.Platform.Operations;

namespace Jarvis.Api.Platform.Operations;

public sealed record ReplayDeadLettersInput : MutationInput
{
    /// <summary>1 to 100 of them.</summary>
    public required IEnumerable<Guid> Ids { get; init; }
}

public sealed record DiscardDeadLettersInput : MutationInput
{
    /// <summary>1 to 100 of them.</summary>
    public required IEnumerable<Guid> Ids { get; init; }
}

public sealed record StartViewRebuildInput : MutationInput
{
    public required string View { get; init; }
}

public sealed record SwitchViewInput : MutationInput
{
    public required string View { get; init; }
}

public sealed record DiscardViewRebuildInput : MutationInput
{
    public required string View { get; init; }
}

public sealed record ReleaseServerInput : MutationInput;

[Implements(typeof(IPayload))]
public sealed record OperationPayload(Position Position) : IPayload
{
    /// <summary>The system after it.</summary>
    public Task<Operations> Operations(IResolveFieldContext context) => OperationsQueries.Operations(context);
}

/// <summary>What administrators do to the system: each an event in history, with who did it and why.</summary>
public sealed class OperationsMutations
{
    /// <summary>Puts messages that could not be handled back, to be handled again.</summary>
    public static Task<OperationPayload> ReplayDeadLetters(IResolveFieldContext context, ReplayDeadLettersInput input) =>
        Do(context, input, new ReplayDeadLetters([.. input.Ids]));

    /// <summary>Throws messages that could not be handled away for good.</summary>
    public static Task<OperationPayload> DiscardDeadLetters(IResolveFieldContext context, DiscardDeadLettersInput input) =>
        Do(context, input, new DiscardDeadLetters([.. input.Ids]));

    /// <summary>Begins to make a view anew beside the one that is read; follow its progress.</summary>
    public static Task<OperationPayload> StartViewRebuild(IResolveFieldContext context, StartViewRebuildInput input) =>
        Do(context, input, new StartViewRebuild(Named(input.View)));

    /// <summary>Puts the new view in the place of the one that is read.</summary>
    public static Task<OperationPayload> SwitchView(IResolveFieldContext context, SwitchViewInput input) => Do(context, input, new SwitchView(Named(input.View)));

    /// <summary>Throws the new view away; the one that is read stays.</summary>
    public static Task<OperationPayload> DiscardViewRebuild(IResolveFieldContext context, DiscardViewRebuildInput input) =>
        Do(context, input, new DiscardViewRebuild(Named(input.View)));

    /// <summary>Lets a restored copy act outward from here on: its PCs connect and get their orders.</summary>
    public static Task<OperationPayload> ReleaseServer(IResolveFieldContext context, ReleaseServerInput input) => Do(context, input, new ReleaseServer());

    private static string Named(string view) => ViewRebuild.Find(view)?.Name ?? view;

    private static async Task<OperationPayload> Do<T>(IResolveFieldContext context, MutationInput input, T instruction)
        where T : Instruction
    {
        OperationRights.Check(context.Caller());
        return new OperationPayload(new Position((await context.Give(input, instruction)).Position));
    }
}
