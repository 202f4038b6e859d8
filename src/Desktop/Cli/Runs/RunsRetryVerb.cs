using System.CommandLine;
using System.Text.Json.Nodes;
using Jarvis.Cli.Platform;

namespace Jarvis.Cli.Runs;

/// <summary>
/// <c>jarvis runs retry</c>: shows how many failed runs, that nobody has retried yet, the filters find; with <c>--yes</c> it retries exactly those, each by a command
/// of its own. Exit 1 where one was refused.
/// </summary>
internal static class RunsRetryVerb
{
    private const string Preview = """
        query Preview($filter: RunFilter) { retryPreview(filter: $filter) { seen total { value isExact } workflows { namespace name count } } }
        """;

    private const string Document = """
        mutation Retry($input: RetryRunsInput!) { retryRuns(input: $input) { position total done endCursor results { run { id } retry { id } code message } } }
        """;

    public static Command Create()
    {
        var filter = new RunsFilter();
        var from = new Option<string>("--from") { Description = "Where they begin.", DefaultValueFactory = _ => "failed-task", HelpName = "start|failed-task" };
        from.AcceptOnlyFromAmong("start", "failed-task");
        var revision = new Option<string>("--revision") { Description = "Which revision runs.", DefaultValueFactory = _ => "original", HelpName = "original|newest" };
        revision.AcceptOnlyFromAmong("original", "newest");
        var yes = new Option<bool>("--yes") { Description = "Retries what was found; without it they are only counted." };
        var reason = ServerVerb.Reason();
        var json = ServerVerb.Json();
        var command = new Command("retry", "Shows how many failed runs the filters find that nobody has retried yet, and retries them with --yes.") { from, revision, yes, reason, json };
        filter.AddTo(command);
        return command.AsSignedIn(async (client, parsed, cancel) =>
        {
            var wanted = await filter.Read(client, parsed, cancel);
            var preview = (await client.GraphQL(Preview, new JsonObject { ["filter"] = wanted.DeepClone() }, cancel))["retryPreview"]!;
            if (!parsed.GetValue(yes))
            {
                await Show(preview, parsed.GetValue(json));
                return ExitCode.Done;
            }

            var input = new JsonObject
            {
                ["commandId"] = ServerVerb.NewCommandId(),
                ["filter"] = wanted,
                ["from"] = parsed.GetValue(from) == "start" ? "START" : "FAILED_TASK",
                ["revision"] = parsed.GetValue(revision) == "newest" ? "NEWEST" : "ORIGINAL",
                ["expectedCount"] = preview["total"]!["value"]!.DeepClone(),
                ["seen"] = preview["seen"]!.DeepClone(),
                ["reason"] = parsed.GetValue(reason),
            };
            return await Retry(client, input, parsed.GetValue(json), cancel);
        });
    }

    private static async Task Show(JsonNode preview, bool json)
    {
        if (json)
        {
            ServerVerb.Print(preview);
            return;
        }

        Tables.Print(["WORKFLOW", "FAILED"], ((JsonArray)preview["workflows"]!).Select(workflow => (IReadOnlyList<string>)
            [$"{workflow!["namespace"]}/{workflow["name"]}", $"{workflow["count"]}"]));
        var total = preview["total"]!;
        await Console.Error.WriteLineAsync((int)total["value"]! == 0
            ? "No failed run is found that nobody has retried yet."
            : $"{((bool)total["isExact"]! ? "" : "More than ")}{total["value"]} failed runs are found; none was retried yet. Add --yes to retry them.");
    }

    private static async Task<int> Retry(ServerClient client, JsonObject input, bool json, CancellationToken cancel)
    {
        var results = new List<JsonNode>();
        while (true)
        {
            // Each page under the same command id: a repeat of any of them retries nothing twice.
            var page = (await client.GraphQL(Document, new JsonObject { ["input"] = input.DeepClone() }, cancel))["retryRuns"]!;
            results.AddRange(((JsonArray)page["results"]!).Select(result => result!));
            if ((string?)page["endCursor"] is not { } end)
            {
                break;
            }

            await Console.Error.WriteLineAsync($"{page["done"]} of {page["total"]}");
            input["after"] = end;
        }

        if (json)
        {
            ServerVerb.Print(new JsonArray([.. results.Select(result => result.DeepClone())]));
        }
        else
        {
            Tables.Print(["RUN", "RETRIED BY", "WHY NOT"], results.Select(result => (IReadOnlyList<string>)
                [$"{result["run"]!["id"]}", $"{result["retry"]?["id"]}", $"{result["message"]}"]), "No failed run is found that nobody has retried yet.");
        }

        return results.Any(result => result["retry"] is null) ? ExitCode.Failed : ExitCode.Done;
    }
}
