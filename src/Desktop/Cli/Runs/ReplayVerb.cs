using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Jarvis.Cli.Platform;
using Jarvis.Cli.Workflows;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Runs;
using Jarvis.Engine.Workflows;
using Json = Jarvis.Domain.Workflows.Data.Json;

namespace Jarvis.Cli.Runs;

/// <summary>
/// <c>jarvis replay RUN|FILE</c>: folds a run of this machine's journal, or an exported history, and shows how it stood after an event.
/// With <c>--against</c> it steps a changed definition through the recorded results; nothing is executed.
/// </summary>
internal static class ReplayVerb
{
    private const int OutputColumns = 60;

    public static Command Create(string name, string summary)
    {
        var what = new Argument<string>("RUN|FILE") { Description = "A run of this machine, by id or `latest`, or a file of CloudEvents, one a line." };
        var to = new Option<long?>("--to") { Description = "Up to this event; to the last by default.", HelpName = "SEQUENCE" };
        var against = new Option<string?>("--against") { Description = "A definition that is stepped through what was recorded, to the first difference.", HelpName = "FILE" };
        var json = ServerVerb.Json();
        var home = ServerVerb.Home();
        var command = new Command(name, summary) { what, to, against, json, home };
        command.SetAction((parsed, cancel) => Replay(
            parsed.GetRequiredValue(what), parsed.GetValue(to), parsed.GetValue(against), parsed.GetValue(json), parsed.GetValue(home), cancel));
        return command;
    }

