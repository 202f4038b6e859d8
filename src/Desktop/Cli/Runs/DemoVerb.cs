using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Jarvis.Cli.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Runs;
using Jarvis.Engine.Workflows;

namespace Jarvis.Cli.Runs;

/// <summary>
/// <c>jarvis demo PLAN</c>: runs workflows by a clock that stands in the past and runs fast, for the runner of the same home to hand in. The runs
/// are real; only their clock was moved. A plan is a JSON array in order of time:
/// <c>[{"at", "file", "input", "cancelAfterSeconds"?, "retry"?: {"afterSeconds", "input"?}}]</c>. Only workflows that carry the tag <c>demo</c> are run.
/// </summary>
internal static class DemoVerb
{
    /// <summary>Most runs of one plan.</summary>
    private const int MaxRuns = 5_000;

    /// <summary>Seconds of the moved clock in one real second.</summary>
    private const double Speed = 300;

    /// <summary>Runs that are made at once, each lane by a clock of its own.</summary>
    private const int Lanes = 6;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    public static Command Create(string name, string summary)
    {
        var plan = new Argument<string>("PLAN") { Description = "What ran when, as JSON; - for stdin." };
        var home = ServerVerb.Home();
        var command = new Command(name, summary) { plan, home };
        command.SetAction(async (parsed, cancel) => await Run(parsed.GetRequiredValue(plan), JarvisHome.Open(parsed.GetValue(home)), cancel));
        return command;
    }

    private static async Task<int> Run(string planFile, JarvisHome home, CancellationToken cancel)
    {
        if (Json.Parse(await TextInput.Read(planFile, cancel)) is not JsonArray { Items: { Length: > 0 and <= MaxRuns } items })
        {
            throw new UsageException($"A plan is a JSON array of 1 to {MaxRuns} runs.");
        }

        using var only = HomeLock.TryTake(home) ?? throw new UsageException($"A runner works for {home.Folder}; a demo's past is made before it starts.");
        var folder = planFile == "-" ? Environment.CurrentDirectory : Path.GetDirectoryName(Path.GetFullPath(planFile))!;
        var runs = items.Select(item => Planned.Read(item, folder)).ToList();
        await using var journal = Journal.Open(home.JournalFile);
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Live([.. runs.Where((_, i) => i % Lanes == lane)], home, journal, cancel)));
        Console.Out.WriteLine(Json.Of(("runs", runs.Count)).ToString());
        return ExitCode.Done;
    }

    /// <summary>One run after the other, by a clock of their own.</summary>
    private static async Task Live(List<Planned> runs, JarvisHome home, Journal journal, CancellationToken cancel)
    {
        if (runs.Count == 0)
        {
            return;
        }

        var clock = new MovedClock(runs[0].At, Speed);
        await using var engine = new WorkflowEngine(new EngineSettings(home) { Clock = clock }, journal);
        foreach (var planned in runs)
        {
            cancel.ThrowIfCancellationRequested();
            clock.MoveTo(planned.At);
            if (clock.GetUtcNow() > DateTimeOffset.UtcNow)
            {
                break; // A past ends now.
            }

            var run = planned.ToRun(clock.GetUtcNow());
            var ending = await Live(run, planned.CancelAfter, clock, engine);
            if (planned.RetryAfter is { } wait && ending is Ending.Faulted)
            {
                clock.MoveTo(clock.GetUtcNow() + wait);
                var again = planned.ToRun(clock.GetUtcNow()) with { Continues = new Continuation(run.RunId, null, null, planned.RetryInput?.ToUtf8Bytes()) };
                await Live(again, null, clock, engine);
            }
        }

        await engine.Stop(Grace);
    }

    private static async Task<Ending?> Live(NewRun run, TimeSpan? cancelAfter, MovedClock clock, WorkflowEngine engine)
    {
        await engine.Start(run, CancellationToken.None);
        if (cancelAfter is { } after)
        {
            await Task.Delay(after, clock);
            engine.Cancel(run.RunId, Grace);
        }

        return await engine.WhenEnded(run.RunId, CancellationToken.None);
    }

    private sealed record Planned(DateTimeOffset At, string Source, DefinitionReference Workflow, Json Input, TimeSpan? CancelAfter, TimeSpan? RetryAfter, Json? RetryInput)
    {
        public static Planned Read(Json item, string folder)
        {
            if (item is not JsonObject planned || planned["file"] is not JsonString file
                || planned["at"] is not JsonString at || !DateTimeOffset.TryParse(at.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
            {
                throw new UsageException($"Not a planned run: {item}. It has at least a file and an instant ('at').");
            }

            var source = File.ReadAllText(Path.GetFullPath(file.Value, folder));
            var parsed = DefinitionParser.Parse(source, FunctionCatalog.Standard.Validation);
            var definition = parsed.Definition ?? throw new UsageException($"{file.Value}: {parsed.Problems[0].Message}");
            if (definition.Document.Tags is not JsonObject tags || tags["demo"] is null)
            {
                throw new UsageException($"{file.Value} does not carry the tag 'demo'; what only looks like a past is made of such workflows alone.");
            }

            var retry = planned["retry"] as JsonObject;
            return new Planned(
                instant, source, definition.Reference, planned["input"] ?? JsonObject.Empty, Seconds(planned["cancelAfterSeconds"]), Seconds(retry?["afterSeconds"]), retry?["input"]);
        }

        public NewRun ToRun(DateTimeOffset now) => new(
            Guid.CreateVersion7(now), Workflow, Source, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Source))), Input.ToUtf8Bytes(),
            RunOrigin.Local, Submits: true, now);

        private static TimeSpan? Seconds(Json? value) => value is JsonNumber number ? TimeSpan.FromSeconds(number.Value) : null;
    }
}
