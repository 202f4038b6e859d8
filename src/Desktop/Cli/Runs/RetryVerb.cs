using System.CommandLine;
using System.Text.Json.Nodes;
using Jarvis.Cli.Devices;
using Jarvis.Cli.Platform;

namespace Jarvis.Cli.Runs;

/// <summary><c>jarvis retry RUN</c>: a new run, linked to the one that ended, from the start or from its failed task. Prints the new id.</summary>
internal static class RetryVerb
{
    private const string Document = """
        mutation Retry($input: RetryRunInput!) { retryRun(input: $input) { position run { id } } }
        """;

    public static Command Create(string name, string summary)
    {
        var run = RunReference.Argument();
        var from = new Option<string>("--from") { Description = "Where the new run begins.", DefaultValueFactory = _ => "failed-task", HelpName = "start|failed-task" };
        from.AcceptOnlyFromAmong("start", "failed-task");
        var done = new Option<string?>("--mark-done") { Description = "Takes the failed task for done, with this JSON output (a file, or - for stdin).", HelpName = "FILE|-" };
        var given = new Option<string?>("--input") { Description = "A corrected input, JSON (a file, or - for stdin): the run's from the start, the failed task's from there.", HelpName = "FILE|-" };
        var revision = new Option<string>("--revision") { Description = "Which revision runs.", DefaultValueFactory = _ => "original", HelpName = "original|newest" };
        revision.AcceptOnlyFromAmong("original", "newest");
        var device = new Option<string?>("--device") { Description = "On which device, from the start; its name or id.", HelpName = "NAME" };
        var reason = ServerVerb.Reason();
        var json = ServerVerb.Json();
        return new Command(name, summary) { run, from, done, given, revision, device, reason, json }.AsSignedIn(async (client, parsed, cancel) =>
        {
            var input = new JsonObject
            {
                ["commandId"] = ServerVerb.NewCommandId(),
                ["runId"] = await RunReference.Resolve(client, parsed.GetValue(run)!, cancel),
                ["from"] = parsed.GetValue(from) == "start" ? "START" : "FAILED_TASK",
                ["revision"] = parsed.GetValue(revision) == "newest" ? "NEWEST" : "ORIGINAL",
                ["reason"] = parsed.GetValue(reason),
            };
            if (parsed.GetValue(device) is { } named)
            {
                input["deviceId"] = await DeviceReference.Resolve(client, named, cancel);
            }

            if (parsed.GetValue(done) is { } path)
            {
                input["markDone"] = new JsonObject { ["output"] = await TextInput.ReadJson(path, cancel) };
            }

            if (parsed.GetValue(given) is { } corrected)
            {
                input["input"] = await TextInput.ReadJson(corrected, cancel);
            }

            var data = await client.GraphQL(Document, new JsonObject { ["input"] = input }, cancel);
            await ServerVerb.PrintRun(data["retryRun"]!, parsed.GetValue(json));
            return ExitCode.Done;
        });
    }
}
