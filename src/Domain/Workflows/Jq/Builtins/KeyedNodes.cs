using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Evaluation;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary>Adds values up as <c>+</c> does; long runs of strings and arrays are put together once.</summary>
internal sealed class Sum(Evaluator e)
{
    private readonly System.Text.StringBuilder text = new();
    private Json total = Json.Null;

    public Json Total => text.Length > 0 ? new JsonString(text.ToString()) : total;

    public void Add(Json value)
    {
        e.Tick();
        if (total is JsonString && value is JsonString more)
        {
            if (text.Length == 0)
            {
                text.Append(((JsonString)total).Value);
            }

            e.Grow(more.Value.Length);
            text.Append(more.Value);
            return;
        }

        total = Arithmetic.Add(e, Total, value);
        text.Clear();
    }
}

/// <summary><c>add(f)</c></summary>
internal sealed class AddNode : Node
{
    private readonly Node items;

    public AddNode(Node items)
    {
        this.items = items;
        Single = true;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        var sum = new Sum(e);
        Must(e, items.Emit(e, frame, input, new DelegateSink(value =>
        {
            sum.Add(value);
            return true;
        })));
        return sum.Total;
    }
}

/// <summary><c>sort_by(f)</c> and its like: each element's key is all that f gives for it.</summary>
internal sealed class ByNode : Node
{
    private readonly Node key;
    private readonly Func<Evaluator, JsonArray, Json[], Json> function;

    public ByNode(Node key, Func<Evaluator, JsonArray, Json[], Json> function)
    {
        this.key = key;
        this.function = function;
        Single = true;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        var items = input as JsonArray ?? throw (input is JsonObject
            ? Values.Error(input, "cannot be sorted, as it is not an array")
            : Values.NotIterable(input));
        e.Grow(items.Count);
        return function(e, items, (key.Single ? OneByOne(e, frame, items) : null) ?? Lists(e, frame, items));
    }

    /// <summary>Single values order as the arrays of one do; null where some element has none.</summary>
    private Json[]? OneByOne(Evaluator e, Frame frame, JsonArray items)
    {
        var keys = new Json[items.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            e.Tick();
            if (key.Eval(e, frame, items[i]) is not { } only)
            {
                return null;
            }

            keys[i] = only;
        }

        return keys;
    }

    private Json[] Lists(Evaluator e, Frame frame, JsonArray items)
    {
        var keys = new Json[items.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            e.Tick();
            keys[i] = ArrayNode.Collect(e, key, frame, items[i]);
        }

        return keys;
    }
}
