using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Evaluation;

/// <summary><c>.name</c> on a part that gives at most one value: the most frequent of all.</summary>
internal sealed class MemberNode : Node
{
    private readonly Node target;
    private readonly JsonString key;
    private readonly bool optional;

    public MemberNode(Node target, JsonString key, bool optional)
    {
        this.target = target;
        this.key = key;
        this.optional = optional;
        Single = target.Single;
    }

    public override bool CanUpdate => target.CanUpdate && !optional;

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        var from = target.Eval(e, frame, input);
        return from is null ? null : Get(e, from);
    }

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) => Single
        ? base.Emit(e, frame, input, sink)
        : target.Emit(e, frame, input, new Reader(e, this, sink));

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink) =>
        target.Paths(e, frame, path, input, new PathReader(e, this, sink));

    public override Json? Update(Evaluator e, Frame frame, Json input, Updater updater) =>
        target.Update(e, frame, input, new Inner(e, this, updater));

    private Json? Get(Evaluator e, Json from)
    {
        if (from is JsonObject members)
        {
            return members[key.Value] ?? Json.Null;
        }

        return from is JsonNull ? from : optional ? null : Values.Get(e, from, key);
    }

    private sealed class Reader(Evaluator e, MemberNode node, Sink sink) : Sink
    {
        public override bool Accept(Json value)
        {
            e.Tick();
            return node.Get(e, value) is not { } member || sink.Accept(member);
        }
    }

    private sealed class PathReader(Evaluator e, MemberNode node, PathSink sink) : PathSink
    {
        public override bool Accept(Trail path, Json value)
        {
            e.Tick();
            AtNode.MustBeWhole(path, value, node.key);
            return node.Get(e, value) is not { } member || sink.Accept(path.Then(node.key), member);
        }
    }

    private sealed class Inner(Evaluator e, MemberNode node, Updater updater) : Updater
    {
        public override Json? Apply(Json value)
        {
            var replaced = updater.Apply(node.Get(e, value)!);
            return replaced is null ? PathOperations.Cut(e, value, [node.key]) : Values.Set(e, value, node.key, replaced);
        }
    }
}

/// <summary><c>target[key]</c>: the key turns slower than the target.</summary>
internal sealed class AtNode : Node
{
    private readonly Node target;
    private readonly Node key;
    private readonly bool optional;

    public AtNode(Node target, Node key, bool optional)
    {
        this.target = target;
        this.key = key;
        this.optional = optional;
        Single = target.Single && key.Single;
    }

    public override bool CanUpdate => target.CanUpdate && key.Single && !optional;

    public static void MustBeWhole(Trail path, Json value, Json key)
    {
        if (ReferenceEquals(path, Trail.Broken))
        {
            throw Values.Error($"Invalid path expression near attempt to access element {Values.Shown(key)} of {Values.Shown(value)}");
        }
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) =>
        key.Eval(e, frame, input) is { } at && target.Eval(e, frame, input) is { } from ? Get(e, from, at) : null;

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) => Single
        ? base.Emit(e, frame, input, sink)
        : key.Emit(e, frame, input, new DelegateSink(at => target.Emit(e, frame, input, new DelegateSink(from =>
        {
            e.Tick();
            return Get(e, from, at) is not { } value || sink.Accept(value);
        }))));

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink) =>
        key.Emit(e, frame, input, new DelegateSink(at => target.Paths(e, frame, path, input, new DelegatePathSink((where, from) =>
        {
            e.Tick();
            MustBeWhole(where, from, at);
            return Get(e, from, at) is not { } value || sink.Accept(where.Then(at), value);
        }))));

    public override Json? Update(Evaluator e, Frame frame, Json input, Updater updater) => key.Eval(e, frame, input) is not { } at
        ? input
        : target.Update(e, frame, input, new DelegateUpdater(value =>
        {
            var replaced = updater.Apply(Values.Get(e, value, at));
            if (at is JsonArray)
            {
                throw Values.Error("Cannot update field at array index of array");
            }

            return replaced is null ? PathOperations.Cut(e, value, [at]) : Values.Set(e, value, at, replaced);
        }));

    private Json? Get(Evaluator e, Json from, Json at) => optional && !Values.CanGet(from, at) ? null : Values.Get(e, from, at);
}

/// <summary><c>target[from:to]</c></summary>
internal sealed class SliceNode : Node
{
    private readonly Node target;
    private readonly Node from;
    private readonly Node to;
    private readonly bool optional;

