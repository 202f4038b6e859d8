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
            _ => throw Values.NotIterable(input),
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
