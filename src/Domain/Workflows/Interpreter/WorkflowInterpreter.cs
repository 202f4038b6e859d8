using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>
/// Walks a definition. Finished task instances answer from the record; everything else is done through the host and
/// recorded. Given the same record it takes the same way.
/// </summary>
public static class WorkflowInterpreter
{
    /// <summary>The most task instances of one run; more is taken for an endless loop.</summary>
    public const int MaxTaskInstances = 1_000_000;

    /// <summary>The most items that one <c>for</c> goes over.</summary>
    public const int MaxIterations = 100_000;

    /// <summary>Levels on which arrays and objects of a run's data may stand in one another: as many as can be read (<see cref="Data.Json.MaxDepth"/>), less what events add around them.</summary>
    public const int MaxValueDepth = Data.Json.MaxDepth - 32;

    /// <param name="cancel">A person's order to cancel: children are cancelled and recorded, the ending is <see cref="Ending.Cancelled"/>.</param>
    /// <param name="stop">The runner stops: nothing more is recorded, so that the run resumes later.</param>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was signalled.</exception>
    public static Task<Ending> Run(
        Definition definition, RunFacts facts, RecordedExecution recorded, IExecutionHost host, CancellationToken cancel, CancellationToken stop = default) =>
        new Walk(definition, facts, recorded, host, cancel, stop).Run();
}
