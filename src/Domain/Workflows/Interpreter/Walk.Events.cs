using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>Tasks about events: <c>emit</c> and <c>listen</c>.</summary>
internal sealed partial class Walk
{
    /// <summary>An event in flight at a crash is handed over again under the same id and time, so that whoever listens can tell.</summary>
    private async Task<Step> Emit(TaskDefinition.Emit task, Frame frame, RecordedTask? known, CancellationToken cancellation)
    {
        if (frame.Evaluate(task.Event, frame.Input, cancellation) is not JsonObject attributes)
        {
            throw new WorkflowFaultException(Fault.Expression("`event.with` must give an object."));
        }

        var key = known?.Key ?? host.NewId();
        var emitted = CloudEvent.Of(attributes, key, frame.StartedAt);
        await Begin(frame, emitted, Json.Of(("key", key)), flush: true, durable: true);
        await host.Publish(emitted, frame.Pointer, frame.Instance, cancellation);
        return new Step(emitted, null);
    }

    /// <summary>
    /// Waits for events. Each one consumed is noted durably before anything is done about it, so that a restart neither loses nor doubles it;
    /// events that come while no process listens are not heard.
    /// </summary>
    private async Task<Step> Listen(TaskDefinition.Listen task, Frame frame, RecordedTask? known, CancellationToken cancellation)
    {
        using var feed = host.Listen(frame.Pointer, frame.Instance);
        await Begin(frame);
        if (known is not { Starts: > 0 })
        {
            frame.Pending.Add(new JournalEntry(new ExecutionTaskSuspended(frame.Pointer, frame.Instance, host.Now, null), null));
            await recorder.Flush(frame, durable: true);
        }
        else
        {
            frame.Pending.Clear();
        }

        var hearing = new Hearing(task.To, frame, cancellation);
        var earlier = known?.Heard ?? [];
        var (consumed, outputs) = (JsonArray.Empty, JsonArray.Empty);
        for (var i = 0; ;)
        {
            var heard = i < earlier.Count ? earlier[i] : await feed.Next(cancellation);
            var place = hearing.Take(heard);
            if (place == Heard.Nothing)
            {
                continue;
            }

            if (i++ >= earlier.Count)
            {
                await recorder.Write(durable: true, new JournalEntry(new ExecutionTaskResumed(frame.Pointer, frame.Instance, host.Now), Json.Of(("event", heard))));
            }

            if (place == Heard.End)
            {
                return new Step(outputs, null);
            }

            var item = Part(heard, task.Read);
            consumed = consumed.Append(item);
            var step = await ForEach(task.ForEach, item, consumed.Count - 1, frame, cancellation);
            outputs = outputs.Append(step.Output);
            if (step.Then == FlowDirective.End)
            {
                return new Step(outputs, FlowDirective.End);
            }

            if (hearing.IsSatisfied || (task.To.Until is { } until && frame.Holds(until, consumed, frame.Locals, cancellation)))
            {
                return new Step(outputs, null);
            }
        }
    }

    private async Task<Step> ForEach(EventIterator? iterator, Json item, int index, Frame frame, CancellationToken cancellation)
    {
        if (iterator is null)
        {
            return new Step(item, null);
        }

        var locals = frame.Locals.SetItem(iterator.Item, item).SetItem(iterator.At, index);
        var step = iterator.Do is { } tasks
            ? await RunList(tasks, $"{frame.Instance}/foreach/do{Repetition(index + 1)}", frame.Input, frame.Lane, locals, cancellation)
            : new Step(item, null);
        var own = new Frame(this, frame.Task, frame.Instance, frame.RawInput, frame.Lane, locals, frame.StartedAt) { Input = frame.Input };
        own.Output = iterator.Output == DataStep.None ? item : Leave(iterator.Output, step.Output, own, null, cancellation);
        if (iterator.Export.Transform is { } export)
        {
            var context = own.Evaluate(export, own.Output, cancellation);
            if (iterator.Export.Schema is { } schema)
            {
                Check(schema, context, "exported context");
            }

            frame.Lane.Context = context;
        }

        return step with { Output = own.Output };
    }

    private static Json Part(Json heard, EventPart part) => part switch
    {
        EventPart.Envelope => heard,
        EventPart.Raw => (heard as JsonObject)?["data_base64"] ?? ((heard as JsonObject)?["data"] is { } data ? data as JsonString ?? Json.Of(data.ToString()) : Json.Null),
        _ => (heard as JsonObject)?["data"] ?? Json.Null,
    };
}
