using System.Text.Json;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Engine.Platform;

namespace Jarvis.Engine.Runs;

/// <summary>The history that is replayed cannot be used; the message says why.</summary>
public sealed class ReplayException(string message) : Exception(message);

/// <summary>A run as its history tells it, for looking at it again: nothing is executed and nothing private is in it.</summary>
/// <param name="Events">In order, with their sequences from 1, up to the one that was asked for.</param>
/// <param name="Last">The last sequence of the whole history.</param>
public sealed record RunReplay(Guid RunId, IReadOnlyList<(long Sequence, IExecutionEvent Event)> Events, long Last)
{
    /// <summary>Events of one history that are replayed.</summary>
    public const int MaxEvents = 2_000_000;

    private RecordedExecution? Inherited { get; init; }

    private RuntimeDescriptor Runtime { get; init; } = new("jarvis", "0", JsonObject.Empty);

    /// <summary>The state after the last of the events.</summary>
    public Execution State => Execution.Fold(null, 1, Events.Select(e => e.Event));

    /// <summary>The variables as they stand after the last of the events.</summary>
    public JsonObject Variables => Events.Select(e => e.Event).OfType<ExecutionVariablesChanged>().Aggregate(JsonObject.Empty, static (variables, change) =>
    {
        foreach (var (name, value) in (change.Changed.Reveal() as JsonObject)?.Members ?? JsonObject.Empty.Members)
        {
            variables = variables.With(name, value);
        }

        return ((change.Removed?.Reveal() as JsonArray)?.Items ?? []).OfType<JsonString>().Aggregate(variables, static (left, name) => left.Without(name.Value));
    });

    /// <summary>A run of this machine.</summary>
    /// <exception cref="ReplayException">The journal does not have it, or it recorded nothing up to there.</exception>
    public static RunReplay OfJournal(Journal journal, JarvisHome home, Guid runId, long? to)
    {
        if (journal.Find(runId) is not { } run)
        {
            throw new ReplayException($"The journal of this machine has no run {runId}.");
        }

        var events = journal.AllEvents(runId).Select(item => (item.Sequence, Read(item.Type, item.Whole ?? item.Data)));
        return Of(runId, events, to) with
        {
            Inherited = RunRecords.Inherited(journal, run.Request, 0),
            Runtime = RunExecution.RuntimeOf(journal, home, run.Request),
        };
    }

    /// <summary>An exported history: CloudEvents, one JSON a line, of one run. Events of other streams among them are left out.</summary>
    /// <exception cref="ReplayException">A line is none, there is a gap, or there are several runs in it.</exception>
    public static RunReplay OfExport(IEnumerable<string> lines, long? to)
    {
        var events = new SortedDictionary<long, IExecutionEvent>();
        Guid? subject = null;
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line) || Line(line, number) is not var (run, sequence, item))
            {
                continue;
            }

            if (subject is not null && subject != run)
            {
                throw new ReplayException($"Line {number} is of another run than those before it ({run}, {subject}).");
            }

            subject = run;
            events[sequence] = item;
        }

        return subject is { } id ? Of(id, events.Select(pair => (pair.Key, pair.Value)), to) : throw new ReplayException("There is no event of a run in it.");
    }

    /// <summary>Steps another definition through what was recorded.</summary>
    public ReplayOutcome Against(Definition definition)
    {
        var recorded = RecordedExecution.From(Events.Select(e => new JournalEntry(e.Event, null)), Inherited);
        var started = recorded.State;
        var facts = new RunFacts(
            RunId, started.Input?.Reveal() ?? JsonObject.Empty, Runtime, new Dictionary<string, Json>(), started.StartedAt ?? DateTimeOffset.UnixEpoch, started.Local,
            started.ContinuesRunId);
        return Rehearsal.Of(definition, facts, recorded);
    }

    private static RunReplay Of(Guid runId, IEnumerable<(long Sequence, IExecutionEvent Event)> all, long? to)
    {
        var events = new List<(long, IExecutionEvent)>();
        var last = 0L;
        foreach (var (sequence, item) in all)
        {
            if (sequence != last + 1)
            {
                throw new ReplayException($"After event {last} comes {sequence}: there is a gap.");
            }

            last = sequence;
            if (last > MaxEvents)
            {
                throw new ReplayException($"The history has more than {MaxEvents} events.");
            }

            if (to is null || sequence <= to)
            {
                events.Add((sequence, item));
            }
        }

        return events.Count > 0 ? new RunReplay(runId, events, last) : throw new ReplayException("The run recorded nothing up to there.");
    }

    private static (Guid Run, long Sequence, IExecutionEvent Event)? Line(string line, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            return EventNames.TypeOf(root.GetProperty("type").GetString()!) is { } type && typeof(IExecutionEvent).IsAssignableFrom(type)
                ? (root.GetProperty("subject").GetGuid(), root.GetProperty("sequence").GetInt64(), (IExecutionEvent)root.GetProperty("data").Deserialize(type, EventJson.Wire)!)
                : null;
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ReplayException($"Line {number} is not a CloudEvent of a run: {broken.Message}");
        }
    }

    private static IExecutionEvent Read(string type, byte[] data) =>
        EventNames.TypeOf(type) is { } known
            ? (IExecutionEvent)JsonSerializer.Deserialize(data, known, EventJson.Wire)!
            : throw new ReplayException($"This Jarvis does not know events of the type {type}.");
}
