using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Jarvis.Engine.Platform;

namespace Jarvis.Cli.Platform;

/// <summary>What the verbs that talk to a server have in common.</summary>
internal static class ServerVerb
{
    public static Option<bool> Json() => new("--json") { Description = "JSON on stdout instead of text." };

    public static Option<string?> Home() => new("--home") { Description = "The folder of this PC's Jarvis (default: JARVIS_HOME, then ~/.jarvis).", HelpName = "DIR" };

    public static Option<string?> Reason() => new("--reason") { Description = "Why; kept with the request.", HelpName = "TEXT" };

    /// <summary>Adds <c>--home</c> and runs the action as the signed-in person, turning what the server refuses into exit codes.</summary>
    public static Command AsSignedIn(this Command command, Func<ServerClient, ParseResult, CancellationToken, Task<int>> action)
    {
        var home = Home();
        command.Add(home);
        command.SetAction((parsed, cancel) => Answer(async () =>
        {
            var folder = JarvisHome.Open(parsed.GetValue(home));
            var session = ServerSession.Load(folder) ?? throw new UsageException("Nobody is signed in here. Sign in with `jarvis login URL`.");
            using var client = new ServerClient(folder, session);
            return await action(client, parsed, cancel);
        }));
        return command;
    }

    /// <summary>Prints what the server refused on stderr.</summary>
    public static async Task<int> Answer(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (ServerRefusal refusal)
        {
            await Console.Error.WriteLineAsync($"{refusal.Message} ({refusal.Code})");
            foreach (var problem in refusal.Details?["problems"] as JsonArray ?? [])
            {
                // What does not fit, by JSON Pointer; the whole of it has an empty one.
                await Console.Error.WriteLineAsync($"  {problem?["pointer"]} {problem?["message"]}".Replace("   ", "  ", StringComparison.Ordinal));
            }

            return ExitCode.Failed;
        }
        catch (ServerUnavailable away)
        {
            await Console.Error.WriteLineAsync(away.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Failed;
        }
    }

    public static string NewCommandId() => Guid.CreateVersion7().ToString();

    /// <summary>Indented JSON, readable as it stands.</summary>
    public static void Print(JsonNode? value, bool indented = false) =>
        Console.Out.WriteLine(value?.ToJsonString(indented ? Indented : Compact) ?? "null");

    /// <summary>The run that came of a mutation: its id, or as JSON with the position.</summary>
    public static Task PrintRun(JsonNode answer, bool json)
    {
        if (!json)
        {
            return Console.Out.WriteLineAsync((string?)answer["run"]!["id"]);
        }

        Print(new JsonObject { ["id"] = answer["run"]!["id"]!.DeepClone(), ["position"] = answer["position"]?.DeepClone() });
        return Task.CompletedTask;
    }

    private static readonly JsonSerializerOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = DeepJson.MaxDepth };
    private static readonly JsonSerializerOptions Indented = new(Compact) { WriteIndented = true };
}
