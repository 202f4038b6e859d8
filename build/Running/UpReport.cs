using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Jarvis.Build.Running;

/// <summary>What the terminal is told once all is up: where it is, who signs in, what to try next; the same as the last JSON line.</summary>
public sealed class UpReport(StateFolders folders, string url, int port, Outside? outside)
{
    /// <summary>Characters of a run's result that are shown.</summary>
    private const int Shown = 600;

    /// <param name="run">The sample that was run last.</param>
    public void OfDemo(Progress progress, Demo demo, DemoRun run)
    {
        var text = Begin().AppendLine();
        foreach (var person in demo.People)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {person.Role,-14} {person.Email,-30} {person.Password}");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"  {"device",-14} {demo.Notes.Device}")
            .AppendLine(CultureInfo.InvariantCulture, $"  {"run",-14} {run.Id}: {run.Sample} {run.Status} in {Jarvis.Cli.Platform.Durations.Text(run.Seconds)}");
        if ((run.Error ?? run.Output) is { } result)
        {
            text.AppendLine("                 " + (result.Length > Shown ? result[..Shown] + "…" : result));
        }

        text.AppendLine()
            .AppendLine(CultureInfo.InvariantCulture, $"  build/jarvis login {url} --email {demo.Notes.Owner.Email}")
            .AppendLine("  build/jarvis watch " + run.Id);
        progress.Ready(text.Append(End).ToString(), new JsonObject
        {
            ["ready"] = true,
            ["url"] = url,
            ["users"] = new JsonArray([.. demo.People.Select(p => new JsonObject { ["role"] = p.Role, ["email"] = p.Email, ["password"] = p.Password })]),
            ["device"] = demo.Notes.Device,
            ["run"] = new JsonObject { ["id"] = run.Id, ["status"] = run.Status },
        });
    }

    /// <param name="setupLink">Makes the first administrator, once; null where there is one.</param>
    public void WithoutDemo(Progress progress, string? setupLink)
    {
        var text = Begin();
        if (setupLink is not null)
        {
            text.AppendLine().AppendLine("Make the first administrator with this link; it works once:").AppendLine("  " + setupLink);
        }

        if (outside is not null)
        {
            text.Append(outside.Invitation(port));
        }

        progress.Ready(text.Append(End).ToString(), new JsonObject
        {
            ["ready"] = true,
            ["url"] = url,
            ["setup"] = setupLink,
            ["outside"] = outside?.Url(port),
            ["users"] = new JsonArray(),
            ["device"] = null,
            ["run"] = null,
        });
    }

    private string End => $"\nLogs are in {Path.GetRelativePath(Repository.Root, folders.Logs)}, all data in {Path.GetRelativePath(Repository.Root, folders.State)}. Ctrl-C stops all of it.";

    private StringBuilder Begin() => new StringBuilder().AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Jarvis is up at {url}");
}
