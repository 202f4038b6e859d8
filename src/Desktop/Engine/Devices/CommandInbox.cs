using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Engine.Runs;

namespace Jarvis.Engine.Devices;

/// <summary>What the inbox wants done next.</summary>
/// <param name="ToClaim">Runs whose start waits for the server's word.</param>
public sealed record InboxStep(IReadOnlyList<Guid> ToClaim, bool Unpaired);

/// <summary>
/// The server's commands on this PC: journaled before they are confirmed, each acted on once, those of one run in their order.
/// A start waits until the server granted it, and what follows for that run waits behind it.
/// </summary>
public sealed class CommandInbox(Journal journal, IRunExecutor executor, ValidationContext validation, Session session, RunnerVoice voice, TimeProvider time)
{
    /// <summary>Runs under way beyond which no further one is claimed; they wait on the server, where people see why.</summary>
    private const int MaxRunning = 1_000;

    private const string FencedEpoch = "device.epoch_fenced";

    private readonly SortedDictionary<long, ReceivedCommand> open = new(journal.UnhandledCommands().ToDictionary(command => command.Number));
    private long last = journal.LastCommand();

    /// <summary>Durable when it returns; one that came before changes nothing.</summary>
    public async Task Receive(ServerFrame frame, long number, string kind, CancellationToken cancel)
    {
        if (number <= last)
        {
            return;
        }

        var body = frame.Body is { } element ? Encoding.UTF8.GetBytes(element.GetRawText()) : "{}"u8.ToArray();
        var command = new ReceivedCommand(number, frame.Id ?? Guid.Empty, kind, frame.RunId, frame.Deadline, body, time.GetUtcNow(), Handled: false);
        await journal.ReceiveCommand(command, cancel);
        last = number;
        open.Add(number, command);
    }

    /// <summary>
    /// Forgets which commands there were: the server's count has gone back. What it sends again has no second effect, because runs and
    /// controls are known by their own ids.
    /// </summary>
    public async Task CountAnew(CancellationToken cancel)
    {
        await journal.ForgetCommands(cancel);
        open.Clear();
        last = 0;
    }

    /// <summary>Acts on every command that waits for nothing.</summary>
    public async Task<InboxStep> Proceed(CancellationToken cancel)
    {
        var starting = new List<Guid>();
        foreach (var command in open.Values.ToArray())
        {
            if (command.Type == "unpair")
            {
                await Handled(command, cancel);
                return new InboxStep([], Unpaired: true);
            }

            if (command is not { RunId: { } runId })
            {
                await Handled(command, cancel);
            }
            else if (command.Type == "start")
            {
                // Granted before a crash: the run is in the journal already.
                if (journal.Find(runId) is not null)
                {
                    await Handled(command, cancel);
                }
                else
                {
                    starting.Add(runId);
                }
            }
            else if (!starting.Contains(runId))
            {
                await Control(command, runId, cancel);
            }
        }

        return new InboxStep([.. starting.Take(Math.Max(0, MaxRunning - executor.Running.Count))], Unpaired: false);
    }

    /// <summary>The server gave the run to this runner for good.</summary>
    public async Task Granted(Guid runId, CancellationToken cancel)
    {
        if (StartOf(runId) is not { } command)
        {
            return;
        }

        RunnerNews said = new RunnerNews.RunNotTaken(runId, "the command was not readable");
        if (Read(command, RunnerJson.Default.StartBody) is { } body)
        {
            await executor.Start(OrderOf(runId, body), cancel);
            said = new RunnerNews.RunTaken(runId, body.Name ?? "workflow");
        }

        // Told when it is so: whoever hears it finds the command done.
        await Handled(command, cancel);
        voice.Tell(said);
    }

    /// <summary>The run is not to be started here any more.</summary>
    /// <returns>False where the claim came under an epoch that is over: that says nothing about the run, and the next connection asks again.</returns>
    public async Task<bool> Gone(Guid runId, string reason, CancellationToken cancel)
    {
        if (reason == FencedEpoch)
        {
            return false;
        }

        if (StartOf(runId) is { } command)
        {
            await Handled(command, cancel);
            voice.Tell(new RunnerNews.RunNotTaken(runId, reason));
        }

        return true;
    }

    private async Task Control(ReceivedCommand command, Guid runId, CancellationToken cancel)
    {
        ControlKind? kind = command.Type switch
        {
            "pause" => ControlKind.Pause,
            "resume" => ControlKind.Resume,
            "cancel" => ControlKind.Cancel,
            _ => null,
        };
        var ignored = await Act(command, runId, kind, cancel);
        await Handled(command, cancel);
        if (ignored is not null)
        {
            voice.Tell(new RunnerNews.ControlIgnored(runId, command.Type, ignored));
        }
    }

    /// <returns>Why it was not acted upon; null where it was.</returns>
    private async Task<string?> Act(ReceivedCommand command, Guid runId, ControlKind? kind, CancellationToken cancel)
    {
        if (kind is null || Read(command, RunnerJson.Default.ControlBody) is not { } body)
        {
            return "this runner does not know it";
        }

        if (command.Deadline is { } deadline && session.ServerNow(time) > deadline)
        {
            // The server has told the person by now that it expired; to act on it later would surprise.
            return "it came after its deadline";
        }

        voice.Tell(new RunnerNews.ControlReceived(runId, command.Type));
        var control = new JournaledControl(body.ControlId, runId, kind.Value, (int)(body.GraceSeconds ?? 10), command.ReceivedAt, false, false);
        return await executor.Control(control, cancel) ? null : "this runner does not have the run";
    }

    private NewRun OrderOf(Guid runId, StartBody body) => OrderOf(runId, body, Text(body));

    /// <summary>
    /// The definition's text: as the run it continues has it here, where that is the same one. What the server has of a run that began on
    /// this PC may be masked.
    /// </summary>
    private string Text(StartBody body) =>
        body.Continues is { } parent && journal.Find(parent.RunId) is { } known && known.Request.DefinitionHash == body.DefinitionHash
            ? known.Request.Definition
            : body.Definition;

    private NewRun OrderOf(Guid runId, StartBody body, string definition) => new(
        runId,
        // One that this runner cannot read becomes a run that fails, under the name the server knows.
        DefinitionParser.Parse(definition, validation).Definition?.Reference ?? new DefinitionReference("default", body.Name ?? "workflow", "0.0.0"),
        definition,
        body.DefinitionHash ?? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(definition))),
        body.Input is { } input ? input.ToUtf8Bytes() : "{}"u8.ToArray(),
        RunOrigin.Server,
        Submits: true,
        time.GetUtcNow(),
        WorkflowId: body.WorkflowId,
        Revision: body.Revision,
        Continues: body.Continues is { } from
            ? new Continuation(from.RunId, from.From, from.Done is { } done ? new MarkedDone((done.Output ?? Domain.Workflows.Data.Json.Null).ToUtf8Bytes(), done.By) : null, from.Input?.ToUtf8Bytes())
            : null);

    private ReceivedCommand? StartOf(Guid runId) => open.Values.FirstOrDefault(command => command.Type == "start" && command.RunId == runId);

    private async Task Handled(ReceivedCommand command, CancellationToken cancel)
    {
        await journal.HandledCommand(command.Number, cancel);
        open.Remove(command.Number);
    }

    private static T? Read<T>(ReceivedCommand command, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(command.Body, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
