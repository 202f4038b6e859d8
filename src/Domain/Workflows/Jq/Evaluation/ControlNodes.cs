using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Evaluation;

internal sealed class ChoiceNode : Node
{
    private readonly Node condition;
    private readonly Node then;
    private readonly Node otherwise;

    public ChoiceNode(Node condition, Node then, Node otherwise)
    {
        this.condition = condition;
        this.then = then;
        this.otherwise = otherwise;
        Single = condition.Single && then.Single && otherwise.Single;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) => condition.Eval(e, frame, input) switch
    {
        null => null,
        { IsTruthy: true } => then.Eval(e, frame, input),
        _ => otherwise.Eval(e, frame, input),
    };

    public override Json? EvalTail(Evaluator e, Frame frame, Json input) => condition.Eval(e, frame, input) switch
    {
        null => null,
        { IsTruthy: true } => then.EvalTail(e, frame, input),
        _ => otherwise.EvalTail(e, frame, input),
    };

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink)
    {
        if (!condition.Single)
        {
            return condition.Emit(e, frame, input, new DelegateSink(value =>
            {
                e.Tick();
                return (value.IsTruthy ? then : otherwise).Emit(e, frame, input, sink);
            }));
        }

        var only = condition.Eval(e, frame, input);
        return only is null || (only.IsTruthy ? then : otherwise).Emit(e, frame, input, sink);
    }

    public override bool EmitTail(Evaluator e, Frame frame, Json input, Sink sink)
    {
        if (Single || !condition.Single)
        {
            return Single ? base.EmitTail(e, frame, input, sink) : Emit(e, frame, input, sink);
        }

        var only = condition.Eval(e, frame, input);
        return only is null || (only.IsTruthy ? then : otherwise).EmitTail(e, frame, input, sink);
    }

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink) =>
        condition.Emit(e, frame, input, new DelegateSink(value =>
            (value.IsTruthy ? then : otherwise).Paths(e, frame, path, input, sink)));
}

/// <summary>
/// <c>try a catch b</c>, <c>a?</c>. Catches what a raises, not what is raised by those who take its values: an exception that
/// passes through the sink on its way is not the body's own.
/// </summary>
internal sealed class TryNode : Node
{
    private readonly Node body;
    private readonly Node handler;

    public TryNode(Node body, Node handler)
    {
        this.body = body;
        this.handler = handler;
        Single = body.Single && handler.Single;
    }

    public static Json? ErrorValue(Exception exception) => exception switch
    {
        JqException error => error.Value,
        JsonDepthException tooDeep => tooDeep.Message,
        _ => null,
    };

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        var depth = e.Depth;
        Json error;
        try
        {
            return body.Eval(e, frame, input);
        }
        catch (Exception exception) when (ErrorValue(exception) is not null)
        {
            error = ErrorValue(exception)!;
        }

        e.Depth = depth;
        return handler.Eval(e, frame, error);
    }

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink)
    {
        var depth = e.Depth;
        var guard = new Guard(sink);
        Json error;
        try
        {
            return body.Emit(e, frame, input, guard);
        }
        catch (Exception exception) when (!guard.Outside && ErrorValue(exception) is not null)
        {
            error = ErrorValue(exception)!;
        }

        e.Depth = depth;
        return handler.Emit(e, frame, error, sink);
    }

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink)
    {
        var depth = e.Depth;
        var outside = false;
        Json error;
        try
        {
            return body.Paths(e, frame, path, input, new DelegatePathSink((where, value) =>
            {
                outside = true;
                var more = sink.Accept(where, value);
                outside = false;
                return more;
            }));
        }
        catch (Exception exception) when (!outside && ErrorValue(exception) is not null)
        {
            error = ErrorValue(exception)!;
        }

        e.Depth = depth;
        return handler.Paths(e, frame, Trail.Broken, error, sink);
    }

    private sealed class Guard(Sink sink) : Sink
    {
        public bool Outside { get; private set; }

        public override bool Accept(Json value)
        {
            Outside = true;
            var more = sink.Accept(value);
            Outside = false;
            return more;
        }
    }
}

/// <summary>One activation of a label, kept in a variable's place, so that <c>break</c> knows how far to go back.</summary>
internal sealed class LabelMark : Json
{
    public override JsonKind Kind => JsonKind.Null;

    public override void WriteTo(System.Text.Json.Utf8JsonWriter writer) => throw new NotSupportedException();

    public override int GetHashCode() => 0;
}

internal sealed class LabelNode(int slot, Node body) : Node
{
    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) =>
        Within(e, frame, () => body.Emit(e, frame, input, sink));

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink) =>
        Within(e, frame, () => body.Paths(e, frame, path, input, sink));

    private bool Within(Evaluator e, Frame frame, Func<bool> run)
    {
        var depth = e.Depth;
        var mark = new LabelMark();
        frame.Slots[slot] = mark;
        try
        {
            if (run())
            {
                return true;
            }

            if (!ReferenceEquals(e.StopTarget, mark))
            {
                return false;
            }

            e.StopTarget = null;
        }
        catch (BreakException exit) when (ReferenceEquals(exit.Target, mark))
        {
            e.Depth = depth;
            return true;
        }

        e.Depth = depth;
        return true;
    }
}

internal sealed class BreakNode(int levels, int slot) : Node
{
    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink)
    {
        e.StopTarget = frame.Up(levels).Slots[slot];
        return false;
    }

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink)
    {
        e.StopTarget = frame.Up(levels).Slots[slot];
        return false;
    }
}
