using System.CommandLine;
using System.Text.Json.Nodes;
using Jarvis.Cli.Platform;

namespace Jarvis.Cli.Workflows;

/// <summary><c>jarvis workflows</c>: what is published; <c>workflows limit NAME [N]</c> says how many runs of one may be under way at once.</summary>
internal static class WorkflowsVerb
{
    /// <summary>Most rows of one table.</summary>
    private const int MaxRows = 100;

    private const string List = """
        query Workflows($first: Int!, $filter: WorkflowFilter) {
          workflows(first: $first, filter: $filter) { edges { node { id name namespace revision title disabled favourite atOnce publishedAt } } }
        }
        """;

    private const string LimitDocument = """
        mutation Limit($input: LimitWorkflowInput!) { limitWorkflow(input: $input) { position } }
        """;

    public static Command Create(string name, string summary)
    {
        var text = new Option<string?>("--text") { Description = "Only those with this in their name, title, category or tags.", HelpName = "TEXT" };
        var json = ServerVerb.Json();
        var command = new Command(name, summary) { Limit(), text, json };
        return command.AsSignedIn(async (client, parsed, cancel) =>
        {
            var data = await client.GraphQL(List, new JsonObject { ["first"] = MaxRows, ["filter"] = new JsonObject { ["text"] = parsed.GetValue(text) } }, cancel);
            var workflows = ((JsonArray)data["workflows"]!["edges"]!).Select(edge => edge!["node"]!).ToArray();
            if (parsed.GetValue(json))
            {
                ServerVerb.Print(new JsonArray([.. workflows.Select(workflow => workflow.DeepClone())]));
                return ExitCode.Done;
            }

            Tables.Print(["WORKFLOW", "REVISION", "TITLE", "AT ONCE", "STATE", "PUBLISHED"], workflows.Select(workflow => (IReadOnlyList<string>)
            [
                $"{workflow["namespace"]}/{workflow["name"]}", $"{workflow["revision"]}", $"{workflow["title"]}", workflow["atOnce"] is { } atOnce ? $"{atOnce}" : "any",
                (bool?)workflow["disabled"] == true ? "disabled" : "enabled", Tables.Local((string?)workflow["publishedAt"]),
            ]), parsed.GetValue(text) is null ? "There is no workflow yet; `jarvis publish FILE` publishes one." : "There is no such workflow.");
            return ExitCode.Done;
        });
    }

    private static Command Limit()
    {
        var workflow = new Argument<string>("WORKFLOW") { Description = "The workflow's name or id." };
        var atOnce = new Argument<int?>("N") { Description = "How many of its runs may be under way at once, on all devices together; any number where it is missing.", Arity = ArgumentArity.ZeroOrOne };
        var reason = ServerVerb.Reason();
        return new Command("limit", "Says how many runs of a workflow may be under way at once; those above it wait and say so.") { workflow, atOnce, reason }
            .AsSignedIn(async (client, parsed, cancel) =>
            {
                await client.GraphQL(LimitDocument, new JsonObject
                {
                    ["input"] = new JsonObject
                    {
                        ["commandId"] = ServerVerb.NewCommandId(),
                        ["workflowId"] = await WorkflowReference.Resolve(client, parsed.GetValue(workflow)!, cancel),
                        ["atOnce"] = parsed.GetValue(atOnce),
                        ["reason"] = parsed.GetValue(reason),
                    },
                }, cancel);
                return ExitCode.Done;
            });
    }
}
