using System.Runtime.CompilerServices;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Evaluation;

/// <summary>
/// A compiled part of a program. Most parts give at most one value: those are <see cref="Single"/> and are evaluated by a plain
/// call. The others push each value into a sink. Every part can also push the paths of its results, for assignments.
/// </summary>
internal abstract class Node
{
    /// <summary>Gives at most one value, so that <see cref="Eval"/> may be called.</summary>
    public bool Single { get; protected init; }

    /// <summary>The value, or null where there is none.</summary>
    public virtual Json? Eval(Evaluator e, Frame frame, Json input) =>
        throw new InvalidOperationException($"{GetType().Name} gives any number of values.");

    /// <summary>Pushes every value; false as soon as the sink wants no more.</summary>
    public virtual bool Emit(Evaluator e, Frame frame, Json input, Sink sink)
    {
        var value = Eval(e, frame, input);
        return value is null || sink.Accept(value);
    }

    /// <summary>As <see cref="Eval"/>, but a call in tail position may be left in the evaluator, told by <see cref="TailMark"/>.</summary>
    public virtual Json? EvalTail(Evaluator e, Frame frame, Json input) => Eval(e, frame, input);

    /// <summary>As <see cref="Emit"/>, but a call in tail position may be left in the evaluator.</summary>
    public virtual bool EmitTail(Evaluator e, Frame frame, Json input, Sink sink)
    {
        if (!Single)
        {
            return Emit(e, frame, input, sink);
        }

        var value = e.FinishTail(EvalTail(e, frame, input));
        return value is null || sink.Accept(value);
    }

    /// <summary>
    /// Pushes every value with its path. A part that computes its value has no path for it, unless it hands its input on.
    /// </summary>
    public virtual bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink) =>
        Emit(e, frame, input, new ValueToPath(path, input, sink));

    /// <summary>Whether <see cref="Update"/> can replace values in place, one path at a time and none inside another.</summary>
    public virtual bool CanUpdate => false;

    /// <summary>The input with every value that this part reaches replaced; null (the reference) where it is itself to be deleted.</summary>
    public virtual Json? Update(Evaluator e, Frame frame, Json input, Updater updater) =>
        throw new InvalidOperationException($"{GetType().Name} cannot update in place.");

    /// <summary>Evaluates at most one value where an outer label may be broken to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static void Must(Evaluator e, bool finished)
    {
        if (!finished)
        {
            Break(e);
        }
    }

    private static void Break(Evaluator e)
    {
        var target = e.StopTarget!;
        e.StopTarget = null;
        throw new BreakException(target);
    }

    private sealed class ValueToPath(Trail path, Json input, PathSink sink) : Sink
    {
        public override bool Accept(Json value) => sink.Accept(ReferenceEquals(value, input) ? path : Trail.Broken, value);
    }
}

/// <summary>
/// Looks at the stack before it goes on: compiled in now and then where a program nests deeply, so that it ends with an exception
/// while there is still room for one.
/// </summary>
internal sealed class GuardNode : Node
{
    private readonly Node body;

    public GuardNode(Node body)
    {
        this.body = body;
        Single = body.Single;
    }

    public override bool CanUpdate => body.CanUpdate;

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return body.Eval(e, frame, input);
    }

    public override Json? EvalTail(Evaluator e, Frame frame, Json input)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return body.EvalTail(e, frame, input);
    }

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return body.Emit(e, frame, input, sink);
    }

    public override bool EmitTail(Evaluator e, Frame frame, Json input, Sink sink)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return body.EmitTail(e, frame, input, sink);
    }

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return body.Paths(e, frame, path, input, sink);
    }

    public override Json? Update(Evaluator e, Frame frame, Json input, Updater updater)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return body.Update(e, frame, input, updater);
    }
}

/// <summary>Takes values, one at a time; false says that no more are wanted.</summary>
internal abstract class Sink
{
    public abstract bool Accept(Json value);
}

internal abstract class PathSink
{
    public abstract bool Accept(Trail path, Json value);
}

/// <summary>Gives the new value in the place of another; null (the reference) deletes it.</summary>
internal abstract class Updater
{
    public abstract Json? Apply(Json value);
}

/// <summary>Keys from the root to a value, the last one first. <see cref="Broken"/> belongs to a value that was computed.</summary>
internal sealed class Trail
{
    public static readonly Trail Root = new(null, Json.Null, 0);
    public static readonly Trail Broken = new(null, Json.Null, 0);

    private readonly Trail? parent;
    private readonly Json key;

    private Trail(Trail? parent, Json key, int length)
    {
        this.parent = parent;
        this.key = key;
        Length = length;
    }

    public int Length { get; }

    public Trail Then(Json next) => new(this, next, Length + 1);

    public JsonArray ToJson()
    {
        var keys = new Json[Length];
        var at = this;
        for (var i = keys.Length - 1; i >= 0; i--)
        {
            keys[i] = at.key;
            at = at.parent!;
        }

        return JsonArray.Wrap(keys);
    }
}

/// <summary>The variables and arguments of one call; <see cref="Parent"/> is the call in which its function was defined.</summary>
internal sealed class Frame(Frame? parent, int slots, Closure[] arguments)
{
    public readonly Frame? Parent = parent;
    public readonly Json[] Slots = slots == 0 ? [] : new Json[slots];
    public readonly Closure[] Arguments = arguments;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Frame Up(int levels)
    {
        var frame = this;
        for (; levels > 0; levels--)
        {
            frame = frame.Parent!;
        }

        return frame;
    }
}

/// <summary>An argument that is evaluated where it was written.</summary>
internal readonly record struct Closure(Node Body, Frame Frame);

/// <summary>A function's body, compiled for arguments of one kind.</summary>
internal sealed class Function
{
    public Node Body { get; set; } = null!;

    public bool Single { get; set; } = true;

    public int Slots { get; set; }

    /// <summary>Binds nothing and takes nothing: runs in the frame in which it was defined.</summary>
    public bool Frameless { get; set; }
}
