using System.CommandLine;
using System.Text.Json.Nodes;
using Jarvis.Cli.Devices;
using Jarvis.Cli.Platform;

namespace Jarvis.Cli.Runs;

/// <summary>Which runs: the options that `jarvis runs` and its bulk retry have in common.</summary>
internal sealed class RunsFilter
{
    private static readonly string[] Triggers = ["manual", "api", "retry", "local"];

    private readonly Option<string?> trigger = new("--trigger") { Description = $"Only those begun by: {string.Join(", ", Triggers)}.", HelpName = "TRIGGER" };
    private readonly Option<string?> errorType = new("--error-type") { Description = "Only those that ended with this error: its URI or the beginning of it.", HelpName = "URI" };
    private readonly Option<string?> text = new("--text") { Description = "Only those with this in the workflow's name or the error's type, or as the beginning of their id.", HelpName = "TEXT" };
    private readonly Option<string?> workflow = new("--workflow") { Description = "Only those of this workflow, by name or id.", HelpName = "NAME" };
    private readonly Option<string?> device = new("--device") { Description = "Only those of this device, by name or id.", HelpName = "NAME" };

    public RunsFilter() => trigger.AcceptOnlyFromAmong(Triggers);

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[trigger, errorType, text, workflow, device])
        {
            command.Add(option);
        }
    }

    /// <summary>As the server takes it.</summary>
    public async Task<JsonObject> Read(ServerClient client, ParseResult parsed, CancellationToken cancel) => new()
    {
        ["trigger"] = parsed.GetValue(trigger)?.ToUpperInvariant(),
        ["errorType"] = parsed.GetValue(errorType),
        ["text"] = parsed.GetValue(text),
        ["workflowId"] = parsed.GetValue(workflow) is { } called ? await Workflows.WorkflowReference.Resolve(client, called, cancel) : null,
        ["deviceId"] = parsed.GetValue(device) is { } named ? await DeviceReference.Resolve(client, named, cancel) : null,
    };
}
