using System.CommandLine;
using System.Text.Json.Nodes;
using Jarvis.Cli.Platform;

namespace Jarvis.Cli.Runs;

/// <summary><c>jarvis watch RUN</c>: follows a run live to its end, and ends as the run did: 0 completed, 1 failed or cancelled.</summary>
internal static class WatchVerb
{
    /// <summary>How long a view that is behind is waited for.</summary>
    private static readonly TimeSpan ViewPatience = TimeSpan.FromSeconds(60);

    private const string Details = """
        query Run($id: UUID!, $atLeast: Position) {
          run(id: $id, atLeast: $atLeast) {
            id status workflowName requestedAt startedAt endedAt durationSeconds device { name } output
            error { type status title detail instance }
          }
        }
        """;

    private const string Head = "query Head { position }";

    private const string Changes = """
        subscription Watch($id: UUID!, $after: Cursor) { runChanged(id: $id, after: $after) { cursor position sequence type at data } }
        """;

    public static Command Create(string name, string summary)
    {
        var run = RunReference.Argument();
        var json = ServerVerb.Json();
        return new Command(name, summary) { run, json }.AsSignedIn(async (client, parsed, cancel) =>
        {
            var id = await RunReference.Resolve(client, parsed.GetValue(run)!, cancel);
            var details = await Find(client, id, cancel);
            var asJson = parsed.GetValue(json);
            if (!asJson)
            {
                await Console.Out.WriteLineAsync($"{details["workflowName"]} {id} {Status(details).ToLowerInvariant()}");
            }

            // From its beginning: what happened before the watch began is shown as well.
            var subscription = new GraphQLSubscription(
                client, Changes, "runChanged", after => new JsonObject { ["id"] = id, ["after"] = after });
            await foreach (var change in subscription.Items(reason => Console.Error.WriteLine($"{reason}; going on when it is back"), cancel))
            {
                if (asJson)
                {
                    ServerVerb.Print(change);
                }
                else if (RunLine.Of(change) is { } line)
                {
                    await Console.Out.WriteLineAsync(line);
                }

                if (IsEnd((string?)change["type"]))
                {
                    // The view may be a moment behind the event that says so.
                    details = await Read(client, id, change["position"], cancel) ?? details;
                    break;
                }
            }

            return await Finish(details, asJson);
        });
    }

    private static async Task<int> Finish(JsonObject details, bool asJson)
    {
        var completed = Status(details) == "COMPLETED";
        if (asJson)
        {
            ServerVerb.Print(new JsonObject { ["run"] = details.DeepClone() });
        }
        else
        {
            await Console.Out.WriteLineAsync($"{Status(details).ToLowerInvariant()}{(details["durationSeconds"] is { } took ? $" after {Durations.Text((double)took)}" : "")}");
            if (completed && details["output"] is { } output)
            {
                ServerVerb.Print(output, indented: true);
            }
        }

        if (!completed && details["error"] is JsonObject error)
        {
            await Console.Error.WriteLineAsync(error.ToJsonString());
        }

        return completed ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>The run, also one that was asked for so recently that the view does not have it yet.</summary>
    private static async Task<JsonObject> Find(ServerClient client, string id, CancellationToken cancel)
    {
        if (await Read(client, id, null, cancel) is { } known)
        {
            return known;
        }

        var head = await client.GraphQL(Head, [], cancel);
        return await Read(client, id, head["position"], cancel) ?? throw new ServerRefusal("run.not_found", $"There is no run {id}, or it is not yours.");
    }

    private static async Task<JsonObject?> Read(ServerClient client, string id, JsonNode? atLeast, CancellationToken cancel)
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                var data = await client.GraphQL(Details, new JsonObject { ["id"] = id, ["atLeast"] = atLeast?.DeepClone() }, cancel);
                return data["run"] as JsonObject;
            }
            catch (ServerRefusal behind) when (behind.Code == "view.behind" && System.Diagnostics.Stopwatch.GetElapsedTime(began) < ViewPatience)
            {
                // It waited for the view already, and says how far it is behind: asked again, it waits again.
            }
        }
    }

    private static string Status(JsonObject details) => (string?)details["status"] ?? "";

    private static bool IsEnd(string? type) => type is "ai.jarvis.run.completed.v1" or "ai.jarvis.run.failed.v1" or "ai.jarvis.run.cancelled.v1";
}
