using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Evaluation;

/// <summary><c>[ … ]</c></summary>
internal sealed class ArrayNode : Node
{
    private readonly Node items;

    public ArrayNode(Node items)
    {
        this.items = items;
        Single = true;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) => Collect(e, items, frame, input);

    public static JsonArray Collect(Evaluator e, Node items, Frame frame, Json input)
    {
        if (items.Single)
        {
            e.Grow(1);
            return items.Eval(e, frame, input) is { } only ? JsonArray.Wrap([only]) : JsonArray.Empty;
        }

        var sink = new CollectSink(e);
        Must(e, items.Emit(e, frame, input, sink));
        return sink.ToArray();
    }
}

/// <summary><c>[a, b, …]</c> of parts that give at most one value each.</summary>
internal sealed class TupleNode : Node
{
    private readonly Node[] items;

    public TupleNode(Node[] items)
    {
        this.items = items;
        Single = true;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        e.Grow(items.Length);
        var values = new Json[items.Length];
        var count = 0;
        foreach (var item in items)
        {
            if (item.Eval(e, frame, input) is { } value)
            {
                values[count++] = value;
            }
        }

        return count == values.Length ? JsonArray.Wrap(values) : new JsonArray(values, count);
    }
}

/// <summary><c>{ … }</c>: one object for every combination of keys and values, the first member turning slowest.</summary>
internal sealed class ObjectNode : Node
{
    private readonly (Node Key, Node Value)[] members;
    private readonly JsonKeys? shape;

    public ObjectNode((Node Key, Node Value)[] members)
    {
        this.members = members;
        Single = members.All(m => m.Key.Single && m.Value.Single);
        var names = members.Select(m => m.Key is ConstantNode { Value: JsonString name } ? name.Value : null).ToArray();
        if (Single && !names.Contains(null) && names.Distinct().Count() == names.Length)
        {
            shape = new JsonKeys(names!);
        }
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        e.Grow(members.Length);
        if (shape is null)
        {
            return Build(e, frame, input);
        }

        var values = new Json[members.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (members[i].Value.Eval(e, frame, input) is not { } value)
            {
                return null;
            }

            values[i] = value;
        }

        return new JsonObject(shape, values, values.Length);
    }

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) =>
        Single ? base.Emit(e, frame, input, sink) : Member(e, frame, input, sink, 0, JsonObject.Empty);

    private JsonObject? Build(Evaluator e, Frame frame, Json input)
    {
        var builder = new JsonObjectBuilder(members.Length);
        foreach (var (key, value) in members)
        {
            if (key.Eval(e, frame, input) is not { } name || value.Eval(e, frame, input) is not { } content)
            {
                return null;
            }

            builder.Set(Name(name), content);
        }

        return builder.ToObject();
    }

    private bool Member(Evaluator e, Frame frame, Json input, Sink sink, int index, JsonObject before)
    {
        if (index == members.Length)
        {
            e.Tick();
            e.Grow(members.Length);
            return sink.Accept(before);
        }

        var (key, value) = members[index];
        return key.Emit(e, frame, input, new DelegateSink(name =>
            value.Emit(e, frame, input, new DelegateSink(content =>
            {
                e.Tick(1 + (before.Count / 16));
                return Member(e, frame, input, sink, index + 1, before.With(Name(name), content));
            }))));
    }

    private static string Name(Json key) => key is JsonString name
        ? name.Value
        : throw Values.Error($"Cannot use {Values.KindName(key)} ({Values.Shown(key)}) as object key");
}

/// <summary>A string with interpolations, the last one turning slowest.</summary>
internal sealed class InterpolationNode : Node
{
    private readonly Node[] parts;
    private readonly string?[] literals;
    private readonly Func<Evaluator, Json, string> format;

    /// <param name="texts">The texts between, by the places of their parts; null where a part is computed and formatted.</param>
    public InterpolationNode(Node[] parts, string?[] texts, Func<Evaluator, Json, string> format)
    {
        this.parts = parts;
        literals = texts;
        this.format = format;
        Single = parts.All(p => p.Single);
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        var texts = new string[parts.Length];
        var size = 0L;
        for (var i = parts.Length - 1; i >= 0; i--)
        {
            if (parts[i].Eval(e, frame, input) is not { } value)
            {
                return null;
            }

            texts[i] = Text(e, i, value);
            size += texts[i].Length;
        }

        e.Grow(size);
        return new JsonString(string.Concat(texts));
    }

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) =>
        Single ? base.Emit(e, frame, input, sink) : Part(e, frame, input, sink, parts.Length - 1, "");

    private string Text(Evaluator e, int index, Json value) => literals[index] ?? format(e, value);

    private bool Part(Evaluator e, Frame frame, Json input, Sink sink, int index, string after)
    {
        if (index < 0)
        {
            return sink.Accept(new JsonString(after));
        }

        return parts[index].Emit(e, frame, input, new DelegateSink(value =>
        {
            var text = Text(e, index, value);
            e.Tick();
            e.Grow(text.Length + after.Length);
            return Part(e, frame, input, sink, index - 1, text + after);
        }));
    }
}
