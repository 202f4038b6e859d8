using System.Security.Cryptography;
using System.Text;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Workflows;

namespace Jarvis.Engine.Runs;

/// <summary>Runs that a run begins with <c>run: workflow</c>. Each is a run of its own, found again after a crash by its id.</summary>
internal sealed class ChildRuns(EngineSettings settings, Journal journal)
{
    /// <summary>How many runs may stand above one another.</summary>
    public const int MaxDepth = 16;

    /// <summary>Keeps and starts a run beside the others, without waiting for a turn; nothing where it is known already.</summary>
    public required Func<NewRun, RunPace, CancellationToken, Task> Start { get; set; }

    /// <summary>The run in execution, or null.</summary>
    public required Func<Guid, RunExecution?> Find { get; set; }

    public async Task<Json> Run(
        NewRun parent, RunPace pace, WorkflowReference reference, Json input, string instance, Func<CancellationToken> killNow, CancellationToken stop, CancellationToken cancellation)
    {
        var childId = RunRecords.ChildId(parent.RunId, instance);
        if (journal.Find(childId) is null)
        {
            await Begin(childId, parent, pace, reference, input, cancellation);
        }

        if (!reference.Await)
        {
            return Json.Null;
        }

        if (Find(childId) is not { } child)
        {
            return Output(RunRecords.EndingOf(journal, childId), reference);
        }

        try
        {
            var ending = await child.Completion.WaitAsync(cancellation);
            stop.ThrowIfCancellationRequested();
            return Output(ending, reference);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            var kill = killNow();
            child.Cancel(kill.CanBeCanceled ? TimeSpan.FromDays(1) : TimeSpan.FromSeconds(5));
            await using (kill.Register(() => child.Cancel(TimeSpan.Zero)))
            {
                await child.Completion.WaitAsync(stop);
            }

            throw;
        }
    }

    private async Task Begin(Guid childId, NewRun parent, RunPace pace, WorkflowReference reference, Json input, CancellationToken cancellation)
    {
        if (parent.Depth + 1 >= MaxDepth)
        {
            throw new WorkflowFaultException(Fault.Configuration($"More than {MaxDepth} workflows run one another."));
        }

        var find = settings.FindWorkflow ?? ((run, wanted, token) => WorkflowFolder.Find(run.BaseFolder, wanted, settings.Functions.Validation, token));
        var source = await find(parent, reference, cancellation)
            ?? throw new WorkflowFaultException(Fault.Configuration(
                $"There is no workflow {reference.Namespace}/{reference.Name}:{reference.Version}" + (parent.BaseFolder is { } folder ? $" in {folder}." : " here.")));
        var child = new NewRun(
            childId,
            new Domain.Runs.DefinitionReference(reference.Namespace, reference.Name, reference.Version),
            source,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source))),
            input.ToUtf8Bytes(),
            RunOrigin.Local,
            parent.Submits,
            settings.Clock.GetUtcNow(),
            parent.BaseFolder,
            ParentRunId: parent.RunId,
            Depth: parent.Depth + 1);
        await Start(child, pace, cancellation);
    }

    private static Json Output(Ending? ending, WorkflowReference reference) => ending switch
    {
        Ending.Completed completed => completed.Output,
        Ending.Faulted faulted => throw new WorkflowFaultException(faulted.Fault with { Instance = null }),
        _ => throw new WorkflowFaultException(Fault.Runtime($"The run of {reference.Namespace}/{reference.Name} was cancelled.")),
    };
}
