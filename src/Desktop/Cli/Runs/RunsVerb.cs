using System.CommandLine;
using System.Text.Json.Nodes;
using Jarvis.Cli.Platform;

namespace Jarvis.Cli.Runs;

/// <summary><c>jarvis runs</c>: the latest runs, newest first.</summary>
internal static class RunsVerb
{
    /// <summary>Most rows of one table.</summary>
    private const int MaxRows = 100;

    private const string Document = """
        query Runs($first: Int!, $filter: RunFilter) {
          runs(first: $first, filter: $filter) {
            edges { node { id status workflowName revision trigger requestedAt startedAt endedAt durationSeconds device { id name } } }
          }
        }
        """;

    private static readonly string[] Statuses = ["pending", "running", "paused", "completed", "failed", "cancelled"];

    public static Command Create(string name, string summary)
    {
        var status = new Option<string[]>("--status") { Description = $"Only these: {string.Join(", ", Statuses)}.", AllowMultipleArgumentsPerToken = true, HelpName = "STATUS" };
        status.AcceptOnlyFromAmong(Statuses);
        var filtered = new RunsFilter();
        var first = new Option<int>("--first") { Description = $"How many, at most {MaxRows}.", DefaultValueFactory = _ => 20, HelpName = "N" };
        first.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out var wanted) || wanted is < 1 or > MaxRows))
            {
                result.AddError($"--first takes a number from 1 to {MaxRows}.");
            }
        });
        var json = ServerVerb.Json();
        var command = new Command(name, summary) { RunsDiffVerb.Create(), RunsRetryVerb.Create(), RunsPriorityVerb.Create(), status, first, json };
        filtered.AddTo(command);
        return command.AsSignedIn(async (client, parsed, cancel) =>
        {
            var variables = new JsonObject { ["first"] = parsed.GetValue(first) };
            var filter = await filtered.Read(client, parsed, cancel);
            if (parsed.GetValue(status) is { Length: > 0 } wanted)
            {
                filter["status"] = new JsonArray([.. wanted.Select(s => (JsonNode)s.ToUpperInvariant())]);
            }

            variables["filter"] = filter;

            var data = await client.GraphQL(Document, variables, cancel);
            var runs = ((JsonArray)data["runs"]!["edges"]!).Select(edge => edge!["node"]!).ToArray();
            if (parsed.GetValue(json))
            {
                ServerVerb.Print(new JsonArray([.. runs.Select(run => run.DeepClone())]));
                return ExitCode.Done;
            }

            Tables.Print(["RUN", "WORKFLOW", "STATUS", "DEVICE", "REQUESTED", "TOOK"], runs.Select(run => (IReadOnlyList<string>)
            [
                $"{run["id"]}",
                run["revision"] is { } revision ? $"{run["workflowName"]} r{revision}" : $"{run["workflowName"]}",
                $"{run["status"]}".ToLowerInvariant(),
                $"{run["device"]?["name"]}",
                Tables.Local((string?)run["requestedAt"]),
                run["durationSeconds"] is { } took ? Durations.Text((double)took) : "",
            ]), filter.Any(asked => asked.Value is not null) ? "There is no such run." : "There is no run yet; `jarvis start WORKFLOW` asks for one.");
            return ExitCode.Done;
        });
    }
}
