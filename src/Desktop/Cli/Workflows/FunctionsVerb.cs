using System.CommandLine;
using Jarvis.Cli.Platform;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Engine.Workflows;

namespace Jarvis.Cli.Workflows;

/// <summary>The functions that workflows may call, and which of them this machine can do.</summary>
internal static class FunctionsVerb
{
    public static Command Create(string name, string summary)
    {
        var function = new Argument<string?>("NAME") { Description = "One function, with its parameters and an example.", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "Prints them as JSON, with their parameter schemas." };
        var command = new Command(name, summary) { function, json };
        command.SetAction(parsed => Show(parsed.GetValue(function), parsed.GetValue(json)));
        return command;
    }

    private static int Show(string? name, bool json)
    {
        if (name is not null && FunctionCatalog.Standard.Find(name) is null)
        {
            throw new UsageException($"There is no function '{name}'. `jarvis functions` lists them.");
        }

        var functions = FunctionCatalog.Standard.All.Where(function => name is null || function.Name == name).OrderBy(function => function.Name, StringComparer.Ordinal).ToList();
        if (json)
        {
            var all = functions.Select(Described);
            Console.Out.WriteLine(name is null ? Json.Of(all).ToString() : all.Single().ToString());
        }
        else if (name is null)
        {
            Tables.Print(["function", "does", "parameters", "here"], [.. functions.Select(function => (IReadOnlyList<string>)
                [function.Name, function.Summary, string.Join(", ", ParametersOf(function).Select(p => p.Required ? p.Name + "*" : p.Name)), function.Unable() ?? "yes"])], "There is none.");
        }
        else
        {
            Detail(functions[0]);
        }

        return ExitCode.Done;
    }

    private static void Detail(JarvisFunction function)
    {
        Console.Out.WriteLine($"{function.Name}: {function.Summary}");
        Console.Out.WriteLine(function.Unable() is { } lacking ? $"Not on this machine: {lacking}" : "Works on this machine.");
        Console.Out.WriteLine(function.Repeatable ? "May run again after a crash." : "Is not run again after a crash in flight.");
        Console.Out.WriteLine();
        foreach (var (parameter, required, schema) in ParametersOf(function))
        {
            var kind = schema?["type"] is { } type ? Plain(type) : schema?["enum"] is { } values ? Plain(values) : "any";
            var otherwise = schema?["default"] is { } value ? $", otherwise {Plain(value)}" : "";
            Console.Out.WriteLine($"  {parameter}{(required ? "*" : "")} ({kind}{otherwise}) {(schema?["description"] as JsonString)?.Value}".TrimEnd());
        }

        Console.Out.WriteLine();
        Console.Out.WriteLine($"  call: {function.Name}");
        Console.Out.WriteLine($"  with: {function.Example}");
    }

    private static JsonObject Described(JarvisFunction function) => (JsonObject)Json.Of(
        ("name", function.Name), ("summary", function.Summary), ("repeatable", function.Repeatable),
        ("platforms", Json.Of(function.Platforms.Select(platform => Json.Of(platform)))),
        ("available", function.Unable() is null), ("reason", Json.Of(function.Unable())),
        ("parameters", function.Description.ParameterSchema), ("example", Json.Parse(function.Example)));

    private static IEnumerable<(string Name, bool Required, JsonObject? Schema)> ParametersOf(JarvisFunction function)
    {
        var schema = (JsonObject)function.Description.ParameterSchema;
        var required = schema["required"] is JsonArray names ? names.Items.OfType<JsonString>().Select(name => name.Value).ToHashSet(StringComparer.Ordinal) : [];
        return ((schema["properties"] as JsonObject)?.Members ?? JsonObject.Empty.Members).Select(member => (member.Key, required.Contains(member.Key), member.Value as JsonObject));
    }

    private static string Plain(Json value) => value switch
    {
        JsonString text => text.Value,
        JsonArray several => string.Join('|', several.Items.Select(Plain)),
        _ => value.ToString(),
    };
}
