using System.Collections.Concurrent;

namespace Jarvis.Engine.Runs;

/// <summary>
/// Which runs are just being taken up: between a run's row in the journal and its execution lies a moment in which whoever looks
/// there finds a run of this engine that nobody executes. One at a time may take a run up.
/// </summary>
internal sealed class RunReservations
{
    private readonly ConcurrentDictionary<Guid, Reservation> held = new();

    /// <summary>Reserves the run once nobody else holds it.</summary>
    public async Task<IDisposable> Reserve(Guid runId, CancellationToken cancellation)
    {
        var mine = new Reservation(this, runId);
        while (held.GetOrAdd(runId, mine) is var holder && holder != mine)
        {
            await holder.Released.WaitAsync(cancellation);
        }

        return mine;
    }

    /// <returns>Null where somebody holds it.</returns>
    public IDisposable? TryReserve(Guid runId)
    {
        var mine = new Reservation(this, runId);
        return held.TryAdd(runId, mine) ? mine : null;
    }

    private sealed class Reservation(RunReservations all, Guid runId) : IDisposable
    {
        private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Released => released.Task;

        public void Dispose()
        {
            all.held.TryRemove(KeyValuePair.Create(runId, this));
            released.TrySetResult();
        }
    }
}
