using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Evaluation;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary><c>first(f)</c></summary>
internal sealed class FirstNode : Node
{
    private readonly Node body;

    public FirstNode(Node body)
    {
        this.body = body;
        Single = true;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) => FirstSink.Of(e, body, frame, input);

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink)
    {
        var stop = new object();
        (Trail Where, Json Value)? first = null;
        if (!body.Paths(e, frame, path, input, new DelegatePathSink((where, value) =>
        {
            first = (where, value);
            e.StopTarget = stop;
            return false;
        })) && !ReferenceEquals(e.StopTarget, stop))
        {
            return false;
        }

        e.StopTarget = null;
        return first is not { } found || sink.Accept(found.Where, found.Value);
    }
}

/// <summary><c>last(f)</c></summary>
internal sealed class LastNode : Node
{
    private readonly Node body;

    public LastNode(Node body)
    {
        this.body = body;
        Single = true;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        Json? last = null;
        Must(e, body.Emit(e, frame, input, new DelegateSink(value =>
        {
            last = value;
            return true;
        })));
        return last;
    }

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink)
    {
        (Trail Where, Json Value)? last = null;
        return body.Paths(e, frame, path, input, new DelegatePathSink((where, value) =>
        {
            last = (where, value);
            return true;
        })) && (last is not { } found || sink.Accept(found.Where, found.Value));
    }
}

/// <summary><c>limit(n; f)</c> and <c>skip(n; f)</c></summary>
internal sealed class LimitNode(Node count, Node body, bool skips) : Node
{
    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) =>
        count.Emit(e, frame, input, new DelegateSink(n => Each(e, n, taken => body.Emit(e, frame, input, new DelegateSink(value =>
            taken(() => sink.Accept(value)))))));

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink) =>
        count.Emit(e, frame, input, new DelegateSink(n => Each(e, n, taken => body.Paths(e, frame, path, input, new DelegatePathSink((where, value) =>
            taken(() => sink.Accept(where, value)))))));

    private bool Each(Evaluator e, Json n, Func<Func<Func<bool>, bool>, bool> run)
    {
        // As jq compares before it counts, a count that is no number is compared by jq's order of kinds.
        var left = n is JsonNumber number ? number.Value : n.Kind > JsonKind.Number
            ? throw Values.Error(n, JsonNumber.From(1), "cannot be subtracted")
            : -1;
        if (left < 0)
        {
            throw Values.Error(skips ? "skip doesn't support negative count" : "limit doesn't support negative count");
        }

        if (skips)
        {
            return run(accept => --left >= 0 || accept());
        }

        if (left == 0)
        {
            return true;
        }

        var stop = new object();
        if (run(accept =>
        {
            left--;
            if (!accept())
            {
                return false;
            }

            if (left > 0)
            {
                return true;
            }

            e.StopTarget = stop;
            return false;
        }))
        {
            return true;
        }

        if (!ReferenceEquals(e.StopTarget, stop))
        {
            return false;
        }

        e.StopTarget = null;
        return true;
    }
}

/// <summary><c>nth(n; f)</c></summary>
internal sealed class NthNode : Node
{
    private readonly Node count;
    private readonly Node body;

    public NthNode(Node count, Node body)
    {
        this.count = count;
        this.body = body;
        Single = count.Single;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) => count.Eval(e, frame, input) is { } n ? Find(e, frame, input, n) : null;

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) => Single
        ? base.Emit(e, frame, input, sink)
        : count.Emit(e, frame, input, new DelegateSink(n => Find(e, frame, input, n) is not { } value || sink.Accept(value)));

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink) =>
        count.Emit(e, frame, input, new DelegateSink(n =>
        {
            MustCount(n);
            return new FirstNode(new LimitNode(new ConstantNode(n), body, skips: true)).Paths(e, frame, path, input, sink);
        }));

    private static void MustCount(Json n)
    {
        if (n is not JsonNumber { Value: >= 0 })
        {
            throw Values.Error("nth doesn't support negative indices");
        }
    }

    private Json? Find(Evaluator e, Frame frame, Json input, Json n)
    {
        MustCount(n);
        return FirstSink.Of(e, new LimitNode(new ConstantNode(n), body, skips: true), frame, input);
    }
}

/// <summary><c>isempty(f)</c></summary>
internal sealed class IsEmptyNode : Node
{
    private readonly Node body;

    public IsEmptyNode(Node body)
    {
        this.body = body;
        Single = true;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) => Json.Of(FirstSink.Of(e, body, frame, input) is null);
}

/// <summary><c>any(generator; condition)</c> and <c>all</c>: ends with the first that decides.</summary>
internal sealed class AnyNode : Node
{
    private readonly Node items;
    private readonly Node condition;
    private readonly bool sought;

    public AnyNode(Node items, Node condition, bool sought)
    {
        this.items = items;
        this.condition = condition;
        this.sought = sought;
        Single = true;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        var decided = false;
        var stop = new object();
        var verdict = new DelegateSink(value =>
        {
            if (value.IsTruthy != sought)
            {
                return true;
            }

            decided = true;
            e.StopTarget = stop;
            return false;
        });
        var finished = items.Emit(e, frame, input, new DelegateSink(item =>
        {
            e.Tick();
            if (!condition.Single)
            {
                return condition.Emit(e, frame, item, verdict);
            }

            var value = condition.Eval(e, frame, item);
            return value is null || verdict.Accept(value);
        }));
        if (decided)
        {
            e.StopTarget = null;
            finished = true;
        }

        Must(e, finished);
        return Json.Of(decided == sought);
    }
}
