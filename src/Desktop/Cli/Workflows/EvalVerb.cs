using System.CommandLine;
using System.Text.Json;
using Jarvis.Cli.Platform;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq;

namespace Jarvis.Cli.Workflows;

internal static class EvalVerb
{
    public static Command Create(string name, string summary)
    {
        var expression = new Argument<string>("EXPRESSION") { Description = "A jq program; also as ${ … }, as it stands in a workflow." };
        var input = new Option<string?>("--input") { Description = "The input as JSON: a file, or - for stdin; null without it.", HelpName = "FILE|-" };
        var language = new Option<string>("--language") { Description = "The expression's language.", HelpName = "jq|javascript", DefaultValueFactory = _ => "jq" };
        var command = new Command(name, summary) { expression, input, language };
        command.SetAction((parsed, cancel) => Evaluate(
            parsed.GetRequiredValue(expression), parsed.GetValue(input), parsed.GetRequiredValue(language), cancel));
        return command;
    }

    private static async Task<int> Evaluate(string expression, string? inputFile, string language, CancellationToken cancel)
    {
        if (language != "jq")
        {
            throw new UsageException(language == "javascript"
                ? "Expressions in JavaScript are not available in this version of Jarvis; use jq."
                : $"'{language}' is no expression language that Jarvis knows; it is jq or javascript.");
        }

        var source = Bare(expression);
        var environment = new JqEnvironment
        {
            Now = TimeProvider.System.GetUtcNow,
            Zone = TimeZoneInfo.Local,
            Debug = value => Console.Error.WriteLine($"[\"DEBUG:\",{value}]"),
        };
        if (!JqProgram.TryCompile(source, null, out var program, out var mistake, environment))
        {
            throw new UsageException($"column {mistake!.Position + 1}: {mistake.Message}");
        }

        var input = await Input(inputFile, cancel);
        try
        {
            foreach (var result in program!.Evaluate(input, cancellation: cancel))
            {
                Console.Out.WriteLine(result.ToString());
            }

            return ExitCode.Done;
        }
        catch (Exception failure) when (failure is JqException or JqLimitException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return ExitCode.Failed;
        }
    }

    private static string Bare(string expression)
    {
        var trimmed = expression.Trim();
        return trimmed.StartsWith("${", StringComparison.Ordinal) && trimmed.EndsWith('}') ? trimmed[2..^1] : expression;
    }

    private static async Task<Json> Input(string? file, CancellationToken cancel)
    {
        if (file is null)
        {
            return Json.Null;
        }

        try
        {
            return Json.Parse(await TextInput.Read(file, cancel));
        }
        catch (JsonException malformed)
        {
            throw new UsageException($"The input is not JSON: {malformed.Message}");
        }
    }
}
