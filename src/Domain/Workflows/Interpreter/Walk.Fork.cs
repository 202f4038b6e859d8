using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>
/// <c>fork</c>. Branches run at once, each on a context of its own, which are put together in the order of the branches, so that the result
/// does not depend on who was faster. One that fails ends the others, but in a competition: there it has only lost.
/// </summary>
internal sealed partial class Walk
{
    private const int Undecided = -1;

    private async Task<Step> Fork(TaskDefinition.Fork task, Frame frame, CancellationToken cancellation)
    {
        await Begin(frame, flush: true);
        var branches = task.Branches.Tasks;
        var names = branches.Select((branch, i) => $"{frame.Instance}/fork/branches/{i}/{JsonPointer.Escape(branch.Name)}").ToArray();
        var before = frame.Lane.Context;
        var lanes = branches.Select(_ => new Lane(before, frame.Input)).ToArray();

        var decided = AlreadyDecided(task, names);
        if (decided != Undecided)
        {
            await CancelLeftovers(frame.Instance + "/fork/");
        }

        using var race = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var decider = decided;
        var running = new Task<Step>?[branches.Length];
        foreach (var i in rehearsal?.OrderOf(names, task.Compete) ?? Enumerable.Range(0, branches.Length))
        {
            if (decided == Undecided ? Volatile.Read(ref decider) == Undecided : i == decided || recorded[names[i]]?.Ended == TaskPhase.Completed)
            {
                running[i] = Branch(i);
            }
        }

        // Every branch is waited for, the cancelled ones too, so that nothing of this fork still runs when it ends.
        var all = running.OfType<Task<Step>>().ToArray();
        await ((Task)Task.WhenAll(all)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        foreach (var broken in all.Where(b => b is { IsFaulted: true, Exception.InnerException: not WorkflowFaultException }))
        {
            await broken;
        }

        stop.ThrowIfCancellationRequested();
        cancellation.ThrowIfCancellationRequested();
        if (decider != Undecided)
        {
            var step = await running[decider]!;
            frame.Lane.Context = task.Compete ? lanes[decider].Context : Merge(before, lanes);
            return new Step(step.Output, step.Then == FlowDirective.End ? FlowDirective.End : null);
        }

        if (task.Compete)
        {
            // Nobody won: all failed, and the first branch's error speaks for them.
            await all[0];
        }

        var outputs = await Task.WhenAll(all);
        frame.Lane.Context = Merge(before, lanes);
        return new Step(Json.Of(outputs.Select(branch => branch.Output)), null);

        async Task<Step> Branch(int i)
        {
            try
            {
                var step = await RunTask(branches[i], names[i], frame.Input, lanes[i], frame.Locals, race.Token);
                if (task.Compete || step.Then == FlowDirective.End)
                {
                    Decide(i);
                }

                return step;
            }
            catch (WorkflowFaultException) when (task.Compete)
            {
                throw;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Decide(i);
                throw;
            }
        }

        void Decide(int i)
        {
            if (Interlocked.CompareExchange(ref decider, i, Undecided) == Undecided)
            {
                race.Cancel();
            }
        }
    }

    /// <summary>The branch that the record says settled the fork before a crash, or none.</summary>
    private int AlreadyDecided(TaskDefinition.Fork task, string[] names) => names
        .Select((name, i) => (Task: recorded[name], Branch: i))
        .Where(b => b.Task is not null && (task.Compete
            ? b.Task.Ended == TaskPhase.Completed
            : b.Task.Ended == TaskPhase.Faulted || b.Task is { Ended: TaskPhase.Completed, Then: FlowDirective.End }))
        .OrderBy(b => b.Task!.LastSequence)
        .Select(b => b.Branch)
        .DefaultIfEmpty(Undecided)
        .First();

    /// <summary>What each branch changed of the context before the fork, laid over each other in the order of the branches.</summary>
    private static Json Merge(Json before, Lane[] lanes)
    {
        var merged = before;
        foreach (var lane in lanes.Where(lane => !ReferenceEquals(lane.Context, before)))
        {
            if (merged is not JsonObject whole || before is not JsonObject old || lane.Context is not JsonObject changed)
            {
                merged = lane.Context;
                continue;
            }

            foreach (var (name, value) in changed.Members.Where(m => !(old[m.Key]?.Equals(m.Value) ?? false)))
            {
                whole = whole.With(name, value);
            }

            foreach (var name in old.Members.Keys.Where(name => !changed.TryGet(name, out _)))
            {
                whole = whole.Without(name);
            }

            merged = whole;
        }

        return merged;
    }
}
