using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Evaluation;

/// <summary>An argument of a call: a part with the frame it is evaluated in, or an argument of the caller handed through.</summary>
internal readonly record struct ArgumentSource(Node? Body, int Levels, int Index)
{
    public Closure In(Frame frame) => Body is not null ? new Closure(Body, frame) : frame.Up(Levels).Arguments[Index];
}

/// <summary>The call of a function that a program defines. In tail position it takes the place of its caller.</summary>
internal sealed class CallNode : Node
{
    private readonly Function function;
    private readonly int levels;
    private readonly ArgumentSource[] arguments;

    public CallNode(Function function, int levels, ArgumentSource[] arguments)
    {
        this.function = function;
        this.levels = levels;
        this.arguments = arguments;
        Single = function.Single;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        e.Enter();
        var result = e.FinishTail(function.Body.EvalTail(e, Open(frame), input));
        e.Depth--;
        return result;
    }

    public override Json? EvalTail(Evaluator e, Frame frame, Json input)
    {
        e.TailFunction = function;
        e.TailFrame = Open(frame);
        e.TailInput = input;
        return TailMark.Instance;
    }

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink)
    {
        e.Enter();
        var more = function.Body.EmitTail(e, Open(frame), input, sink) && e.FinishTail(sink);
        e.Depth--;
        return more;
    }

    public override bool EmitTail(Evaluator e, Frame frame, Json input, Sink sink)
    {
        e.TailFunction = function;
        e.TailFrame = Open(frame);
        e.TailInput = input;
        return true;
    }

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink)
    {
        e.Enter();
        var more = function.Body.Paths(e, Open(frame), path, input, sink);
        e.Depth--;
        return more;
    }

    private Frame Open(Frame frame)
    {
        var home = frame.Up(levels);
        if (function.Frameless)
        {
            return home;
        }

        var closures = arguments.Length == 0 ? [] : new Closure[arguments.Length];
        for (var i = 0; i < closures.Length; i++)
        {
            closures[i] = arguments[i].In(frame);
        }

        return new Frame(home, function.Slots, closures);
    }
}

/// <summary>The use of an argument inside of the function that took it.</summary>
internal sealed class ArgumentNode : Node
{
    private readonly int levels;
    private readonly int index;

    public ArgumentNode(int levels, int index, bool single)
    {
        this.levels = levels;
        this.index = index;
        Single = single;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        var closure = frame.Up(levels).Arguments[index];
        e.Enter();
        var result = closure.Body.Eval(e, closure.Frame, input);
        e.Depth--;
        return result;
    }

    public override Json? EvalTail(Evaluator e, Frame frame, Json input)
    {
        var closure = frame.Up(levels).Arguments[index];
        return closure.Body.EvalTail(e, closure.Frame, input);
    }

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink)
    {
        var closure = frame.Up(levels).Arguments[index];
        e.Enter();
        var more = closure.Body.Emit(e, closure.Frame, input, sink);
        e.Depth--;
        return more;
    }

    public override bool EmitTail(Evaluator e, Frame frame, Json input, Sink sink)
    {
        var closure = frame.Up(levels).Arguments[index];
        return Single ? base.EmitTail(e, frame, input, sink) : closure.Body.EmitTail(e, closure.Frame, input, sink);
    }

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink)
    {
        var closure = frame.Up(levels).Arguments[index];
        e.Enter();
        var more = closure.Body.Paths(e, closure.Frame, path, input, sink);
        e.Depth--;
        return more;
    }
}

/// <summary>A part that binds variables and may be entered again before it has ended: each time it gets room of its own.</summary>
internal sealed class LambdaNode : Node
{
    private readonly Node body;
    private readonly int slots;

    public LambdaNode(Node body, int slots)
    {
        this.body = body;
        this.slots = slots;
        Single = body.Single;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) => body.Eval(e, new Frame(frame, slots, []), input);

    public override Json? EvalTail(Evaluator e, Frame frame, Json input) => body.EvalTail(e, new Frame(frame, slots, []), input);

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) => body.Emit(e, new Frame(frame, slots, []), input, sink);

    public override bool EmitTail(Evaluator e, Frame frame, Json input, Sink sink) =>
        Single ? base.EmitTail(e, frame, input, sink) : body.EmitTail(e, new Frame(frame, slots, []), input, sink);

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink) =>
        body.Paths(e, new Frame(frame, slots, []), path, input, sink);
}
