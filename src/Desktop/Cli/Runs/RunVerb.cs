using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Jarvis.Cli.Platform;
using Jarvis.Cli.Workflows;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Runs;
using Jarvis.Engine.Workflows;

namespace Jarvis.Cli.Runs;

/// <summary>Runs one workflow file on this machine. The engine is the runner's own; only the journal is this command's.</summary>
internal static class RunVerb
{
    /// <summary>How long the workflow's processes may take to end after Ctrl-C before they are killed.</summary>
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(10);

    /// <summary>Journals of runs that were killed are removed after this time.</summary>
    private static readonly TimeSpan KeepAbandoned = TimeSpan.FromDays(7);

    public static Command Create(string name, string summary)
    {
        var file = new Argument<string>("FILE") { Description = "The workflow, YAML or JSON." };
        var input = new Option<string?>("--input") { Description = "Its input as JSON: a file, or - for stdin.", HelpName = "FILE|-" };
        var events = new Option<string?>("--events") { Description = "Writes what happens as CloudEvents, one JSON a line.", HelpName = "FILE" };
        var submit = new Option<bool>("--submit") { Description = "Hands the events to the paired runner, so that the run appears on the server." };
        var home = new Option<string?>("--home") { Description = "Jarvis's folder, instead of JARVIS_HOME or ~/.jarvis.", HelpName = "DIR" };
        var command = new Command(name, summary) { file, input, events, submit, home };
        command.SetAction((parsed, cancel) => Run(
            parsed.GetRequiredValue(file), parsed.GetValue(input), parsed.GetValue(events), parsed.GetValue(submit), parsed.GetValue(home), cancel));
        return command;
    }

    private static async Task<int> Run(string file, string? inputFile, string? eventsFile, bool submits, string? homeFolder, CancellationToken cancel)
    {
        var source = await TextInput.Read(file, cancel);
        var parsed = DefinitionParser.Parse(source, FunctionCatalog.Standard.Validation);
        if (parsed.Definition is not { } definition)
        {
            await Problems.Tell(file, parsed.Problems);
            return ExitCode.BadUsage;
        }

        var input = await Input(inputFile, cancel);
        var home = JarvisHome.Open(homeFolder);
        await using var events = eventsFile is null ? null : EventFile.Create(eventsFile);
        await TellMissingSecrets(definition, home);
        var runId = Guid.CreateVersion7();
        var privateFolder = Path.Combine(home.LocalFolder, runId.ToString());
        var run = new NewRun(
            runId, definition.Reference, source, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source))), input, RunOrigin.Local, submits,
            TimeProvider.System.GetUtcNow(), Path.GetDirectoryName(Path.GetFullPath(file)));
        try
        {
            await using var journal = OpenJournal(submits ? home.JournalFile : Path.Combine(privateFolder, "journal.db"), submits);
            var settings = new EngineSettings(home) { SharesJournal = submits, OnLine = RunLines.Tell };
            return await Run(run, journal, submits ? settings : settings with { BlobFolder = Path.Combine(privateFolder, "blobs") }, events, cancel);
        }
        catch (JournalException left)
        {
            await Console.Error.WriteLineAsync(left.Message);
            return ExitCode.Failed;
        }
        finally
        {
            if (!submits)
            {
                Tidy(home, runId, privateFolder);
            }
        }
    }

    /// <summary>Said before anything is done; a workflow may still do without one by catching the error of its use.</summary>
    private static async Task TellMissingSecrets(Definition definition, JarvisHome home)
    {
        if (definition.Use.Secrets.IsEmpty)
        {
            return;
        }

        try
        {
            var kept = new SecretStore(home.SecretsFile).All();
            foreach (var missing in definition.Use.Secrets.Where(name => !kept.ContainsKey(name)))
            {
                await Console.Error.WriteLineAsync($"This PC lacks the secret `{missing}`; keep it with: jarvis secret set {missing}");
            }
        }
        catch (SecretException)
        {
            // The run itself says that they cannot be read, as its fault.
        }
    }

    private static async Task<int> Run(NewRun run, Journal journal, EngineSettings settings, FileStream? events, CancellationToken cancel)
    {
        journal.TroubleChanged += trouble => Console.Error.WriteLine(trouble ?? "The journal can be written again; the run goes on.");
        await using var engine = new WorkflowEngine(settings, journal);
        await engine.Start(run, CancellationToken.None);
        if (settings.SharesJournal)
        {
            await engine.Resume(CancellationToken.None);
        }

        var writing = events is null ? Task.CompletedTask : EventFile.Follow(events, journal, run.RunId);
        await using var interrupt = cancel.Register(() => engine.Cancel(run.RunId, CancelGrace));
        var ending = await engine.WhenEnded(run.RunId, CancellationToken.None);
        await ((Task)writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var code = await Tell(ending);
        // Said after the result, which is not lost by it.
        await writing;
        return code;
    }

    private static async Task<int> Tell(Ending? ending)
    {
        switch (ending)
        {
            case Ending.Completed completed:
                Console.Out.WriteLine(completed.Output.ToString());
                return ExitCode.Done;
            case Ending.Faulted faulted:
                await Console.Error.WriteLineAsync(ErrorObject(faulted.Fault));
                return ExitCode.Failed;
            default:
                await Console.Error.WriteLineAsync("The run was cancelled.");
                return ExitCode.Failed;
        }
    }

    /// <summary>The DSL's error object; members that the fault does not have are left out.</summary>
    private static string ErrorObject(Fault fault)
    {
        var error = JsonObject.Empty.With("type", fault.Type).With("status", fault.Status);
        foreach (var (name, value) in new[] { ("title", fault.Title), ("detail", fault.Detail), ("instance", fault.Instance) })
        {
            error = value is null ? error : error.With(name, value);
        }

        return error.ToString();
    }

    private static async Task<byte[]> Input(string? file, CancellationToken cancel)
    {
        if (file is null)
        {
            return "{}"u8.ToArray();
        }

        try
        {
            return Json.Parse(await TextInput.Read(file, cancel)).ToUtf8Bytes();
        }
        catch (JsonException malformed)
        {
            throw new UsageException($"The input is not JSON: {malformed.Message}");
        }
    }

    /// <param name="shared">A private journal ends with this process, so nothing would be gained by waiting for the disk.</param>
    private static Journal OpenJournal(string file, bool shared)
    {
        try
        {
            return Journal.Open(file, durable: shared);
        }
        catch (Exception closed) when (closed is JournalException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException(closed.Message);
        }
    }

    /// <summary>Removes what only this run needed. Files that the workflow wrote stay.</summary>
    private static void Tidy(JarvisHome home, Guid runId, string privateFolder)
    {
        try
        {
            if (Directory.Exists(privateFolder))
            {
                Directory.Delete(privateFolder, recursive: true);
            }

            var runFolder = home.RunFolder(runId);
            if (Directory.Exists(runFolder) && !Directory.EnumerateFileSystemEntries(runFolder).Any())
            {
                Directory.Delete(runFolder);
            }

            foreach (var abandoned in new DirectoryInfo(home.LocalFolder).EnumerateDirectories().Where(d => d.CreationTimeUtc < TimeProvider.System.GetUtcNow() - KeepAbandoned))
            {
                abandoned.Delete(recursive: true);
            }
        }
        catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"Some files of the run could not be removed: {kept.Message}");
        }
    }
}
