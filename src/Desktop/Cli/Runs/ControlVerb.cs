using System.CommandLine;
using System.Text.Json.Nodes;
using Jarvis.Cli.Platform;

namespace Jarvis.Cli.Runs;

/// <summary><c>jarvis pause|resume|stop RUN</c>: asks for a control. That it took effect is seen on the run itself.</summary>
internal static class ControlVerb
{
    public static Command Pause(string name, string summary) => Create(name, summary, "pauseRun", "PauseRunInput");

    public static Command Resume(string name, string summary) => Create(name, summary, "resumeRun", "ResumeRunInput");

    public static Command Stop(string name, string summary) => Create(name, summary, "cancelRun", "CancelRunInput", new Option<int?>("--grace")
    {
        Description = "Seconds that its processes may take to end by themselves; 0 kills at once.",
        HelpName = "N",
    });

    private static Command Create(string name, string summary, string field, string inputType, Option<int?>? grace = null)
    {
        var run = RunReference.Argument();
        var reason = ServerVerb.Reason();
        var json = ServerVerb.Json();
        var command = new Command(name, summary) { run, reason, json };
        if (grace is not null)
        {
            command.Add(grace);
        }

        return command.AsSignedIn(async (client, parsed, cancel) =>
        {
            var input = new JsonObject
            {
                ["commandId"] = ServerVerb.NewCommandId(),
                ["runId"] = await RunReference.Resolve(client, parsed.GetValue(run)!, cancel),
                ["reason"] = parsed.GetValue(reason),
            };
            if (grace is not null && parsed.GetValue(grace) is { } seconds)
            {
                input["graceSeconds"] = seconds;
            }

            var data = await client.GraphQL(
                $"mutation Control($input: {inputType}!) {{ {field}(input: $input) {{ position control {{ id }} }} }}",
                new JsonObject { ["input"] = input },
                cancel);
            var answer = data[field]!;
            if (parsed.GetValue(json))
            {
                ServerVerb.Print(answer);
            }
            else
            {
                await Console.Out.WriteLineAsync(answer["control"] is null
                    ? $"{input["runId"]} ended at once: no device had it yet."
                    : $"Asked to {name} {input["runId"]}; `jarvis watch {input["runId"]}` shows when it takes effect.");
            }

            return ExitCode.Done;
        });
    }
}
