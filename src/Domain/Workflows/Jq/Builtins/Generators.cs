using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Evaluation;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary>Functions that take filters: loops, searches, ranges.</summary>
internal static class Generators
{
    public static readonly Builtin[] Functions =
    [
        new("map", 1, (a, _) => new MapNode(a[0])),
        new("select", 1, (a, _) => new SelectNode(a[0])),
        new("map_values", 1, (a, _) => new ModifyNode(new EachNode(IdentityNode.Instance, optional: false), a[0])),
        new("recurse", 0, (_, _) => new RecurseNode(new EachNode(IdentityNode.Instance, optional: true), null)),
        new("recurse_down", 0, (_, _) => new RecurseNode(new EachNode(IdentityNode.Instance, optional: true), null)),
        new("recurse", 1, (a, _) => new RecurseNode(a[0], null), Reentrant: true),
        new("recurse", 2, (a, _) => new RecurseNode(a[0], a[1]), Reentrant: true),
        new("range", 1, (a, _) => new RangeNode(new ConstantNode(JsonNumber.From(0)), a[0], new ConstantNode(JsonNumber.From(1)))),
        new("range", 2, (a, _) => new RangeNode(a[0], a[1], new ConstantNode(JsonNumber.From(1)))),
        new("range", 3, (a, _) => new RangeNode(a[0], a[1], a[2])),
        new("first", 0, (_, _) => new AtNode(IdentityNode.Instance, new ConstantNode(JsonNumber.From(0)), optional: false)),
        new("last", 0, (_, _) => new AtNode(IdentityNode.Instance, new ConstantNode(JsonNumber.From(-1)), optional: false)),
        new("nth", 1, (a, _) => new AtNode(IdentityNode.Instance, a[0], optional: false)),
        new("first", 1, (a, _) => new FirstNode(a[0])),
        new("last", 1, (a, _) => new LastNode(a[0])),
        new("limit", 2, (a, _) => new LimitNode(a[0], a[1], skips: false)),
        new("skip", 2, (a, _) => new LimitNode(a[0], a[1], skips: true)),
        new("nth", 2, (a, _) => new NthNode(a[0], a[1])),
        new("isempty", 1, (a, _) => new IsEmptyNode(a[0])),
        new("isvalid", 1, (a, _) => new TryNode(new PipeNode(new FirstNode(a[0]), new ConstantNode(Json.True)), new ConstantNode(Json.False))),
        new("any", 0, (_, _) => new AnyNode(new EachNode(IdentityNode.Instance, optional: false), IdentityNode.Instance, sought: true)),
        new("all", 0, (_, _) => new AnyNode(new EachNode(IdentityNode.Instance, optional: false), IdentityNode.Instance, sought: false)),
        new("any", 1, (a, _) => new AnyNode(new EachNode(IdentityNode.Instance, optional: false), a[0], sought: true)),
        new("all", 1, (a, _) => new AnyNode(new EachNode(IdentityNode.Instance, optional: false), a[0], sought: false)),
        new("any", 2, (a, _) => new AnyNode(a[0], a[1], sought: true)),
        new("all", 2, (a, _) => new AnyNode(a[0], a[1], sought: false)),
        new("until", 2, (a, _) => new UntilNode(a[0], a[1]), Reentrant: true),
        new("while", 2, (a, _) => new WhileNode(a[0], a[1]), Reentrant: true),
        new("repeat", 1, (a, _) => new RepeatNode(a[0])),
        new("walk", 1, (a, _) => new WalkNode(a[0]), Reentrant: true),
    ];
}

internal sealed class MapNode : Node
{
    private readonly Node body;

