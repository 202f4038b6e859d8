using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Jarvis.Cli.Platform;

namespace Jarvis.Cli.Runs;

/// <summary><c>jarvis runs diff A B</c>: two runs of one workflow side by side. Exit 1 where they differ.</summary>
internal static class RunsDiffVerb
{
    private const string Document = """
        query Difference($left: UUID!, $right: UUID!) {
          runDifference(left: $left, right: $right) {
            sameDefinition taskCount differingCount first { leftSequence rightSequence type instance }
            tasks { instance differs left { phase durationSeconds output } right { phase durationSeconds output } } variables { name left right }
          }
        }
        """;

    public static Command Create()
    {
        var left = new Argument<string>("A") { Description = "A run's id, or `latest`." };
        var right = new Argument<string>("B") { Description = "Another run of the same workflow." };
        var json = ServerVerb.Json();
        return new Command("diff", "Shows where two runs of a workflow parted, and what differs.") { left, right, json }.AsSignedIn(async (client, parsed, cancel) =>
        {
            var data = await client.GraphQL(Document, new JsonObject
            {
                ["left"] = await RunReference.Resolve(client, parsed.GetValue(left)!, cancel),
                ["right"] = await RunReference.Resolve(client, parsed.GetValue(right)!, cancel),
            }, cancel);
            var difference = data["runDifference"]!;
            if (parsed.GetValue(json))
            {
                ServerVerb.Print(difference);
            }
            else if (difference["first"] is { } first)
            {
                await Console.Out.WriteLineAsync(
                    $"They part at {first["instance"] ?? "the run itself"}: {first["type"]}, event {first["leftSequence"] ?? "none"} of the one, {first["rightSequence"] ?? "none"} of the other."
                    + ((bool)difference["sameDefinition"]! ? "" : " They ran different definitions."));
                Tables.Print(["TASK", "DIFFERS", "A", "B"], ((JsonArray)difference["tasks"]!).Select(task => (IReadOnlyList<string>)
                    [$"{task!["instance"]}", string.Join(", ", ((JsonArray)task["differs"]!).Select(what => (string?)what)), Side(task["left"]), Side(task["right"])]));
            }
            else
            {
                await Console.Out.WriteLineAsync($"They did the same, {difference["taskCount"]} task instances.");
            }

            return difference["first"] is null ? ExitCode.Done : ExitCode.Failed;
        });
    }

    private static string Side(JsonNode? side) => side is null ? "" :
        $"{side["phase"]}".ToLowerInvariant()
        + (side["durationSeconds"] is { } took ? string.Create(CultureInfo.InvariantCulture, $", {(double)took:0.000} s") : "")
        + (side["output"] is { } output ? $", {output.ToJsonString()}" : "");
}
