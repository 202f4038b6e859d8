using System.CommandLine;
using Jarvis.Cli.Platform;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Engine.Workflows;

namespace Jarvis.Cli.Workflows;

internal static class ValidateVerb
{
    public static Command Create(string name, string summary)
    {
        var files = new Argument<string[]>("FILE") { Description = "Workflow files, YAML or JSON; - for stdin.", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "Prints the problems as one JSON array." };
        var command = new Command(name, summary) { files, json };
        command.SetAction((parsed, cancel) => Validate(parsed.GetRequiredValue(files), parsed.GetValue(json), cancel));
        return command;
    }

    private static async Task<int> Validate(string[] files, bool json, CancellationToken cancel)
    {
        var found = new List<Json>();
        foreach (var file in files)
        {
            var parsed = DefinitionParser.Parse(await TextInput.Read(file, cancel), FunctionCatalog.Standard.Validation);
            found.AddRange(parsed.Problems.Select(problem => Json.Of(
                ("file", file), ("line", problem.Line), ("column", problem.Column), ("code", problem.Code), ("message", problem.Message),
                ("pointer", Json.Of(problem.Pointer)))));
            if (!json)
            {
                await Problems.Tell(file, parsed.Problems);
                if (parsed.Definition is { } definition)
                {
                    Console.Out.WriteLine($"{file}: valid ({definition.Document.Namespace}/{definition.Document.Name}:{definition.Document.Version})");
                }
            }
        }

        if (json)
        {
            Console.Out.WriteLine(Json.Of(found).ToString());
        }

        return found.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }
}