    public SliceNode(Node target, Node from, Node to, bool optional)
    {
        this.target = target;
        this.from = from;
        this.to = to;
        this.optional = optional;
        Single = target.Single && from.Single && to.Single;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) =>
        from.Eval(e, frame, input) is { } start && to.Eval(e, frame, input) is { } end && target.Eval(e, frame, input) is { } value
            ? Get(e, value, start, end)
            : null;

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) => Single
        ? base.Emit(e, frame, input, sink)
        : from.Emit(e, frame, input, new DelegateSink(start => to.Emit(e, frame, input, new DelegateSink(end =>
            target.Emit(e, frame, input, new DelegateSink(value =>
            {
                e.Tick();
                return Get(e, value, start, end) is not { } part || sink.Accept(part);
            }))))));

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink) =>
        from.Emit(e, frame, input, new DelegateSink(start => to.Emit(e, frame, input, new DelegateSink(end =>
            target.Paths(e, frame, path, input, new DelegatePathSink((where, value) =>
            {
                e.Tick();
                var key = Slices.Key(start, end);
                AtNode.MustBeWhole(where, value, key);
                return Get(e, value, start, end) is not { } part || sink.Accept(where.Then(key), part);
            }))))));

    private Json? Get(Evaluator e, Json value, Json start, Json end) =>
        optional && !Values.CanGet(value, Slices.Key(start, end)) ? null : Slices.Of(e, value, start, end);
}

/// <summary><c>target[]</c></summary>
internal sealed class EachNode(Node target, bool optional) : Node
{
    public override bool CanUpdate => target.CanUpdate && !optional;

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink)
    {
        if (!target.Single)
        {
            return target.Emit(e, frame, input, new DelegateSink(value => All(e, value, sink)));
        }

        var only = target.Eval(e, frame, input);
        return only is null || All(e, only, sink);
    }

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink) =>
        target.Paths(e, frame, path, input, new DelegatePathSink((where, value) =>
        {
            if (ReferenceEquals(where, Trail.Broken))
            {
                throw Values.Error($"Invalid path expression near attempt to iterate through {Values.Shown(value)}");
            }

            return All(e, where, value, sink);
        }));

    public override Json? Update(Evaluator e, Frame frame, Json input, Updater updater) =>
        target.Update(e, frame, input, new DelegateUpdater(value => UpdateAll(e, value, updater)));

    private bool All(Evaluator e, Json value, Sink sink)
    {
        var items = value switch
        {
            JsonArray array => array.Span,
            JsonObject members => members.Values,
            _ => optional ? [] : throw Values.NotIterable(value),
        };
        foreach (var item in items)
        {
            e.Tick();
            if (!sink.Accept(item))
            {
                return false;
            }
        }

        return true;
    }

    private bool All(Evaluator e, Trail where, Json value, PathSink sink)
    {
        switch (value)
        {
            case JsonArray array:
                for (var i = 0; i < array.Count; i++)
                {
                    e.Tick();
                    if (!sink.Accept(where.Then(JsonNumber.From(i)), array[i]))
                    {
                        return false;
                    }
                }

                return true;
            case JsonObject members:
                for (var i = 0; i < members.Count; i++)
                {
                    e.Tick();
                    if (!sink.Accept(where.Then(new JsonString(members.Keys[i])), members.Values[i]))
                    {
                        return false;
                    }
                }

                return true;
            default:
                return optional ? true : throw Values.NotIterable(value);
        }
    }

    private Json UpdateAll(Evaluator e, Json value, Updater updater)
    {
        var items = value switch
        {
            JsonArray array => array.Span,
            JsonObject members => members.Values,
            _ => optional ? [] : throw Values.NotIterable(value),
        };
        var kept = new Json[items.Length];
        var gone = false;
        e.Grow(items.Length);
        for (var i = 0; i < items.Length; i++)
        {
            e.Tick();
            var replaced = updater.Apply(items[i]);
            gone |= replaced is null;
            kept[i] = replaced!;
        }

        switch (value)
        {
            case JsonArray:
                return JsonArray.Wrap(gone ? [.. kept.Where(item => item is not null)] : kept);
            case JsonObject members when !gone:
                return members.WithValues(kept);
            case JsonObject members:
                var builder = new JsonObjectBuilder(members.Count);
                for (var i = 0; i < kept.Length; i++)
                {
                    if (kept[i] is not null)
                    {
                        builder.Set(members.Keys[i], kept[i]);
                    }
                }

                return builder.ToObject();
            default:
                return value;
        }
    }
}
