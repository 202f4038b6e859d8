using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Evaluation;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary><c>until(condition; next)</c></summary>
internal sealed class UntilNode : Node
{
    private readonly Node condition;
    private readonly Node next;

    public UntilNode(Node condition, Node next)
    {
        this.condition = condition;
        this.next = next;
        Single = condition.Single && next.Single;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        for (Json? value = input; value is not null; value = next.Eval(e, frame, value))
        {
            e.Tick();
            switch (condition.Eval(e, frame, value))
            {
                case null: return null;
                case { IsTruthy: true }: return value;
            }
        }

        return null;
    }

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink)
    {
        if (Single)
        {
            return base.Emit(e, frame, input, sink);
        }

        e.Enter();
        var more = condition.Emit(e, frame, input, new DelegateSink(done => done.IsTruthy
            ? sink.Accept(input)
            : next.Emit(e, frame, input, new DelegateSink(value => Emit(e, frame, value, sink)))));
        e.Depth--;
        return more;
    }

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink)
    {
        e.Enter();
        var more = condition.Emit(e, frame, input, new DelegateSink(done => done.IsTruthy
            ? sink.Accept(path, input)
            : next.Paths(e, frame, path, input, new DelegatePathSink((where, value) => Paths(e, frame, where, value, sink)))));
        e.Depth--;
        return more;
    }
}

/// <summary><c>while(condition; next)</c></summary>
internal sealed class WhileNode(Node condition, Node next) : Node
{
    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink)
    {
        while (condition.Single && next.Single)
        {
            e.Tick();
            if (condition.Eval(e, frame, input) is not { IsTruthy: true })
            {
                return true;
            }

            if (!sink.Accept(input))
            {
                return false;
            }

            if (next.Eval(e, frame, input) is not { } value)
            {
                return true;
            }

            input = value;
        }

        e.Enter();
        var more = condition.Emit(e, frame, input, new DelegateSink(go => !go.IsTruthy
            || (sink.Accept(input) && next.Emit(e, frame, input, new DelegateSink(value => Emit(e, frame, value, sink))))));
        e.Depth--;
        return more;
    }

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink)
    {
        e.Enter();
        var more = condition.Emit(e, frame, input, new DelegateSink(go => !go.IsTruthy
            || (sink.Accept(path, input)
                && next.Paths(e, frame, path, input, new DelegatePathSink((where, value) => Paths(e, frame, where, value, sink))))));
        e.Depth--;
        return more;
    }
}

/// <summary><c>repeat(f)</c>: the results of f for the same input, over and over.</summary>
internal sealed class RepeatNode(Node body) : Node
{
    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink)
    {
        do
        {
            e.Tick();
        }
        while (body.Emit(e, frame, input, sink));
        return false;
    }

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink)
    {
        do
        {
            e.Tick();
        }
        while (body.Paths(e, frame, path, input, sink));
        return false;
    }
}

/// <summary><c>walk(f)</c>: f on everything inside, the innermost first.</summary>
internal sealed class WalkNode : Node
{
    private readonly Node body;

    public WalkNode(Node body)
    {
        this.body = body;
        Single = body.Single;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) => body.Eval(e, frame, Inside(e, frame, input));

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) => body.Emit(e, frame, Inside(e, frame, input), sink);

    private Json Inside(Evaluator e, Frame frame, Json input)
    {
        switch (input)
        {
            case JsonArray array:
                e.Enter();
                var items = new CollectSink(e);
                foreach (var item in array.Span)
                {
                    Must(e, Emit(e, frame, item, items));
                }

                e.Depth--;
                return items.ToArray();
            case JsonObject members:
                e.Enter();
                e.Grow(members.Count);
                var kept = new JsonObjectBuilder(members.Count);
                for (var i = 0; i < members.Count; i++)
                {
                    if (FirstSink.Of(e, this, frame, members.Values[i]) is { } value)
                    {
                        kept.Set(members.Keys[i], value);
                    }
                }

                e.Depth--;
                return kept.ToObject();
            default:
                return input;
        }
    }
}
