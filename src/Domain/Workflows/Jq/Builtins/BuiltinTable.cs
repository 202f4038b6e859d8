using System.Collections.Frozen;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Evaluation;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary>Every built-in function by name and number of arguments; those written in jq itself are in <see cref="Prelude"/>.</summary>
internal static class BuiltinTable
{
    /// <summary>Functions of jq that no program may have here: they end the process or reach its files.</summary>
    public static readonly FrozenSet<string> Refused =
        new[] { "halt", "halt_error", "modulemeta", "get_search_list", "get_prog_origin", "get_jq_origin", "input", "inputs", "input_filename", "now", "env" }
            .ToFrozenSet();

    private static readonly FrozenDictionary<(string, int), Builtin> All = new[]
    {
        Basics.Functions,
        Collections.Functions,
        Orderings.Functions,
        Generators.Functions,
        Strings.Functions,
        Formats.Functions,
        MathFunctions.Functions,
        Regexes.Functions,
        Dates.Functions,
        World.Functions,
        new[] { new Builtin("builtins", 0, (_, _) => new ConstantNode(Names())) },
    }.SelectMany(f => f).ToFrozenDictionary(f => (f.Name, f.Arity));

    public static Builtin? Find(string name, int arity) => All.GetValueOrDefault((name, arity));

    public static Builtin Value(string name, Func<Evaluator, Json, Json?> function) =>
        new(name, 0, (_, _) => new ValueNode(function));

    public static Builtin Value(string name, Func<Evaluator, Json, Json, Json?> function) =>
        new(name, 1, (arguments, _) => new ValueNode1(arguments[0], function));

    /// <summary>Several arguments; the last turns slowest, as in those functions that jq has in C.</summary>
    public static Builtin Values(string name, int arity, Func<Evaluator, Json, Json[], Json?> function, bool firstIsSlowest = false) =>
        new(name, arity, (arguments, _) => new ValuesNode(arguments, firstIsSlowest, function));

    public static Builtin Filter(string name, Func<Json, bool> condition) => new(name, 0, (_, _) => new FilterNode(condition));

    private static JsonArray Names() =>
        JsonArray.Wrap([.. All.Keys.Concat(Prelude.Names).Where(n => n.Item1[0] != '_').Select(n => Json.Of($"{n.Item1}/{n.Item2}"))]);
}
