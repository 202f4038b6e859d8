using Jarvis.Client.Platform;
using Jarvis.Client.Runs;
using Jarvis.Client.Schema;
using Jarvis.Client.Workflows;
using Jarvis.Mobile.Platform;
using Microsoft.Extensions.DependencyInjection;

namespace Jarvis.Mobile.Runs;

/// <summary>The run that is acted on, as dialogs name it.</summary>
/// <param name="Device">The PC's name; null where none has it.</param>
public sealed record RunFacts(Guid Id, string Workflow, string? Device, RunStatus Status, Position Seen)
{
    public static RunFacts Of(RunRow run, Language words) => new(run.Id, words.NameOf(run), run.Device?.Name, run.Status, run.Position);
}

/// <summary>
/// Pause, resume, stop and retry from any page: asks first, sends, and where the server cannot be reached offers to send later. What touches a
/// running task waits ten minutes at most, and only if the person says so.
/// </summary>
public sealed class RunActs(Acts acts, Questions questions, Language words)
{
    /// <summary>Each page makes its own: the assembly it is in is fetched with the first page that acts on runs.</summary>
    public static RunActs Of(IServiceProvider services) => ActivatorUtilities.CreateInstance<RunActs>(services);

    /// <summary>The position of the last act of any page: what is asked from here on is at least that new.</summary>
    public Position? Since => acts.Since;

    public async Task<Acted> Pause(RunFacts run, CancellationToken cancel = default)
    {
        var question = new Question(words[RunActWords.PauseTitle, run.Workflow], words[RunActWords.PauseEffect, NameOf(run)], words[RunActWords.PauseVerb]);
        if (await questions.Ask(question) is null)
        {
            return Acted.No;
        }

        var id = Guid.NewGuid();
        var mutation = new PauseRunMutation { Input = new PauseRunInput { CommandId = id, RunId = run.Id, Seen = run.Seen } };
        return await Send(mutation, id, words[RunActWords.QueuedPause, run.Workflow], run.Id, Outbox.UrgentFor, ControlOf(run), data => data.PauseRun.Position, cancel);
    }

    public Task<Acted> Resume(RunFacts run, CancellationToken cancel = default)
    {
        var id = Guid.NewGuid();
        var mutation = new ResumeRunMutation { Input = new ResumeRunInput { CommandId = id, RunId = run.Id, Seen = run.Seen } };
        return Send(mutation, id, words[RunActWords.QueuedResume, run.Workflow], run.Id, Outbox.UrgentFor, ControlOf(run), data => data.ResumeRun.Position, cancel);
    }

    /// <param name="kill">Ends its processes at once instead of asking them to end.</param>
    public async Task<Acted> Stop(RunFacts run, bool kill = false, CancellationToken cancel = default)
    {
        var waits = run.Status == RunStatus.Pending;
        var question = kill
            ? new Question(words[RunActWords.KillTitle, run.Workflow], words[RunActWords.KillEffect, NameOf(run)], words[RunActWords.Kill])
            : waits
            ? new Question(words[RunActWords.CancelTitle, run.Workflow], words[RunActWords.CancelEffect], words[RunActWords.CancelWaiting])
            : new Question(words[RunActWords.StopTitle, run.Workflow], words[RunActWords.StopEffect, NameOf(run)], words[RunActWords.StopVerb]);
        if (await questions.Ask(question with { IsDangerous = true, OffersReason = words[RunActWords.ReasonOptional] }) is not { } consent)
        {
            return Acted.No;
        }

        var id = Guid.NewGuid();
        var mutation = new CancelRunMutation
        {
            Input = new CancelRunInput { CommandId = id, RunId = run.Id, Seen = run.Seen, GraceSeconds = kill ? 0 : null, Reason = string.IsNullOrWhiteSpace(consent.Reason) ? null : consent.Reason },
        };
        // A run that nobody has begun may as well be cancelled tomorrow.
        return await Send(mutation, id, words[RunActWords.QueuedStop, run.Workflow], run.Id, waits ? Outbox.SafeFor : Outbox.UrgentFor, ControlOf(run), data => data.CancelRun.Position, cancel);
    }

    /// <param name="commandId">The form's own: pressed twice it starts once.</param>
    /// <returns>The new run; null where it was refused or waits to be sent.</returns>
    public async Task<(Acted Acted, Guid? Run)> Start(StartRunInput input, string workflow, CancellationToken cancel = default)
    {
        Guid? started = null;
        var acted = await Send(new StartRunMutation { Input = input }, input.CommandId, words[RunActWords.QueuedStart, workflow], null, Outbox.SafeFor, null, data =>
        {
            started = data.StartRun.Run.Id;
            return data.StartRun.Position;
        }, cancel);
        return (acted, started);
    }

    public async Task<(Acted Acted, Guid? Run)> Retry(RetryRunInput input, string workflow, CancellationToken cancel = default)
    {
        Guid? started = null;
        var acted = await Send(new RetryRunMutation { Input = input }, input.CommandId, words[RunActWords.QueuedRetry, workflow], input.RunId, Outbox.SafeFor, null, data =>
        {
            started = data.RetryRun.Run.Id;
            return data.RetryRun.Position;
        }, cancel);
        return (acted, started);
    }

    /// <summary>Says that the person has seen what was wrong; nothing is asked.</summary>
    public async Task LookAt(RunFacts run, CancellationToken cancel = default)
    {
        var id = Guid.NewGuid();
        var mutation = new LookAtRunsMutation { Input = new LookAtRunsInput { CommandId = id, RunIds = [run.Id] } };
        await Send(mutation, id, words[RunActWords.QueuedLook, run.Workflow], run.Id, Outbox.SafeFor, "look:" + run.Id, data => data.LookAtRuns.Position, cancel);
    }

    private async Task<Acted> Send<T>(IMutation<T> mutation, Guid id, string title, Guid? target, TimeSpan valid, string? slot, Func<T, Position> position, CancellationToken cancel)
        where T : class
    {
        var (acted, answer) = await acts.Send(mutation, id, new Waits(title, target is { } run ? "runs/" + run : "runs", valid, slot), cancel);
        if (answer is not null)
        {
            acts.Since = position(answer);
        }

        return acted;
    }

    // Of what was asked of one run and still waits here, the last counts.
    private static string ControlOf(RunFacts run) => "control:" + run.Id;

    private string NameOf(RunFacts run) => run.Device ?? words[RunActWords.AnyPc];
}