    public MapNode(Node body)
    {
        this.body = body;
        Single = true;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        var items = input switch
        {
            JsonArray array => array.Span,
            JsonObject members => members.Values,
            _ => throw Values.Error($"Cannot iterate over {Values.KindName(input)}{(input is JsonNull ? "" : $" ({Values.Shown(input)})")}"),
        };
        if (!body.Single)
        {
            var sink = new CollectSink(e);
            foreach (var item in items)
            {
                e.Tick();
                Must(e, body.Emit(e, frame, item, sink));
            }

            return sink.ToArray();
        }

        var values = new Json[items.Length];
        var count = 0;
        e.Grow(values.Length);
        foreach (var item in items)
        {
            e.Tick();
            if (body.Eval(e, frame, item) is { } value)
            {
                values[count++] = value;
            }
        }

        return count == values.Length ? JsonArray.Wrap(values) : new JsonArray(values, count);
    }
}

internal sealed class SelectNode : Node
{
    private readonly Node condition;

    public SelectNode(Node condition)
    {
        this.condition = condition;
        Single = condition.Single;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) =>
        condition.Eval(e, frame, input) is { IsTruthy: true } ? input : null;

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) => Single
        ? base.Emit(e, frame, input, sink)
        : condition.Emit(e, frame, input, new DelegateSink(value => !value.IsTruthy || sink.Accept(input)));

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink)
    {
        if (Single)
        {
            return condition.Eval(e, frame, input) is not { IsTruthy: true } || sink.Accept(path, input);
        }

        return condition.Emit(e, frame, input, new DelegateSink(value => !value.IsTruthy || sink.Accept(path, input)));
    }
}

/// <summary><c>recurse(f)</c>, <c>recurse(f; condition)</c>, <c>..</c>: the input, then the same for everything f gives for it.</summary>
internal sealed class RecurseNode(Node step, Node? condition) : Node
{
    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink)
    {
        // While a step gives one value at most the loop goes on in place, however long it is.
        while (step.Single && condition is null or { Single: true })
        {
            e.Tick();
            if (!sink.Accept(input))
            {
                return false;
            }

            var next = step.Eval(e, frame, input);
            if (next is null || (condition is not null && condition.Eval(e, frame, next) is not { IsTruthy: true }))
            {
                return true;
            }

            input = next;
        }

        e.Enter();
        var more = sink.Accept(input) && step.Emit(e, frame, input, new DelegateSink(next => condition is null
            ? Emit(e, frame, next, sink)
            : condition.Emit(e, frame, next, new DelegateSink(keep => !keep.IsTruthy || Emit(e, frame, next, sink)))));
        e.Depth--;
        return more;
    }

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink)
    {
        e.Enter();
        var more = sink.Accept(path, input) && step.Paths(e, frame, path, input, new DelegatePathSink((where, next) => condition is null
            ? Paths(e, frame, where, next, sink)
            : condition.Emit(e, frame, next, new DelegateSink(keep => !keep.IsTruthy || Paths(e, frame, where, next, sink)))));
        e.Depth--;
        return more;
    }
}

/// <summary><c>range(from; to; by)</c>, the first argument turning slowest.</summary>
internal sealed class RangeNode(Node from, Node to, Node by) : Node
{
    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) =>
        from.Single && to.Single && by.Single
            ? from.Eval(e, frame, input) is not { } a || to.Eval(e, frame, input) is not { } b || by.Eval(e, frame, input) is not { } c || Count(e, a, b, c, sink)
            : ValuesNode.Combine(e, frame, input, [from, to, by], firstIsSlowest: true, v => Count(e, v[0], v[1], v[2], sink));

    private static bool Count(Evaluator e, Json from, Json to, Json by, Sink sink)
    {
        if (from is not JsonNumber first || to is not JsonNumber last || by is not JsonNumber step)
        {
            throw Values.Error("Range bounds must be numeric");
        }

        var (value, end, stride) = (first.Value, last.Value, step.Value);
        while (stride > 0 ? value < end : stride < 0 && value > end)
        {
            e.Tick();
            if (!sink.Accept(JsonNumber.From(value)))
            {
                return false;
            }

            value += stride;
        }

        return true;
    }
}

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
