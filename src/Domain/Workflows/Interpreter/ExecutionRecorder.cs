using System.Collections.Concurrent;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>Turns what happens into journal entries: contents masked, and beside them in private what the mask hides.</summary>
/// <param name="wasInFlight">Whether the record says of an instance that it was in progress when an earlier process ended.</param>
internal sealed class ExecutionRecorder(IExecutionHost host, SecretMask mask, Func<string, bool> wasInFlight, CancellationToken stop)
{
    /// <summary>Instances that an earlier process began and this one ended.</summary>
    private readonly ConcurrentDictionary<string, bool> ended = new(StringComparer.Ordinal);

    public bool HasEnded(string instance) => ended.ContainsKey(instance);

    /// <exception cref="WorkflowFaultException">It nests so deep that nobody could read it back.</exception>
    public Content Content(Json value) => value.NestsDeeperThan(WorkflowInterpreter.MaxValueDepth)
        ? throw new WorkflowFaultException(Fault.Expression($"A value nests deeper than {WorkflowInterpreter.MaxValueDepth} levels."))
        : Platform.Content.Of(mask.Apply(value));

    /// <summary>A definition as it leaves the PC: a secret that somebody wrote into the text itself is masked there too, and its hash stays that of the text.</summary>
    public LocalDefinition? Definition(LocalDefinition? local) =>
        local is { Definition: { } text } && text.Reveal() is JsonString source
            ? local with { Definition = Platform.Content.Of(Json.Of(mask.ApplyUncut(source.Value))) }
            : local;

    /// <summary>The values that the mask changes, and the context where the event itself does not tell it; null where nothing is hidden.</summary>
    public Json? Hidden((string Key, Json Value) output, (string Key, Json? Value) context, bool keepContext)
    {
        var hideOutput = !ReferenceEquals(mask.Apply(output.Value), output.Value);
        var hideContext = context.Value is { } value && (keepContext || !ReferenceEquals(mask.Apply(value), value));
        return (hideOutput, hideContext) switch
        {
            (true, true) => Json.Of(output, (context.Key, context.Value!)),
            (true, false) => Json.Of(output),
            (false, true) => Json.Of((context.Key, context.Value!)),
            _ => null,
        };
    }

    public Json? Hidden((string Key, Json Value) output) => Hidden(output, ("context", null), keepContext: false);

    public (FaultError Error, Json? Hidden) Error(Fault fault)
    {
        var text = new JsonObject(new[] { ("title", fault.Title), ("detail", fault.Detail) }
            .Where(part => part.Item2 is not null)
            .Select(part => KeyValuePair.Create(part.Item1, Json.Of(part.Item2))));
        var masked = mask.Apply(text);
        return (
            new FaultError(
                ClearText.Fitted(mask.Apply(fault.Type), ClearText.MaxErrorTypeBytes), fault.Status, fault.Instance is null ? null : ClearText.Fitted(fault.Instance), Platform.Content.Of(masked)),
            ReferenceEquals(masked, text) ? null : text);
    }

    /// <summary>The variables that the completed task changed, as far as this line of execution has not told them yet.</summary>
    public void AddVariables(Frame frame, bool exported)
    {
        var changed = JsonObject.Empty;
        var lane = frame.Lane;
        if (!ReferenceEquals(lane.Told, frame.Output) && !lane.Told.Equals(frame.Output))
        {
            changed = changed.With("output", frame.Output);
        }

        lane.Told = frame.Output;
        if (exported)
        {
            changed = changed.With("context", lane.Context);
        }

        if (changed.Count > 0)
        {
            frame.Pending.Add(new JournalEntry(
                // Each of its values is bounded already; what holds them is one level more.
                new ExecutionVariablesChanged(frame.Pointer, frame.Instance, host.Now, Platform.Content.Of(mask.Apply(changed)), null), null));
        }
    }

    /// <summary>Writes what the task has pending, in one go.</summary>
    public async Task Flush(Frame frame, bool durable)
    {
        if (frame.Pending.Count == 0)
        {
            return;
        }

        var entries = frame.Pending.ToArray();
        frame.Pending.Clear();
        await Write(durable, entries);
    }

    public async Task Write(bool durable, params JournalEntry[] entries)
    {
        await host.Record(entries, durable, stop);
        foreach (var entry in entries)
        {
            if (entry.Event is ExecutionTaskCompleted or ExecutionTaskFaulted or ExecutionTaskCancelled && wasInFlight(((ITaskEvent)entry.Event).Instance))
            {
                ended[((ITaskEvent)entry.Event).Instance] = true;
            }
        }
    }
}
