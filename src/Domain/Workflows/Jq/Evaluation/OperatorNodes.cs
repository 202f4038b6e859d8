using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Evaluation;

/// <summary>An operator on two values; the right one turns slower.</summary>
internal sealed class BinaryNode : Node
{
    private readonly Operator operation;
    private readonly Node left;
    private readonly Node right;
    private readonly Json? constant;

    public BinaryNode(Operator operation, Node left, Node right)
    {
        this.operation = operation;
        this.left = left;
        this.right = right;
        constant = (right as ConstantNode)?.Value;
        Single = left.Single && right.Single;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        var b = constant ?? right.Eval(e, frame, input);
        if (b is null)
        {
            return null;
        }

        var a = left.Eval(e, frame, input);
        return a is null ? null : Arithmetic.Apply(e, operation, a, b);
    }

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) => Single
        ? base.Emit(e, frame, input, sink)
        : right.Emit(e, frame, input, new DelegateSink(b => left.Emit(e, frame, input, new DelegateSink(a =>
        {
            e.Tick();
            return sink.Accept(Arithmetic.Apply(e, operation, a, b));
        }))));
}

internal sealed class NegateNode : Node
{
    private readonly Node value;

    public NegateNode(Node value)
    {
        this.value = value;
        Single = value.Single;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) =>
        value.Eval(e, frame, input) is { } number ? Arithmetic.Negate(number) : null;

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) => Single
        ? base.Emit(e, frame, input, sink)
        : value.Emit(e, frame, input, new DelegateSink(number => sink.Accept(Arithmetic.Negate(number))));
}

/// <summary><c>and</c>, <c>or</c>: the right side is asked only where the left has not decided.</summary>
internal sealed class LogicNode : Node
{
    private readonly bool decides;
    private readonly Node left;
    private readonly Node right;

    /// <param name="decides">What the left side decides by: false for <c>and</c>, true for <c>or</c>.</param>
    public LogicNode(bool decides, Node left, Node right)
    {
        this.decides = decides;
        this.left = left;
        this.right = right;
        Single = left.Single && right.Single;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        var a = left.Eval(e, frame, input);
        if (a is null || a.IsTruthy == decides)
        {
            return a is null ? null : Json.Of(decides);
        }

        return right.Eval(e, frame, input) is { } b ? Json.Of(b.IsTruthy) : null;
    }

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) => Single
        ? base.Emit(e, frame, input, sink)
        : left.Emit(e, frame, input, new DelegateSink(a =>
        {
            e.Tick();
            return a.IsTruthy == decides
                ? sink.Accept(Json.Of(decides))
                : right.Emit(e, frame, input, new DelegateSink(b => sink.Accept(Json.Of(b.IsTruthy))));
        }));
}

/// <summary><c>a // b</c>: what of a is neither false nor null; b where there is no such.</summary>
internal sealed class AlternativeNode : Node
{
    private readonly Node left;
    private readonly Node right;

    public AlternativeNode(Node left, Node right)
    {
        this.left = left;
        this.right = right;
        Single = left.Single && right.Single;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) =>
        left.Eval(e, frame, input) is { IsTruthy: true } value ? value : right.Eval(e, frame, input);

    public override Json? EvalTail(Evaluator e, Frame frame, Json input) =>
        left.Eval(e, frame, input) is { IsTruthy: true } value ? value : right.EvalTail(e, frame, input);

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink)
    {
        var filter = new Truthy(sink);
        return left.Emit(e, frame, input, filter) && (filter.Found || right.Emit(e, frame, input, sink));
    }

    public override bool EmitTail(Evaluator e, Frame frame, Json input, Sink sink)
    {
        if (Single)
        {
            return base.EmitTail(e, frame, input, sink);
        }

        var filter = new Truthy(sink);
        return left.Emit(e, frame, input, filter) && (filter.Found || right.EmitTail(e, frame, input, sink));
    }

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink)
    {
        var found = false;
        return left.Paths(e, frame, path, input, new DelegatePathSink((where, value) =>
        {
            found |= value.IsTruthy;
            return !value.IsTruthy || sink.Accept(where, value);
        })) && (found || right.Paths(e, frame, path, input, sink));
    }

    private sealed class Truthy(Sink sink) : Sink
    {
        public bool Found { get; private set; }

        public override bool Accept(Json value)
        {
            if (!value.IsTruthy)
            {
                return true;
            }

            Found = true;
            return sink.Accept(value);
        }
    }
}
