using System.Collections.Frozen;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Compilation;
using Jarvis.Domain.Workflows.Jq.Evaluation;
using Jarvis.Domain.Workflows.Jq.Syntax;

namespace Jarvis.Domain.Workflows.Jq;

/// <summary>
/// A compiled jq program (the language of jq 1.8, without modules): immutable, safe to use from many threads at once, made once and
/// used often.
/// </summary>
public sealed class JqProgram
{
    /// <summary>Longest source, in characters.</summary>
    public const int MaxSourceLength = 200_000;

    private readonly Node body;
    private readonly int slots;
    private readonly FrozenDictionary<string, int> variableSlots;

    private JqProgram(string source, Node body, int slots, FrozenDictionary<string, int> variableSlots)
    {
        Source = source;
        this.body = body;
        this.slots = slots;
        this.variableSlots = variableSlots;
    }

    /// <summary>The text it was compiled from.</summary>
    public string Source { get; }

    /// <summary>Compiles a program. <paramref name="variables"/> names the global variables, without their <c>$</c>.</summary>
    /// <exception cref="JqSyntaxException">A syntax error, or an unknown function or variable, with its place.</exception>
    public static JqProgram Compile(string source, IReadOnlyCollection<string>? variables = null, JqEnvironment? environment = null)
    {
        if (source.Length > MaxSourceLength)
        {
            throw new JqSyntaxException(new JqSyntaxError($"The program is longer than {MaxSourceLength} characters", MaxSourceLength, 0));
        }

        try
        {
            var names = variables?.Distinct(StringComparer.Ordinal).ToArray() ?? [];
            var (body, slots) = Compiler.Compile(Parser.Parse(source), source, names, environment ?? JqEnvironment.None);
            return new JqProgram(source, body, slots, names.Select((name, slot) => (name, slot)).ToFrozenDictionary(v => v.name, v => v.slot));
        }
        catch (InsufficientExecutionStackException)
        {
            throw new JqSyntaxException(new JqSyntaxError("The program is nested too deeply", 0, source.Length));
        }
    }

    /// <inheritdoc cref="Compile"/>
    public static bool TryCompile(
        string source, IReadOnlyCollection<string>? variables, out JqProgram? program, out JqSyntaxError? error, JqEnvironment? environment = null)
    {
        try
        {
            program = Compile(source, variables, environment);
            error = null;
            return true;
        }
        catch (JqSyntaxException exception)
        {
            program = null;
            error = exception.Error;
            return false;
        }
    }

    /// <summary>
    /// The results for one input. A global variable that <paramref name="variables"/> does not hold is null. All results are
    /// computed before the first is handed out, bounded by the limits; an error comes after the results before it.
    /// </summary>
    /// <exception cref="JqException">The program raised an error.</exception>
    /// <exception cref="JqLimitException">The program asked for more than <paramref name="limits"/> allow.</exception>
    public IEnumerable<Json> Evaluate(
        Json input, IReadOnlyDictionary<string, Json>? variables = null, JqLimits? limits = null, CancellationToken cancellation = default)
    {
        var results = new List<Json>();
        System.Runtime.ExceptionServices.ExceptionDispatchInfo? failure = null;
        try
        {
            Run(input, variables, limits, results, cancellation);
        }
        catch (Exception exception) when (exception is JqException or JqLimitException)
        {
            failure = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(exception);
        }

        foreach (var result in results)
        {
            yield return result;
        }

        failure?.Throw();
    }

    /// <summary>The first result for one input, null (the JSON value) where there is none; later results are not computed.</summary>
    /// <inheritdoc cref="Evaluate"/>
    public Json EvaluateFirst(
        Json input, IReadOnlyDictionary<string, Json>? variables = null, JqLimits? limits = null, CancellationToken cancellation = default) =>
        Run(input, variables, limits, null, cancellation) ?? Json.Null;

    /// <summary>All results into a list, or without one only the first.</summary>
    private Json? Run(
        Json input, IReadOnlyDictionary<string, Json>? variables, JqLimits? limits, List<Json>? results, CancellationToken cancellation)
    {
        var evaluator = new Evaluator(limits ?? JqLimits.Default, cancellation);
        var frame = new Frame(null, slots, []);
        if (variables is not null && variableSlots.Count > 0)
        {
            foreach (var (name, slot) in variableSlots)
            {
                if (variables.TryGetValue(name, out var value))
                {
                    frame.Slots[slot] = value;
                }
            }
        }

        try
        {
            if (results is null || body.Single)
            {
                var first = FirstSink.Of(evaluator, body, frame, input);
                if (first is not null)
                {
                    results?.Add(first);
                }

                return first;
            }

            body.Emit(evaluator, frame, input, new Results(evaluator, results));
            return null;
        }
        catch (JsonDepthException exception)
        {
            throw new JqException(exception.Message);
        }
        catch (InsufficientExecutionStackException)
        {
            throw new JqLimitException(JqLimit.Depth, "The expression nests deeper than the stack reaches");
        }
    }

    private sealed class Results(Evaluator evaluator, List<Json> results) : Sink
    {
        public override bool Accept(Json value)
        {
            evaluator.Tick();
            evaluator.Grow(1);
            results.Add(value);
            return true;
        }
    }
}
