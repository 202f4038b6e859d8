using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Jarvis.Cli.Devices;
using Jarvis.Cli.Platform;

namespace Jarvis.Cli.Runs;

/// <summary><c>jarvis start WORKFLOW</c>: asks the server for a run of a published workflow, and prints the run's id.</summary>
internal static class StartVerb
{
    private const string Document = """
        mutation Start($input: StartRunInput!) { startRun(input: $input) { position run { id } } }
        """;

    private const string Preview = """
        query Preview($workflowId: UUID, $workflowName: String, $revision: Int, $deviceId: UUID, $priority: RunPriority) {
          startPreview(workflowId: $workflowId, workflowName: $workflowName, revision: $revision, deviceId: $deviceId, priority: $priority) { waitsFor message }
        }
        """;

    public static Command Create(string name, string summary)
    {
        var workflow = new Argument<string>("WORKFLOW") { Description = "Name or id of a published workflow." };
        var input = new Option<string?>("--input") { Description = "JSON input, from a file or - for stdin.", HelpName = "FILE|-" };
        var revision = new Option<int?>("--revision") { Description = "Which revision; the latest where it is missing.", HelpName = "N" };
        var device = new Option<string?>("--device") { Description = "Name or id of the device; any where it is missing.", HelpName = "DEVICE" };
        var priority = new Option<string?>("--priority") { Description = "Which of the waiting runs goes first: low, normal or high.", HelpName = "PRIORITY" };
        priority.AcceptOnlyFromAmong("low", "normal", "high");
        var reason = ServerVerb.Reason();
        var json = ServerVerb.Json();
        return new Command(name, summary) { workflow, input, revision, device, priority, reason, json }.AsSignedIn(async (client, parsed, cancel) =>
        {
            var typed = parsed.GetValue(workflow)!;
            var request = new JsonObject
            {
                ["commandId"] = ServerVerb.NewCommandId(),
                [Guid.TryParse(typed, out _) ? "workflowId" : "workflowName"] = typed,
                ["reason"] = parsed.GetValue(reason),
            };
            if (parsed.GetValue(revision) is { } number)
            {
                request["revision"] = number;
            }

            if (parsed.GetValue(priority) is { } first)
            {
                request["priority"] = first.ToUpperInvariant();
            }

            if (parsed.GetValue(input) is { } path)
            {
                request["input"] = await TextInput.ReadJson(path, cancel);
            }

            if (parsed.GetValue(device) is { } wanted)
            {
                request["deviceId"] = await DeviceReference.Resolve(client, wanted, cancel);
            }

            await Warn(client, request, cancel);
            var data = await client.GraphQL(Document, new JsonObject { ["input"] = request }, cancel);
            await ServerVerb.PrintRun(data["startRun"]!, parsed.GetValue(json));
            return ExitCode.Done;
        });
    }

    /// <summary>Says beforehand on stderr why the run would wait, or what its device lacks for it.</summary>
    private static async Task Warn(ServerClient client, JsonObject request, CancellationToken cancel)
    {
        try
        {
            var asked = new JsonObject(((string[])["workflowId", "workflowName", "revision", "deviceId", "priority"]).Select(name => KeyValuePair.Create(name, request[name]?.DeepClone())));
            if ((await client.GraphQL(Preview, asked, cancel))["startPreview"]?["message"] is { } message)
            {
                await Console.Error.WriteLineAsync((string?)message);
            }
        }
        catch (ServerRefusal)
        {
            // Whatever stands in the way, the start itself says it.
        }
    }
}
