using Jarvis.Domain.Runs;

namespace Jarvis.Engine.Runs;

/// <summary>
/// The conversation of controls with one run: each is acknowledged by an event at once and answered by a second one when it
/// took effect, or could not. Each is answered once, also after a crash.
/// </summary>
/// <param name="turn">Given back while the run is paused; null for a run that needs none.</param>
/// <param name="stop">The engine stops: what is not answered by then stays open in the journal, and the next start takes it up.</param>
/// <param name="over">The engine stops, or the run is being cancelled.</param>
internal sealed class RunControls(
    RunRecorder recorder, RunPace pace, RunTurn? turn, string name, TimeProvider clock, Action<TimeSpan> cancel, bool wasPaused, CancellationToken stop,
    CancellationToken over) : IDisposable
{
    /// <summary>Outcome of a control that came, or was still open, when the run had ended.</summary>
    public const string Ended = "run.ended";

    /// <summary>Outcome of a pause that was taken back before the run came to rest.</summary>
    public const string Resumed = "run.resumed";

    private readonly SemaphoreSlim one = new(1);
    private readonly Lock gate = new();
    private readonly HashSet<Guid> known = [];
    private readonly OrderedDictionary<Guid, JournaledControl> open = [];
    private readonly List<JournaledControl> pausing = [];
    private bool paused = wasPaused;
    private bool ended;

    /// <summary>Acts on a control that is in the journal. The same one again changes nothing.</summary>
    /// <param name="cancellation">Whoever brings it may turn back until it is its turn; from then on it is answered, whoever is gone.</param>
    /// <returns>False where the run has ended and the answer is for others to give.</returns>
    public async Task<bool> Handle(JournaledControl control, CancellationToken cancellation)
    {
        await one.WaitAsync(cancellation);
        try
        {
            lock (gate)
            {
                if (ended)
                {
                    return known.Contains(control.ControlId);
                }

                if (!known.Add(control.ControlId))
                {
                    return true;
                }

                open.Add(control.ControlId, control);
            }

            var acknowledged = control.Acknowledged ? Task.CompletedTask : recorder.Answer(() => Acknowledge(control), stop);
            if (control.Kind == ControlKind.Cancel)
            {
                // Its place in the order is taken. What the run waits for ends now, whatever the acknowledgement itself has to wait for.
                cancel(TimeSpan.FromSeconds(control.GraceSeconds));
            }

            await acknowledged;
            switch (control.Kind)
            {
                case ControlKind.Pause:
                    await Pause(control);
                    break;
                case ControlKind.Resume:
                    await Resume(control);
                    break;
            }

            return true;
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>The answers that belong to the run's end; null for an event that is no end.</summary>
    public ControlReply? AtEnd(IExecutionEvent end)
    {
        if (end is not (ExecutionCancelled or ExecutionCompleted or ExecutionFaulted))
        {
            return null;
        }

        lock (gate)
        {
            ended = true;
            var events = new List<IExecutionEvent>();
            foreach (var control in open.Values)
            {
                if (!control.Acknowledged)
                {
                    events.Add(new ExecutionControlAcknowledged(control.ControlId, control.Kind, clock.GetUtcNow()));
                }

                events.Add(Effect(control, control.Kind == ControlKind.Cancel && end is ExecutionCancelled ? null : Ended));
            }

            var controls = open.Keys.Select(id => new ControlProgress(id, Effective: true)).ToList();
            open.Clear();
            return new ControlReply(events, controls);
        }
    }

    /// <summary>
    /// The run is over, or left. Somebody may still stand in the conversation and must be able to leave it, so that what keeps its order is not
    /// taken away; it holds nothing of the system's.
    /// </summary>
    public void Dispose()
    {
        lock (gate)
        {
            ended = true;
        }
    }

    private ControlReply? Acknowledge(JournaledControl control)
    {
        lock (gate)
        {
            if (ended)
            {
                return null;
            }

            open[control.ControlId] = control with { Acknowledged = true };
            return new ControlReply(
                [new ExecutionControlAcknowledged(control.ControlId, control.Kind, clock.GetUtcNow())], [new ControlProgress(control.ControlId, Effective: false)]);
        }
    }

    private async Task Pause(JournaledControl control)
    {
        if (paused)
        {
            await recorder.Answer(() => Close([control], null, [], null), stop);
            return;
        }

        // Several pauses come to rest together.
        pausing.Add(control);
        if (pausing.Count == 1)
        {
            _ = WhenAtRest(pace.Close());
        }
    }

    private async Task WhenAtRest(Task rest)
    {
        try
        {
            await rest.WaitAsync(over);
            await one.WaitAsync(over);
        }
        catch (OperationCanceledException)
        {
            // Taken back, or the run is over: whoever did that answers the controls.
            return;
        }

        try
        {
            if (pausing.Count > 0 && pace.IsClosed)
            {
                paused = true;
                var now = clock.GetUtcNow();
                pace.Pauses.Begin(now);
                await recorder.Answer(
                    () => Close(pausing, null, [new ExecutionSuspended(name, now)], new StatusChange(JournaledStatus.Paused)), stop);
                pausing.Clear();
                turn?.Give();
            }
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or JournalException)
        {
            // The engine stops. The controls stay open in the journal, and the next start takes them up.
        }
        finally
        {
            one.Release();
        }
    }

    private async Task Resume(JournaledControl control)
    {
        if (pausing.Count > 0)
        {
            await recorder.Answer(() => Close(pausing, Resumed, [], null), stop);
            pausing.Clear();
        }

        var before = paused ? new IExecutionEvent[] { new ExecutionResumed(name, clock.GetUtcNow()) } : [];
        var status = paused ? new StatusChange(JournaledStatus.Running) : null;
        paused = false;
        await recorder.Answer(() => Close([control], null, before, status), stop);
        if (status is null || turn is null)
        {
            GoOn();
        }
        else
        {
            _ = GoOnInTurn(turn);
        }
    }

    private void GoOn()
    {
        pace.Pauses.End(clock.GetUtcNow());
        pace.Open();
    }

    /// <summary>Opens the gate once it is the run's turn again, unless it was paused anew by then.</summary>
    private async Task GoOnInTurn(RunTurn mine)
    {
        try
        {
            await mine.Take(over);
            await one.WaitAsync(over);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        try
        {
            if (paused)
            {
                mine.Give();
            }
            else if (pausing.Count == 0)
            {
                GoOn();
            }
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>The effect of those of the controls that nobody answered yet.</summary>
    private ControlReply? Close(IReadOnlyCollection<JournaledControl> controls, string? outcome, IReadOnlyList<IExecutionEvent> before, StatusChange? status)
    {
        lock (gate)
        {
            if (ended)
            {
                return null;
            }

            var closed = controls.Where(control => open.Remove(control.ControlId)).ToList();
            return new ControlReply(
                [.. before, .. closed.Select(control => Effect(control, outcome))],
                [.. closed.Select(control => new ControlProgress(control.ControlId, Effective: true))],
                status);
        }
    }

    private ExecutionControlTookEffect Effect(JournaledControl control, string? outcome) => new(control.ControlId, control.Kind, clock.GetUtcNow(), outcome);
}
