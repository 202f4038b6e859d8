using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>What every task shares: data steps, the record of its completion, and time limits.</summary>
internal sealed partial class Walk
{
    /// <summary>Input: checked raw, with defaults put in, then transformed.</summary>
    private static Json Enter(DataStep step, Json raw, Frame frame, string? place, CancellationToken cancellation)
    {
        try
        {
            if (step.Schema is { } schema)
            {
                raw = schema.WithDefaults(raw);
                Check(schema, raw, "input");
            }

            return step.Transform is { } transform ? frame.Evaluate(transform, raw, cancellation) : raw;
        }
        catch (WorkflowFaultException e) when (place is not null)
        {
            throw new WorkflowFaultException(e.Fault.At(place), e);
        }
    }

    /// <summary>Output: transformed, then checked.</summary>
    private static Json Leave(DataStep step, Json raw, Frame frame, string? place, CancellationToken cancellation)
    {
        try
        {
            var output = step.Transform is { } transform ? frame.Evaluate(transform, raw, cancellation) : raw;
            if (step.Schema is { } schema)
            {
                Check(schema, output, "output");
            }

            return output;
        }
        catch (WorkflowFaultException e) when (place is not null)
        {
            throw new WorkflowFaultException(e.Fault.At(place), e);
        }
    }

    private static void Export(Frame frame, CancellationToken cancellation)
    {
        var step = frame.Task!.Head.Export;
        if (step.Transform is { } transform)
        {
            var context = frame.Evaluate(transform, frame.Output, cancellation);
            if (step.Schema is { } schema)
            {
                Check(schema, context, "exported context");
            }

            frame.Lane.Context = context;
        }
    }

    private static void Check(JsonSchema schema, Json value, string what)
    {
        if (schema.Check(value) is { Count: > 0 } violations)
        {
            var told = violations.Take(10).Select(v => $"{(v.Pointer.Length == 0 ? "it" : v.Pointer)} {v.Message}");
            throw new WorkflowFaultException(Fault.Validation($"The {what} does not fit its schema: {string.Join("; ", told)}."));
        }
    }

    /// <summary>Notes the end of what was in flight below a place when the process died, and is not gone on with.</summary>
    private async Task CancelLeftovers(string below)
    {
        var leftovers = recorded.Tasks
            .Where(t => t.IsInFlight && t.Instance.StartsWith(below, StringComparison.Ordinal) && !recorder.HasEnded(t.Instance))
            .OrderByDescending(t => t.Instance.Length)
            .Select(t => new JournalEntry(new ExecutionTaskCancelled(t.Task, t.Instance, host.Now), null))
            .ToArray();
        if (leftovers.Length > 0)
        {
            await recorder.Write(durable: true, leftovers);
        }
    }

    private async Task Complete(Frame frame, Json contextBefore, string? then, Guid? by)
    {
        var task = frame.Task!;
        var context = frame.Lane.Context;
        var contextChanged = !ReferenceEquals(context, contextBefore);
        var own = task.Head.Export.Transform is not null;
        frame.Pending.Add(new JournalEntry(
            new ExecutionTaskCompleted(
                task.Pointer, frame.Instance, host.Now, recorder.Content(frame.Output),
                contextChanged && own ? recorder.Content(context) : null, then, by),
            recorder.Hidden(("output", frame.Output), ("context", contextChanged ? context : null), keepContext: contextChanged && (!own || context is JsonNull))));
        recorder.AddVariables(frame, contextChanged && own);
        await recorder.Flush(frame, durable: true);
    }

    /// <summary>
    /// Runs something for at most a time, counted from when it first started, also over a restart. Time that a person kept the run paused
    /// does not count: what was paused over lunch has not become slower by it.
    /// </summary>
    private async Task<Step> Limited(
        DurationTemplate? limit, Frame frame, DateTimeOffset startedAt, string what, Func<CancellationToken, Task<Step>> body, CancellationToken cancellation)
    {
        if (limit is null)
        {
            return await body(cancellation);
        }

        var after = frame.Evaluate(limit, cancellation);
        var timeout = new WorkflowFaultException(Fault.Timeout($"{what} took longer than {after:c} (hours:minutes:seconds)."));
        var paused = host.PausedSince(startedAt);
        if (host.Now >= startedAt + after + paused)
        {
            await CancelLeftovers(frame.Instance + "/");
            throw timeout;
        }

        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var rang = false;
        var alarm = Ring();
        try
        {
            return await body(limited.Token);
        }
        catch (OperationCanceledException) when (rang && !cancellation.IsCancellationRequested)
        {
            throw timeout;
        }
        finally
        {
            over.Cancel();
            await alarm;
        }

        async Task Ring()
        {
            try
            {
                await (rehearsal?.Alarm(frame.Instance, over.Token) ?? host.Until(startedAt + after + paused, frame.Pointer, frame.Instance, over.Token));
                for (var now = host.PausedSince(startedAt); now > paused; now = host.PausedSince(startedAt))
                {
                    // It was paused meanwhile: as much is added.
                    paused = now;
                    await host.Until(startedAt + after + paused, frame.Pointer, frame.Instance, over.Token);
                }

                rang = true;
                limited.Cancel();
            }
            catch (OperationCanceledException) when (over.IsCancellationRequested)
            {
                // It ended in time, or is cancelled as a whole.
            }
        }
    }
}
