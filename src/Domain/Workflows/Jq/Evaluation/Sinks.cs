using System.Runtime.CompilerServices;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Evaluation;

/// <summary>Gathers values in a list.</summary>
internal sealed class CollectSink(Evaluator e) : Sink
{
    private JsonArrayBuilder items;

    public override bool Accept(Json value)
    {
        e.Tick();
        e.Grow(1);
        items.Add(value);
        return true;
    }

    public JsonArray ToArray() => items.ToArray();
}

/// <summary>Keeps the first value and ends there.</summary>
internal sealed class FirstSink(Evaluator e) : Sink
{
    public Json? Value { get; private set; }

    public override bool Accept(Json value)
    {
        Value = value;
        e.StopTarget = this;
        return false;
    }

    /// <summary>The first value of a part, or null where there is none.</summary>
    public static Json? Of(Evaluator e, Node node, Frame frame, Json input)
    {
        if (node.Single)
        {
            return node.Eval(e, frame, input);
        }

        var first = new FirstSink(e);
        if (!node.Emit(e, frame, input, first))
        {
            var target = e.StopTarget!;
            e.StopTarget = null;
            if (!ReferenceEquals(target, first))
            {
                throw new BreakException(target);
            }
        }

        return first.Value;
    }
}

/// <summary>Hands each value to a function.</summary>
internal sealed class DelegateSink(Func<Json, bool> accept) : Sink
{
    public override bool Accept(Json value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return accept(value);
    }
}

/// <summary>Hands each value with its path to a function.</summary>
internal sealed class DelegatePathSink(Func<Trail, Json, bool> accept) : PathSink
{
    public override bool Accept(Trail path, Json value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return accept(path, value);
    }
}

internal sealed class DelegateUpdater(Func<Json, Json?> apply) : Updater
{
    public override Json? Apply(Json value) => apply(value);
}
