using System.CommandLine;
using Jarvis.Cli.Platform;
using Jarvis.Engine.Devices;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Runs;
using Jarvis.Engine.Workflows;

namespace Jarvis.Cli.Devices;

/// <summary><c>jarvis runner</c>: pairs this PC, takes runs, submits their events, and goes on where it was when it was killed.</summary>
internal static class RunnerVerb
{
    /// <summary>How long tasks under way may come to their end when the runner is asked to stop.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);

    public static Command Create(string name, string summary)
    {
        var server = new Option<string?>("--server") { Description = "The server to work for; the one it is paired with where it is missing.", HelpName = "URL" };
        var called = new Option<string?>("--name") { Description = "What this device calls itself when it is paired (default: the PC's name).", HelpName = "NAME" };
        var port = new Option<int>("--port") { Description = "Of the local API on loopback; any that is free where it is missing.", HelpName = "N" };
        var home = ServerVerb.Home();
        var json = new Option<bool>("--json") { Description = "Status as JSON lines on stdout." };
        var command = new Command(name, summary) { RunnerKeeperVerb.Install(), RunnerKeeperVerb.Status(), RunnerKeeperVerb.Uninstall(), server, called, port, home, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var options = new RunnerOptions(
                parsed.GetValue(server) is { } url ? ServerAddress.Parse(url) : null, parsed.GetValue(called) ?? ThisMachine.Name, parsed.GetValue(port));
            return await Run(JarvisHome.Open(parsed.GetValue(home)), options, new RunnerLines(parsed.GetValue(json)), cancel);
        });
        return command;
    }

    private static async Task<int> Run(JarvisHome home, RunnerOptions options, RunnerLines lines, CancellationToken cancel)
    {
        using var only = HomeLock.TryTake(home) ?? throw new UsageException($"A runner works for {home.Folder} already; one home has one runner.");
        try
        {
            await using var journal = Journal.Open(home.JournalFile);
            await using var engine = new WorkflowEngine(new EngineSettings(home) { SharesJournal = true, TakesOver = true }, journal);
            var voice = new RunnerVoice(lines.Print);
            journal.TroubleChanged += trouble => voice.Tell(new RunnerNews.Storage(trouble));
            if (await engine.Resume(cancel) is > 0 and var unfinished)
            {
                voice.Tell(new RunnerNews.Resumed(unfinished));
            }

            var runner = new Runner(home, journal, engine, FunctionCatalog.Standard.Validation, voice, TimeProvider.System)
            {
                Capabilities = () => MachineCapabilities.Of(FunctionCatalog.Standard, home),
            };
            try
            {
                return Ended(await runner.Run(options, cancel), lines);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return ExitCode.Done;
            }
            finally
            {
                await engine.Stop(StopGrace);
            }
        }
        catch (JournalException unusable)
        {
            lines.End("journal", unusable.Message);
            return ExitCode.Failed;
        }
        catch (IOException taken) when (options.LocalPort != 0)
        {
            throw new UsageException($"The local API cannot listen on port {options.LocalPort}: {taken.Message}");
        }
    }

    private static int Ended(RunnerEnd end, RunnerLines lines)
    {
        switch (end)
        {
            case RunnerEnd.Fenced fenced:
                lines.End("fenced", $"Another runner uses this device's identity at {fenced.Server}; this one stops. A home folder must not be copied: pair each PC by itself.");
                break;
            case RunnerEnd.Unpaired unpaired:
                lines.End("unpaired", $"This device is no longer paired with {unpaired.Server}. Start the runner again to pair it anew.");
                break;
            case RunnerEnd.Refused refused:
                lines.End("refused", refused.Message);
                break;
        }

        return ExitCode.Failed;
    }
}
