using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Evaluation;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary>A built-in function: makes the node of a call from its arguments; null where the environment does not offer it.</summary>
/// <param name="Reentrant">Whether an argument may be entered again before it has ended.</param>
internal sealed record Builtin(string Name, int Arity, Func<Node[], JqEnvironment, Node?> Make, bool Reentrant = false);

/// <summary>A function of its input alone.</summary>
internal sealed class ValueNode : Node
{
    private readonly Func<Evaluator, Json, Json?> function;

    public ValueNode(Func<Evaluator, Json, Json?> function)
    {
        this.function = function;
        Single = true;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) => function(e, input);
}

/// <summary>Hands its input on where a condition holds; keeps its path.</summary>
internal sealed class FilterNode : Node
{
    private readonly Func<Json, bool> condition;

    public FilterNode(Func<Json, bool> condition)
    {
        this.condition = condition;
        Single = true;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) => condition(input) ? input : null;

    public override bool Paths(Evaluator e, Frame frame, Trail path, Json input, PathSink sink) => !condition(input) || sink.Accept(path, input);
}

/// <summary>A function of its input and one argument, applied to each value of it.</summary>
internal sealed class ValueNode1 : Node
{
    private readonly Func<Evaluator, Json, Json, Json?> function;
    private readonly Node argument;

    public ValueNode1(Node argument, Func<Evaluator, Json, Json, Json?> function)
    {
        this.function = function;
        this.argument = argument;
        Single = argument.Single;
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input) =>
        argument.Eval(e, frame, input) is { } value ? function(e, input, value) : null;

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) => Single
        ? base.Emit(e, frame, input, sink)
        : argument.Emit(e, frame, input, new DelegateSink(value =>
        {
            e.Tick();
            return function(e, input, value) is not { } result || sink.Accept(result);
        }));
}

/// <summary>A function of its input and several arguments, applied to each combination of their values.</summary>
internal sealed class ValuesNode : Node
{
    private readonly Func<Evaluator, Json, Json[], Json?> function;
    private readonly Node[] arguments;
    private readonly bool firstIsSlowest;

    public ValuesNode(Node[] arguments, bool firstIsSlowest, Func<Evaluator, Json, Json[], Json?> function)
    {
        this.function = function;
        this.arguments = arguments;
        this.firstIsSlowest = firstIsSlowest;
        Single = arguments.All(a => a.Single);
    }

    public override Json? Eval(Evaluator e, Frame frame, Json input)
    {
        var values = new Json[arguments.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var index = firstIsSlowest ? i : values.Length - 1 - i;
            if (arguments[index].Eval(e, frame, input) is not { } value)
            {
                return null;
            }

            values[index] = value;
        }

        return function(e, input, values);
    }

    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) => Single
        ? base.Emit(e, frame, input, sink)
        : Combine(e, frame, input, arguments, firstIsSlowest, values => function(e, input, values) is not { } result || sink.Accept(result));

    /// <summary>Calls on with every combination of the arguments' values.</summary>
    public static bool Combine(Evaluator e, Frame frame, Json input, Node[] arguments, bool firstIsSlowest, Func<Json[], bool> then)
    {
        var values = new Json[arguments.Length];
        return Next(0);

        bool Next(int done)
        {
            if (done == values.Length)
            {
                e.Tick();
                return then(values);
            }

            var index = firstIsSlowest ? done : values.Length - 1 - done;
            return arguments[index].Emit(e, frame, input, new DelegateSink(value =>
            {
                values[index] = value;
                return Next(done + 1);
            }));
        }
    }
}

/// <summary>A function that gives any number of values for each combination of its arguments' values.</summary>
internal sealed class StreamNode(Node[] arguments, bool firstIsSlowest, Func<Evaluator, Json, Json[], Sink, bool> function) : Node
{
    public override bool Emit(Evaluator e, Frame frame, Json input, Sink sink) =>
        ValuesNode.Combine(e, frame, input, arguments, firstIsSlowest, values => function(e, input, values, sink));
}
