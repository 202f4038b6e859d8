using System.Runtime.CompilerServices;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Evaluation;

internal sealed class IdentityNode : Node
{
    public static readonly IdentityNode Instance = new();

    private IdentityNode() => Single = true;

    public override bool CanUpdate => true;

    public override Json? Eval(Evaluator e, Frame frame, Json input) => input;

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink) => sink.Accept(path, input);

    public override Json? Update(Evaluator e, Frame frame, Json input, Updater updater) => updater.Apply(input);
}

internal sealed class EmptyNode : Node
{
    public static readonly EmptyNode Instance = new();

    private EmptyNode() => Single = true;

    public override bool CanUpdate => true;

    public override Json? Eval(Evaluator e, Frame frame, Json input) => null;

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink) => true;

    public override Json? Update(Evaluator e, Frame frame, Json input, Updater updater) => input;
}

internal sealed class ConstantNode : Node
{
    public ConstantNode(Json value)
    {
        Value = value;
        Single = true;
    }

    public Json Value { get; }

    public override Json? Eval(Evaluator e, Frame frame, Json input) => Value;
}

internal sealed class VariableNode : Node
{
    private readonly int levels;
    private readonly int slot;

    public VariableNode(int levels, int slot)
    {
        this.levels = levels;
        this.slot = slot;
        Single = true;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) => frame.Up(levels).Slots[slot] ?? Json.Null;
}

internal sealed class PipeNode : Node
{
    private readonly Node first;
    private readonly Node then;

    public PipeNode(Node first, Node then)
    {
        this.first = first;
        this.then = then;
        Single = first.Single && then.Single;
    }

    public override bool CanUpdate => first.CanUpdate && then.CanUpdate;

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        var value = first.Eval(e, frame, input);
        return value is null ? null : then.Eval(e, frame, value);
    }

    public override Json? EvalTail(Evaluator e, Frame frame, Json input)
    {
        var value = first.Eval(e, frame, input);
        return value is null ? null : then.EvalTail(e, frame, value);
    }

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink)
    {
        if (!first.Single)
        {
            return first.Emit(e, frame, input, new Link(e, frame, then, sink));
        }

        var value = first.Eval(e, frame, input);
        return value is null || then.Emit(e, frame, value, sink);
    }

    public override bool EmitTail(Evaluator e, Frame frame, Json input, Sink sink)
    {
        if (Single || !first.Single)
        {
            return Single ? base.EmitTail(e, frame, input, sink) : first.Emit(e, frame, input, new Link(e, frame, then, sink));
        }

        var value = first.Eval(e, frame, input);
        return value is null || then.EmitTail(e, frame, value, sink);
    }

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink) =>
        first.Paths(e, frame, path, input, new PathLink(e, frame, then, sink));

    public override Json? Update(Evaluator e, Frame frame, Json input, Updater updater) =>
        first.Update(e, frame, input, new Inner(e, frame, then, updater));

    private sealed class Link(Evaluator e, Frame frame, Node then, Sink sink) : Sink
    {
        public override bool Accept(Json value)
        {
            e.Tick();
            RuntimeHelpers.EnsureSufficientExecutionStack();
            if (!then.Single)
            {
                return then.Emit(e, frame, value, sink);
            }

            var result = then.Eval(e, frame, value);
            return result is null || sink.Accept(result);
        }
    }

    private sealed class PathLink(Evaluator e, Frame frame, Node then, PathSink sink) : PathSink
    {
        public override bool Accept(Trail path, Json value)
        {
            e.Tick();
            RuntimeHelpers.EnsureSufficientExecutionStack();
            return then.Paths(e, frame, path, value, sink);
        }
    }

    private sealed class Inner(Evaluator e, Frame frame, Node then, Updater updater) : Updater
    {
        public override Json? Apply(Json value) => then.Update(e, frame, value, updater);
    }
}

internal sealed class CommaNode(Node first, Node second) : Node
{
    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) =>
        first.Emit(e, frame, input, sink) && second.Emit(e, frame, input, sink);

    public override bool EmitTail(Evaluator e, Frame frame, Json input, Sink sink) =>
        first.Emit(e, frame, input, sink) && second.EmitTail(e, frame, input, sink);

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink) =>
        first.Paths(e, frame, path, input, sink) && second.Paths(e, frame, path, input, sink);
}
