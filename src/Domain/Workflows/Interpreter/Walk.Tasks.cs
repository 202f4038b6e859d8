using System.Collections.Immutable;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>Tasks that compute or lead on, and <c>wait</c>.</summary>
internal sealed partial class Walk
{
    /// <summary>
    /// Notes that the task begins. A task with an effect does so durably before it; one that holds others need not, because their
    /// own entries follow in the same journal; one that only computes writes everything at its end.
    /// </summary>
    private Task Begin(Frame frame, Json? arguments = null, Json? hidden = null, bool flush = false, bool durable = false)
    {
        if (flush && !durable && recorded[frame.Instance] is { Starts: > 0 })
        {
            // It holds others and began before the restart: it only goes on.
            return Task.CompletedTask;
        }

        frame.Pending.Add(new JournalEntry(
            new ExecutionTaskStarted(frame.Pointer, frame.Instance, frame.StartedAt, arguments is null ? null : recorder.Content(arguments)), hidden));
        return flush ? recorder.Flush(frame, durable) : Task.CompletedTask;
    }

    private async Task<Step> Do(TaskDefinition.Do task, Frame frame, CancellationToken cancellation)
    {
        await Begin(frame, flush: true);
        return await RunList(task.Tasks, frame.Instance + "/do", frame.Input, frame.Lane, frame.Locals, cancellation);
    }

    private async Task<Step> Set(TaskDefinition.Set task, Frame frame, CancellationToken cancellation)
    {
        await Begin(frame);
        return new Step(frame.Evaluate(task.Value, frame.Input, cancellation), null);
    }

    private async Task<Step> Switch(TaskDefinition.Switch task, Frame frame, CancellationToken cancellation)
    {
        await Begin(frame);
        var chosen = task.Cases.FirstOrDefault(c => c.When is { } when && frame.Holds(when, frame.Input, frame.Locals, cancellation))
            ?? task.Cases.FirstOrDefault(c => c.When is null);
        return new Step(frame.Input, chosen?.Then);
    }

    private async Task<Step> Raise(TaskDefinition.Raise task, Frame frame, CancellationToken cancellation)
    {
        await Begin(frame);
        var error = task.Error;
        var type = Text(error.Type) is { Length: > 0 } uri ? uri : FaultTypes.Runtime;
        var status = frame.Evaluate(error.Status, frame.Input, cancellation) is JsonNumber { Value: >= 100 and <= 599 } number ? (int)number.Value : 500;
        throw new WorkflowFaultException(new Fault(type, status, Text(error.Title), Text(error.Detail), Text(error.Instance) is { } instance ? Mask.Apply(instance) : null));

        string? Text(Template? template) => template is null ? null : frame.Evaluate(template, frame.Input, cancellation) switch
        {
            JsonString text => text.Value,
            JsonNull => null,
            var other => other.ToString(),
        };
    }

    private async Task<Step> Wait(TaskDefinition.Wait task, Frame frame, RecordedTask? known, CancellationToken cancellation)
    {
        var due = known?.Due;
        if (due is null)
        {
            var duration = frame.Evaluate(task.Duration, cancellation);
            await Begin(frame);
            due = host.Now + duration;
            frame.Pending.Add(new JournalEntry(new ExecutionTaskSuspended(frame.Pointer, frame.Instance, host.Now, due), null));
            await recorder.Flush(frame, durable: true);
        }

        await host.Until(due.Value, frame.Pointer, frame.Instance, cancellation);
        return new Step(frame.Input, null);
    }

    private async Task<Step> For(TaskDefinition.For task, Frame frame, CancellationToken cancellation)
    {
        if (frame.Evaluate(task.In, frame.Input, cancellation) is not JsonArray items)
        {
            throw new WorkflowFaultException(Fault.Expression($"{task.In} must give an array to go over."));
        }

        if (items.Items.Length > WorkflowInterpreter.MaxIterations)
        {
            throw new WorkflowFaultException(Fault.Runtime($"{items.Items.Length:N0} items are more than the {WorkflowInterpreter.MaxIterations:N0} that a `for` goes over."));
        }

        await Begin(frame, Json.Of(("items", items.Items.Length)), flush: true);
        // Its condition is asked once for each iteration: one that was begun before a restart is not asked again.
        frame.Clock = Clock;
        var output = frame.Input;
        for (var i = 0; i < items.Items.Length; i++)
        {
            var at = $"{frame.Instance}/do{Repetition(i + 1)}";
            var locals = frame.Locals.SetItem(task.Each, items.Items[i]).SetItem(task.At, i);
            var begun = recorded[$"{at}/0/{JsonPointer.Escape(task.Tasks.Tasks[0].Name)}"] is not null;
            if (!begun && task.While is { } condition && !frame.Holds(condition, output, locals, cancellation))
            {
                break;
            }

            var step = await RunList(task.Tasks, at, output, frame.Lane, locals, cancellation);
            output = step.Output;
            if (step.Then == FlowDirective.End)
            {
                return step;
            }
        }

        return new Step(output, null);
    }

    private async Task<Step> CallDefined(TaskDefinition.CallDefined task, Frame frame, CancellationToken cancellation)
    {
        var function = definition.Use.Functions[task.Function];
        var input = task.With is { } with ? frame.Evaluate(with, frame.Input, cancellation) : frame.Input;
        await Begin(frame, input, flush: true);
        var step = await RunTask(
            function, $"{frame.Instance}/call/{JsonPointer.Escape(task.Function)}", input, frame.Lane, ImmutableDictionary<string, Json>.Empty, cancellation);
        return new Step(step.Output, step.Then == FlowDirective.End ? FlowDirective.End : null);
    }
}
