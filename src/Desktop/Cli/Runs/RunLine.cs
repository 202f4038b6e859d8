using System.Globalization;
using System.Text.Json.Nodes;

namespace Jarvis.Cli.Runs;

/// <summary>One event of a run as a line for people.</summary>
internal static class RunLine
{
    private const string Dsl = "io.serverlessworkflow.";
    private const string Jarvis = "ai.jarvis.run.";

    /// <summary>Null for events that say nothing new to a person who watches.</summary>
    public static string? Of(JsonObject change)
    {
        var type = (string?)change["type"] ?? "";
        var data = change["data"] as JsonObject;
        var text = type switch
        {
            Dsl + "task.created.v1" => $"created    {data?["instance"]}  {data?["kind"]}",
            Dsl + "task.started.v1" => $"started    {data?["instance"]}",
            Dsl + "task.completed.v1" => $"done       {data?["instance"]}",
            Dsl + "task.faulted.v1" => $"failed     {data?["instance"]}  {data?["error"]?["type"]}",
            Dsl + "task.cancelled.v1" => $"cancelled  {data?["instance"]}",
            Dsl + "task.suspended.v1" => $"waits      {data?["instance"]}  {Until((string?)data?["until"])}",
            Dsl + "task.retried.v1" => $"again      {data?["instance"]}  attempt {data?["attempt"]}",
            Jarvis + "progress.v1" => $"{data?["percent"],3} %",
            Jarvis + "control.acknowledged.v1" => $"{data?["kind"]} acknowledged by the PC",
            Jarvis + "control.effective.v1" => $"{data?["kind"]} {(data?["outcome"] is { } why ? $"not done: {why}" : "done")} on the PC",
            Jarvis + "log.v1" => Log(data),
            Jarvis + "variables.v1" or Dsl + "task.resumed.v1" => null,
            _ when type.StartsWith(Dsl + "workflow.", StringComparison.Ordinal) => $"run {Name(type, Dsl + "workflow.")}",
            _ when type.StartsWith(Jarvis, StringComparison.Ordinal) => $"server: {Name(type, Jarvis)}",
            _ => type,
        };
        if (text is null)
        {
            return null;
        }

        var at = DateTimeOffset.TryParse((string?)change["at"], CultureInfo.InvariantCulture, out var instant)
            ? instant.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)
            : "            ";
        return $"{at}  {Printable(text)}";
    }

    private static string Until(string? instant) =>
        DateTimeOffset.TryParse(instant, CultureInfo.InvariantCulture, out var at)
            ? "until " + at.ToLocalTime().ToString(at - DateTimeOffset.Now > TimeSpan.FromHours(20) ? "yyyy-MM-dd HH:mm:ss" : "HH:mm:ss.fff", CultureInfo.InvariantCulture)
            : "";

    private static string? Log(JsonObject? data) =>
        data?["texts"] is JsonArray { Count: > 0 } texts ? string.Join(" | ", texts.Select(text => (string?)text)) : null;

    private static string Name(string type, string prefix) => type[prefix.Length..^".v1".Length].Replace('-', ' ').Replace('.', ' ');

    // What a workflow logs must not steer the terminal.
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
