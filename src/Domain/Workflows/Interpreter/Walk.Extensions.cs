using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary><c>use.extensions</c>: what is done before and after a task.</summary>
internal sealed partial class Walk
{
    /// <summary>The variable that holds the extended task for the tasks of its extensions; it stands before their own description.</summary>
    private const string TaskVariable = "task";

    /// <summary>
    /// A task with its extensions around it. What they give is nobody's input: the task sees its own. Only <c>exit</c> in a list before it counts: then the
    /// task is not done, and what that list gave is its output. Tasks of extensions are not extended.
    /// </summary>
    private async Task<Step> Extended(Frame frame, RecordedTask? known, CancellationToken cancellation)
    {
        if (definition.Use.Extensions.IsEmpty || frame.Locals.ContainsKey(TaskVariable))
        {
            return await Execute(frame, known, cancellation);
        }

        var locals = frame.Locals.SetItem(TaskVariable, Describe(frame.Task!, frame));
        var applied = new List<Extension>();
        foreach (var extension in definition.Use.Extensions)
        {
            if (extension.Concerns(frame.Task!) && (extension.When is not { } when || frame.Holds(when, frame.Input, locals, cancellation)))
            {
                applied.Add(extension);
            }
        }

        // The task begins before what is done before it; its own events follow when it does.
        await recorder.Flush(frame, durable: false);
        foreach (var extension in applied.Where(e => e.Before is not null))
        {
            var step = await RunToDirective(extension.Before!, At(extension, "before"), frame.Input, frame.Lane, locals, cancellation);
            if (step.Then is FlowDirective.Exit or FlowDirective.End)
            {
                await Begin(frame);
                return step.Then == FlowDirective.End ? step : step with { Then = null };
            }
        }

        var result = await Execute(frame, known, cancellation);
        foreach (var extension in applied.Where(e => e.After is not null))
        {
            var step = await RunToDirective(extension.After!, At(extension, "after"), result.Output, frame.Lane, locals, cancellation);
            if (step.Then == FlowDirective.End)
            {
                return result with { Then = FlowDirective.End };
            }
        }

        return result;

        string At(Extension extension, string when) => $"{frame.Instance}/{when}/{JsonPointer.Escape(extension.Name)}";
    }

    /// <summary>The extended task: its description and, as the specification's examples read it, its definition's own members.</summary>
    private static JsonObject Describe(TaskDefinition task, Frame frame)
    {
        var described = task.Head.Source as JsonObject ?? JsonObject.Empty;
        foreach (var (name, value) in ((JsonObject)Json.Of(
            ("name", task.Name), ("reference", task.Pointer), ("definition", task.Head.Source), ("input", frame.RawInput), ("startedAt", Describe(frame.StartedAt)))).Members)
        {
            described = described.With(name, value);
        }

        return described;
    }
}
