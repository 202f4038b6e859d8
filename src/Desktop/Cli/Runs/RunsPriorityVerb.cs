using System.CommandLine;
using System.Text.Json.Nodes;
using Jarvis.Cli.Platform;

namespace Jarvis.Cli.Runs;

/// <summary><c>jarvis runs priority RUN low|normal|high</c>: moves a run among those that wait. Refused once a device has it.</summary>
internal static class RunsPriorityVerb
{
    private const string Document = """
        mutation ChangePriority($input: ChangeRunPriorityInput!) { changeRunPriority(input: $input) { position run { id } } }
        """;

    public static Command Create()
    {
        var run = RunReference.Argument();
        var priority = new Argument<string>("PRIORITY") { Description = "low, normal or high." };
        priority.AcceptOnlyFromAmong("low", "normal", "high");
        var reason = ServerVerb.Reason();
        var json = ServerVerb.Json();
        return new Command("priority", "Changes which of the waiting runs goes first.") { run, priority, reason, json }.AsSignedIn(async (client, parsed, cancel) =>
        {
            var id = await RunReference.Resolve(client, parsed.GetValue(run)!, cancel);
            var data = await client.GraphQL(Document, new JsonObject
            {
                ["input"] = new JsonObject
                {
                    ["commandId"] = ServerVerb.NewCommandId(),
                    ["runId"] = id,
                    ["priority"] = parsed.GetValue(priority)!.ToUpperInvariant(),
                    ["reason"] = parsed.GetValue(reason),
                },
            }, cancel);
            if (parsed.GetValue(json))
            {
                ServerVerb.Print(data["changeRunPriority"]!);
            }
            else
            {
                await Console.Out.WriteLineAsync($"{id} has {parsed.GetValue(priority)} priority.");
            }

            return ExitCode.Done;
        });
    }
}
