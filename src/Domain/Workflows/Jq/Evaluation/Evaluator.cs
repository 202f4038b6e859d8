using System.Runtime.CompilerServices;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Evaluation;

/// <summary>One evaluation: what it may still use, where it unwinds to, and the call in tail position that waits to be made.</summary>
internal sealed class Evaluator(JqLimits limits, CancellationToken cancellation)
{
    /// <summary>Steps between two looks at the limit and the cancellation.</summary>
    private const int Stride = 1024;

    private long stepsLeft = limits.Steps;
    private long outputLeft = limits.OutputSize;
    private int untilLook = (int)Math.Min(Stride, limits.Steps);

    /// <summary>Calls that nest at this moment.</summary>
    public int Depth { get; set; }

    /// <summary>Set while an <c>Emit</c> has answered false: who asked for the end of the results.</summary>
    public object? StopTarget { get; set; }

    public Function? TailFunction { get; set; }

    public Frame? TailFrame { get; set; }

    public Json TailInput { get; set; } = Json.Null;

    /// <summary>Counts one step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Tick()
    {
        if (--untilLook < 0)
        {
            Look(0);
        }
    }

    /// <summary>Counts the work of a built-in function that goes over so many elements or characters.</summary>
    public void Tick(long steps)
    {
        if ((untilLook -= (int)Math.Min(steps, Stride)) < 0)
        {
            Look(Math.Max(0, steps - Stride));
        }
    }

    /// <summary>Counts characters or elements that were built.</summary>
    /// <exception cref="JqLimitException">There would be too many.</exception>
    public void Grow(long size)
    {
        if ((outputLeft -= size) < 0)
        {
            throw new JqLimitException(JqLimit.OutputSize, $"The expression builds more than {limits.OutputSize} characters and elements");
        }
    }

    /// <summary>Enters a call; each is left by counting <see cref="Depth"/> down, or set back by who catches the error.</summary>
    public void Enter()
    {
        if (++Depth > limits.Depth)
        {
            throw TooDeep();
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        Tick();
    }

    public JqLimitException TooDeep() => new(JqLimit.Depth, $"The expression nests more than {limits.Depth} calls");

    /// <summary>Runs what waits in tail position, until nothing does.</summary>
    public bool FinishTail(Sink sink)
    {
        while (TailFunction is { } function)
        {
            var (frame, input) = (TailFrame!, TailInput);
            TailFunction = null;
            Tick();
            if (!function.Body.EmitTail(this, frame, input, sink))
            {
                return false;
            }
        }

        return true;
    }

    public Json? FinishTail(Json? result)
    {
        while (ReferenceEquals(result, TailMark.Instance))
        {
            var (function, frame, input) = (TailFunction!, TailFrame!, TailInput);
            TailFunction = null;
            Tick();
            result = function.Body.EvalTail(this, frame, input);
        }

        return result;
    }

    private void Look(long more)
    {
        stepsLeft -= Stride + more;
        untilLook += Stride;
        cancellation.ThrowIfCancellationRequested();
        if (stepsLeft < 0)
        {
            throw new JqLimitException(JqLimit.Steps, $"The expression takes more than {limits.Steps} steps");
        }

        untilLook = (int)Math.Min(untilLook, Math.Max(stepsLeft, 1));
    }
}

/// <summary>Stands for a result that a call in tail position is still to give.</summary>
internal sealed class TailMark : Json
{
    public static readonly TailMark Instance = new();

    public override JsonKind Kind => JsonKind.Null;

    public override void WriteTo(System.Text.Json.Utf8JsonWriter writer) => throw new NotSupportedException();

    public override int GetHashCode() => 0;
}

/// <summary>Ends the evaluation up to a label where only one value can be handed back.</summary>
internal sealed class BreakException(object target) : Exception
{
    public object Target => target;
}
