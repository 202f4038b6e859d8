using System.CommandLine;
using System.Text.Json;
using Jarvis.Cli.Platform;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.JavaScript;
using Jarvis.Domain.Workflows.Jq;

namespace Jarvis.Cli.Workflows;

internal static class EvalVerb
{
    public static Command Create(string name, string summary)
    {
        var expression = new Argument<string>("EXPRESSION") { Description = "A jq program, or JavaScript in which $ is the input; also as ${ … }, as it stands in a workflow." };
        var input = new Option<string?>("--input") { Description = "The input as JSON: a file, or - for stdin; null without it.", HelpName = "FILE|-" };
        var language = new Option<string>("--language") { Description = "The expression's language.", HelpName = "jq|javascript", DefaultValueFactory = _ => "jq" };
        var command = new Command(name, summary) { expression, input, language };
        command.SetAction((parsed, cancel) => Evaluate(
            parsed.GetRequiredValue(expression), parsed.GetValue(input), parsed.GetRequiredValue(language), cancel));
        return command;
    }

    private static async Task<int> Evaluate(string expression, string? inputFile, string language, CancellationToken cancel)
    {
        var source = Bare(expression);
        var evaluate = language switch
        {
            "jq" => Jq(source, cancel),
            "javascript" or "js" => JavaScript(source, cancel),
            _ => throw new UsageException($"'{language}' is no expression language that Jarvis knows; it is jq or javascript."),
        };
        var input = await Input(inputFile, cancel);
        try
        {
            foreach (var result in evaluate(input))
            {
                Console.Out.WriteLine(result.ToString());
            }

            return ExitCode.Done;
        }
        catch (Exception failure) when (failure is JqException or JqLimitException or JavaScriptException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return ExitCode.Failed;
        }
    }

    private static Func<Json, IEnumerable<Json>> Jq(string source, CancellationToken cancel)
    {
        var environment = new JqEnvironment
        {
            Now = TimeProvider.System.GetUtcNow,
            Zone = TimeZoneInfo.Local,
            Variables = new JsonObject(Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
                .Select(variable => KeyValuePair.Create((string)variable.Key, Json.Of((string?)variable.Value)))),
            Debug = value => Console.Error.WriteLine($"[\"DEBUG:\",{value}]"),
        };
        return JqProgram.TryCompile(source, null, out var program, out var mistake, environment)
            ? input => program!.Evaluate(input, cancellation: cancel)
            : throw new UsageException($"column {mistake!.Position + 1}: {mistake.Message}");
    }

    private static Func<Json, IEnumerable<Json>> JavaScript(string source, CancellationToken cancel) =>
        JavaScriptProgram.TryCompile(source, out var program, out var mistake)
            ? input => [program!.Evaluate(input, new Dictionary<string, Json> { ["input"] = input }, TimeProvider.System.GetUtcNow, cancel)]
            : throw new UsageException($"column {mistake!.Position + 1}: {mistake.Message}");

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
