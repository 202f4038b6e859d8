using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Evaluation;

/// <summary>A compiled pattern: sets variables from a value and calls on, once for each way its keys allow.</summary>
internal abstract class Binder
{
    /// <summary>Binds in one way only, so that <see cref="Set"/> may be called.</summary>
    public bool Single { get; protected init; } = true;

    public abstract void Set(Evaluator e, Frame frame, Json input, Json value);

    /// <param name="input">What the pattern's own expressions see as <c>.</c></param>
    public virtual bool Each(Evaluator e, Frame frame, Json input, Json value, Func<bool> then)
    {
        Set(e, frame, input, value);
        return then();
    }
}

internal sealed class VariableBinder(int slot) : Binder
{
    public override void Set(Evaluator e, Frame frame, Json input, Json value) => frame.Slots[slot] = value;
}

/// <summary>Parts of a value, each by a key: of an object or, by number, of an array.</summary>
internal sealed class PartsBinder : Binder
{
    private readonly (Node Key, Binder Binder)[] parts;
    private readonly bool isArray;

    public PartsBinder((Node Key, Binder Binder)[] parts, bool isArray)
    {
        this.parts = parts;
        this.isArray = isArray;
        Single = parts.All(p => p.Key.Single && p.Binder.Single && p.Key is ConstantNode);
    }

    public override void Set(Evaluator e, Frame frame, Json input, Json value)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (var (key, binder) in parts)
        {
            binder.Set(e, frame, input, Part(e, value, key.Eval(e, frame, input)!));
        }
    }

    public override bool Each(Evaluator e, Frame frame, Json input, Json value, Func<bool> then)
    {
        if (Single)
        {
            return base.Each(e, frame, input, value, then);
        }

        return Each(e, frame, input, value, then, 0);
    }

    private bool Each(Evaluator e, Frame frame, Json input, Json value, Func<bool> then, int index)
    {
        if (index == parts.Length)
        {
            e.Tick();
            return then();
        }

        var (key, binder) = parts[index];
        return key.Emit(e, frame, input, new DelegateSink(at =>
            binder.Each(e, frame, input, Part(e, value, at), () => Each(e, frame, input, value, then, index + 1))));
    }

    private Json Part(Evaluator e, Json value, Json key)
    {
        if (!isArray && key is not JsonString)
        {
            throw Values.Error($"Cannot index {Values.KindName(value)} with {Values.KindName(key)} ({Values.Shown(key)})");
        }

        return Values.Get(e, value, key);
    }
}

/// <summary>A variable that takes a value whole while a pattern takes it apart.</summary>
internal sealed class WholeAndPartsBinder : Binder
{
    private readonly int slot;
    private readonly Binder parts;

    public WholeAndPartsBinder(int slot, Binder parts)
    {
        this.slot = slot;
        this.parts = parts;
        Single = parts.Single;
    }

    public override void Set(Evaluator e, Frame frame, Json input, Json value)
    {
        frame.Slots[slot] = value;
        parts.Set(e, frame, input, value);
    }

    public override bool Each(Evaluator e, Frame frame, Json input, Json value, Func<bool> then)
    {
        frame.Slots[slot] = value;
        return parts.Each(e, frame, input, value, then);
    }
}

/// <summary>One pattern or several alternatives (<c>?//</c>): an error in one, or in what follows it, moves on to the next.</summary>
internal sealed class Binding(Binder[] alternatives, int[] slots)
{
    public bool Single => alternatives.Length == 1 && alternatives[0].Single;

    public void Set(Evaluator e, Frame frame, Json input, Json value) => alternatives[0].Set(e, frame, input, value);

    /// <param name="outside">Whether an exception comes from those who take the results rather than from the body.</param>
    public bool Each(Evaluator e, Frame frame, Json input, Json value, Func<bool> then, Func<bool>? outside = null)
    {
        if (alternatives.Length == 1)
        {
            return alternatives[0].Each(e, frame, input, value, then);
        }

        for (var i = 0; ; i++)
        {
            var depth = e.Depth;
            foreach (var slot in slots)
            {
                frame.Slots[slot] = Json.Null;
            }

            try
            {
                return alternatives[i].Each(e, frame, input, value, then);
            }
            catch (Exception exception) when (
                i + 1 < alternatives.Length && outside?.Invoke() != true && TryNode.ErrorValue(exception) is not null)
            {
                e.Depth = depth;
            }
        }
    }
}

/// <summary><c>source as $name | body</c></summary>
internal sealed class BindNode : Node
{
    private readonly Node source;
    private readonly Binding binding;
    private readonly Node body;

    public BindNode(Node source, Binding binding, Node body)
    {
        this.source = source;
        this.binding = binding;
        this.body = body;
        Single = source.Single && binding.Single && body.Single;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) => Bind(e, frame, input) ? body.Eval(e, frame, input) : null;

    public override Json? EvalTail(Evaluator e, Frame frame, Json input) => Bind(e, frame, input) ? body.EvalTail(e, frame, input) : null;

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink)
    {
        if (source.Single && binding.Single)
        {
            return !Bind(e, frame, input) || body.Emit(e, frame, input, sink);
        }

        var guard = new Guard(sink);
        return source.Emit(e, frame, input, new DelegateSink(value =>
        {
            e.Tick();
            if (binding.Single)
            {
                binding.Set(e, frame, input, value);
                return body.Emit(e, frame, input, sink);
            }

            return binding.Each(e, frame, input, value, () => body.Emit(e, frame, input, guard), () => guard.Outside);
        }));
    }

    public override bool EmitTail(Evaluator e, Frame frame, Json input, Sink sink)
    {
        if (Single || !source.Single || !binding.Single)
        {
            return Single ? base.EmitTail(e, frame, input, sink) : Emit(e, frame, input, sink);
        }

        return !Bind(e, frame, input) || body.EmitTail(e, frame, input, sink);
    }

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink) =>
        source.Emit(e, frame, input, new DelegateSink(value =>
            binding.Each(e, frame, input, value, () => body.Paths(e, frame, path, input, sink))));

    private bool Bind(Evaluator e, Frame frame, Json input)
    {
        if (source.Eval(e, frame, input) is not { } value)
        {
            return false;
        }

        binding.Set(e, frame, input, value);
        return true;
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
