namespace Jarvis.Engine.Runs;

/// <summary>A run's place among those that execute at once. A paused run gives it to another one meanwhile.</summary>
internal sealed class RunTurn(SemaphoreSlim turns)
{
    private readonly Lock gate = new();
    private bool held;

    /// <summary>Returns once it is this run's turn; at once where it has it already.</summary>
    public async Task Take(CancellationToken cancellation)
    {
        lock (gate)
        {
            if (held)
            {
                return;
            }
        }

        await turns.WaitAsync(cancellation);
        lock (gate)
        {
            if (!held)
            {
                held = true;
                return;
            }
        }

        turns.Release();
    }

    public void Give()
    {
        lock (gate)
        {
            if (!held)
            {
                return;
            }

            held = false;
        }

        turns.Release();
    }
}
