using Jarvis.Engine.Runs;

namespace Jarvis.Engine.Devices;

/// <summary>What the runner's conversations need of whoever executes runs.</summary>
public interface IRunExecutor
{
    /// <summary>Runs that have begun and not ended.</summary>
    IReadOnlyCollection<Guid> Running { get; }

    /// <summary>
    /// Keeps the run durably, then executes it beside the others. The same id again changes nothing.
    /// A definition that this runner cannot execute becomes a run that fails, in its events.
    /// </summary>
    Task Start(NewRun run, CancellationToken cancel);

    /// <summary>Keeps the control durably, then acts on it; the answers are events of the run. The same id again changes nothing.</summary>
    /// <returns>False where this runner does not have the run.</returns>
    Task<bool> Control(JournaledControl control, CancellationToken cancel);
}