    private static async Task<int> Replay(string what, long? to, string? against, bool asJson, string? homeFolder, CancellationToken cancel)
    {
        var definition = against is null ? null : await Definition(against, cancel);
        if (against is not null && definition is null)
        {
            return ExitCode.BadUsage;
        }

        var replay = await Load(what, to, homeFolder);
        var outcome = definition is null ? null : replay.Against(definition);
        if (asJson)
        {
            var state = Describe(replay);
            if (outcome is not null)
            {
                state["against"] = new JsonObject { ["same"] = outcome.Same, ["outlined"] = outcome.HasOutlined, ["difference"] = Describe(outcome.First) };
            }

            ServerVerb.Print(state);
        }
        else
        {
            Tell(replay);
            Tell(outcome);
        }

        return outcome?.First is null ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task<Definition?> Definition(string file, CancellationToken cancel)
    {
        var parsed = DefinitionParser.Parse(await TextInput.Read(file, cancel), FunctionCatalog.Standard.Validation);
        if (parsed.Definition is null)
        {
            await Problems.Tell(file, parsed.Problems);
        }

        return parsed.Definition;
    }

    private static async Task<RunReplay> Load(string what, long? to, string? homeFolder)
    {
        try
        {
            if (File.Exists(what))
            {
                return RunReplay.OfExport(File.ReadLines(what), to);
            }

            var home = JarvisHome.Open(homeFolder);
            if (what != "latest" && !Guid.TryParse(what, out _))
            {
                throw new UsageException($"{what} is neither a file nor the id of a run.");
            }

            if (!File.Exists(home.JournalFile))
            {
                throw new UsageException($"There is no journal in {home.Folder}.");
            }

            await using var journal = Journal.Open(home.JournalFile);
            var id = Guid.TryParse(what, out var given) ? given
                : journal.Latest(1) is [var latest] ? latest.RunId
                : throw new UsageException("The journal of this machine has no run yet.");
            return RunReplay.OfJournal(journal, home, id, to);
        }
        catch (Exception unusable) when (unusable is ReplayException or JournalException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException(unusable.Message);
        }
    }

    private static JsonObject Describe(RunReplay replay)
    {
        var state = replay.State;
        return new JsonObject
        {
            ["runId"] = replay.RunId.ToString(),
            ["name"] = state.Name,
            ["phase"] = Word(state.Phase),
            ["sequence"] = state.LastSequence,
            ["last"] = replay.Last,
            ["percent"] = state.Percent,
            ["startedAt"] = state.StartedAt,
            ["endedAt"] = state.EndedAt,
            ["input"] = Node(state.Input?.Reveal()),
            ["output"] = Node(state.Output?.Reveal()),
            ["error"] = Describe(state.Error),
            ["current"] = new JsonArray([.. state.Current.Select(instance => (JsonNode)instance)]),
            ["variables"] = Node(replay.Variables),
            ["tasks"] = new JsonArray([.. InOrder(state).Select(task => (JsonNode)new JsonObject
            {
                ["instance"] = task.Instance,
                ["task"] = task.Task,
                ["name"] = task.Name,
                ["kind"] = task.Kind,
                ["phase"] = Word(task.Phase),
                ["startedAt"] = task.StartedAt,
                ["endedAt"] = task.EndedAt,
                ["attempt"] = task.Attempt,
                ["arguments"] = Node(task.Arguments?.Reveal()),
                ["output"] = Node(task.Output?.Reveal()),
                ["context"] = Node(task.Context?.Reveal()),
                ["then"] = task.Then,
                ["error"] = Describe(task.Error),
                ["by"] = task.By?.ToString(),
            })]),
        };
    }

    private static JsonObject? Describe(FaultError? error) => error is null ? null : new JsonObject
    {
        ["type"] = error.Type,
        ["status"] = error.Status,
        ["instance"] = error.Instance,
        ["title"] = Node((error.Text?.Reveal() as Domain.Workflows.Data.JsonObject)?["title"]),
        ["detail"] = Node((error.Text?.Reveal() as Domain.Workflows.Data.JsonObject)?["detail"]),
    };

    private static JsonObject? Describe(ReplayDifference? difference) => difference is null ? null : new JsonObject
    {
        ["code"] = difference.Code,
        ["task"] = difference.Task,
        ["instance"] = difference.Instance,
        ["reason"] = difference.Reason,
        ["recorded"] = Node(difference.Recorded),
        ["now"] = Node(difference.Now),
    };

    private static void Tell(RunReplay replay)
    {
        var state = replay.State;
        Console.Out.WriteLine($"{state.Name}: {Word(state.Phase)}, {state.Percent} %, after event {state.LastSequence} of {replay.Last}");
        if (state.Error is { } error)
        {
            Console.Out.WriteLine($"{error.Type} ({error.Status}) at {error.Instance ?? "no task"}");
        }

        if (state.Output?.Reveal() is { } output)
        {
            Console.Out.WriteLine($"output: {output}");
        }

        Console.Out.WriteLine($"variables: {replay.Variables}");
        Tables.Print(["TASK", "KIND", "PHASE", "TOOK", "OUTPUT"], InOrder(state).Select(task => (IReadOnlyList<string>)
        [
            task.Instance, task.Kind ?? "", Word(task.Phase),
            task is { StartedAt: { } from, EndedAt: { } until } ? string.Create(CultureInfo.InvariantCulture, $"{(until - from).TotalSeconds:0.000} s") : "",
            Short(task.Output?.Reveal()?.ToString() ?? task.Error?.Type ?? ""),
        ]));
    }

    private static void Tell(ReplayOutcome? outcome)
    {
        if (outcome is null)
        {
            return;
        }

        Console.Out.WriteLine();
        Console.Out.WriteLine($"{outcome.Same} task instances go as they were recorded.");
        if (outcome.First is not { } difference)
        {
            Console.Out.WriteLine("There is no difference.");
            return;
        }

        Console.Out.WriteLine($"First difference at {(difference.Instance.Length == 0 ? "the end of the run" : difference.Instance)}: {difference.Reason}");
        if (difference.Recorded is not null || difference.Now is not null)
        {
            Console.Out.WriteLine($"  recorded: {difference.Recorded}");
            Console.Out.WriteLine($"  now:      {difference.Now}");
        }

        if (outcome.HasOutlined)
        {
            Console.Out.WriteLine("Some recorded values are too large to stand in the events; what follows from them cannot be judged here.");
        }
    }

    private static IEnumerable<TaskState> InOrder(Execution state) => state.Tasks.Values.OrderBy(task => task.CreatedAt).ThenBy(task => task.LastSequence);

    private static JsonNode? Node(Json? value) => value is null ? null : JsonNode.Parse(value.ToString(), documentOptions: DeepJson.Reading);

    private static string Word<T>(T phase)
        where T : struct, Enum => phase.ToString().ToLowerInvariant();

    private static string Short(string text) => text.Length <= OutputColumns ? text : text[..(OutputColumns - 1)] + "…";
}
