using System.CommandLine;
using System.Text.Json.Nodes;
using Jarvis.Cli.Platform;

namespace Jarvis.Cli.Devices;

/// <summary><c>jarvis devices pause|resume|limit NAME</c>: everything on a device at once, with a line for each run.</summary>
internal static class DeviceControlVerb
{
    private const string Document = """
        mutation Control($input: {1}!) { {0}(input: $input) { position device { id } runs { run { id } outcome control { id } code message } } }
        """;

    private const string LimitDocument = """
        mutation Limit($input: LimitDeviceInput!) { limitDevice(input: $input) { position } }
        """;

    public static Command Pause() => Control("pause", "Asks every run on a device to pause; nothing new starts on it meanwhile.", "pauseDevice", "PauseDeviceInput");

    public static Command Resume() => Control("resume", "Asks every paused run on a device to go on, and lets it start runs again.", "resumeDevice", "ResumeDeviceInput");

    public static Command Limit()
    {
        var device = Device();
        var atOnce = new Argument<int?>("N") { Description = "How many runs at once; what Jarvis takes for good where it is missing.", Arity = ArgumentArity.ZeroOrOne };
        var reason = ServerVerb.Reason();
        return new Command("limit", "Says how many runs a device is given at once.") { device, atOnce, reason }.AsSignedIn(async (client, parsed, cancel) =>
        {
            await client.GraphQL(LimitDocument, new JsonObject
            {
                ["input"] = new JsonObject
                {
                    ["commandId"] = ServerVerb.NewCommandId(),
                    ["deviceId"] = await DeviceReference.Resolve(client, parsed.GetValue(device)!, cancel),
                    ["atOnce"] = parsed.GetValue(atOnce),
                    ["reason"] = parsed.GetValue(reason),
                },
            }, cancel);
            return ExitCode.Done;
        });
    }

    private static Command Control(string name, string summary, string field, string inputType)
    {
        var device = Device();
        var reason = ServerVerb.Reason();
        var json = ServerVerb.Json();
        return new Command(name, summary) { device, reason, json }.AsSignedIn(async (client, parsed, cancel) =>
        {
            var document = Document.Replace("{0}", field, StringComparison.Ordinal).Replace("{1}", inputType, StringComparison.Ordinal);
            var data = await client.GraphQL(document, new JsonObject
            {
                ["input"] = new JsonObject
                {
                    ["commandId"] = ServerVerb.NewCommandId(),
                    ["deviceId"] = await DeviceReference.Resolve(client, parsed.GetValue(device)!, cancel),
                    ["reason"] = parsed.GetValue(reason),
                },
            }, cancel);
            var runs = ((JsonArray)data[field]!["runs"]!).Select(run => run!).ToArray();
            if (parsed.GetValue(json))
            {
                ServerVerb.Print(data[field]!);
            }
            else if (runs.Length == 0)
            {
                await Console.Out.WriteLineAsync("The device has no run.");
            }
            else
            {
                Tables.Print(["RUN", "OUTCOME", "WHY"], runs.Select(run => (IReadOnlyList<string>)
                    [$"{run["run"]!["id"]}", $"{run["outcome"]}".ToLowerInvariant(), $"{run["message"]}"]));
            }

            return runs.Any(run => (string?)run["outcome"] == "REFUSED") ? ExitCode.Failed : ExitCode.Done;
        });
    }

    private static Argument<string> Device() => new("NAME") { Description = "The device's name or id." };
}
