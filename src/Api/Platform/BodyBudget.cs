using Jarvis.Domain.Platform;

namespace Jarvis.Api.Platform;

/// <summary>A body turned out larger than it may be.</summary>
public sealed class BodyTooLargeException() : IOException("The body is too large.");

/// <summary>More is being read at once than this process holds; the client tries again.</summary>
public sealed class BodyBudgetException() : IOException("Too many large requests at once.");

/// <summary>A body did not arrive in time.</summary>
public sealed class BodyTooSlowException() : IOException("The body came too slowly.");

/// <summary>
/// Reads bodies whole, within limits that hold for all of them together: however many requests there are, and however slowly they come, no more
/// than <see cref="Bytes"/> of them are held at once. Each account has a part of it, and so have all who are not signed in: nobody uses up
/// what others need.
/// </summary>
public sealed class BodyBudget : IDisposable
{
    /// <summary>Bodies held at once, in bytes.</summary>
    public const long Bytes = 64 * 1024 * 1024;

    /// <summary>Of them for one account, or for everybody without a token, in bytes.</summary>
    public const long BytesForOne = 16 * 1024 * 1024;

    /// <summary>A body that is larger than this, in bytes, is taken apart only with a few others.</summary>
    private const int SmallBytes = 64 * 1024;

    private const int LargeAtOnce = 4;
    private const int ReadBytes = 32 * 1024;

    /// <summary>What a body is taken to be that does not say how large it is, in bytes.</summary>
    private const int UnsaidBytes = 4 * 1024;

    /// <summary>A body must have come whole within this time.</summary>
    public static readonly TimeSpan ArrivalTime = TimeSpan.FromSeconds(30);

    /// <summary>A large body waits this long for its turn.</summary>
    private static readonly TimeSpan TurnTime = TimeSpan.FromSeconds(5);

    public static readonly Refusal Busy = new("server.busy", "Too many large requests at once. Try again in a moment.");
    public static readonly Refusal TooSlow = new("request.timeout", "The body did not arrive in time.");

    private readonly SemaphoreSlim turns = new(LargeAtOnce);
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, long> heldBy = [];
    private long total;

    /// <summary>A body of at most <paramref name="limit"/> bytes. Dispose it when it is no longer needed.</summary>
    /// <param name="account">Whose it is; null without a token.</param>
    /// <param name="said">How large it says it is, in bytes; null where it does not say. No more than a part is believed.</param>
    /// <exception cref="BodyTooLargeException">There is more of it.</exception>
    /// <exception cref="BodyBudgetException">Others hold too much.</exception>
    /// <exception cref="BodyTooSlowException">It did not come in time.</exception>
    /// <param name="inTurn">Whether a large body waits for its turn, because what is made of it takes many times its size.</param>
    public async Task<HeldBody> Read(Stream body, int limit, Guid? account, CancellationToken cancel, bool inTurn = true, long? said = null)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(ArrivalTime);
        var held = new HeldBody(this, account);
        try
        {
            // One byte more than it says: the end is seen without growing. A buffer for every request that most of it leaves empty costs more than the body.
            var expected = (int)Math.Min(said ?? UnsaidBytes, ReadBytes) + 1;
            while (true)
            {
                var room = held.Length < expected ? held.Room(expected - held.Length, limit + 1) : held.Room(ReadBytes, limit + 1);
                var read = await body.ReadAsync(room, patience.Token);
                if (read == 0)
                {
                    break;
                }

                held.Took(read);
                if (held.Length > limit)
                {
                    throw new BodyTooLargeException();
                }
            }

            if (inTurn && held.Length > SmallBytes && !await held.TakeTurn(turns, TurnTime, cancel))
            {
                throw new BodyBudgetException();
            }

            return held;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            held.Dispose();
            throw new BodyTooSlowException();
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public void Dispose() => turns.Dispose();

    internal bool Take(Guid? account, long bytes)
    {
        var who = account ?? Guid.Empty;
        lock (gate)
        {
            var held = heldBy.GetValueOrDefault(who) + bytes;
            if (held > BytesForOne || total + bytes > Bytes)
            {
                return false;
            }

            heldBy[who] = held;
            total += bytes;
            return true;
        }
    }

    internal void GiveBack(Guid? account, long bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        var who = account ?? Guid.Empty;
        lock (gate)
        {
            total -= bytes;
            if ((heldBy[who] -= bytes) == 0)
            {
                heldBy.Remove(who);
            }
        }
    }
}

/// <summary>A body in memory, and its part of the budget until it is disposed or emptied.</summary>
public sealed class HeldBody(BodyBudget budget, Guid? account) : IDisposable
{
    /// <summary>A buffer that is kept when the body is emptied, in bytes.</summary>
    private const int KeptBytes = 8 * 1024;

    private byte[] buffer = [];
    private long charged;
    private SemaphoreSlim? turn;

    public int Length { get; private set; }

    /// <summary>Whose part of the budget it takes.</summary>
    public bool IsOf(Guid? owner) => owner == account;

    public ReadOnlyMemory<byte> Memory => buffer.AsMemory(0, Length);

    public void Dispose()
    {
        budget.GiveBack(account, Interlocked.Exchange(ref charged, 0));
        Interlocked.Exchange(ref turn, null)?.Release();
        buffer = [];
        Length = 0;
    }

    /// <summary>Makes room for the next; a large buffer is given back.</summary>
    public void Empty()
    {
        Length = 0;
        if (buffer.Length > KeptBytes)
        {
            Dispose();
        }
    }

    /// <summary>Room to read into, growing up to <paramref name="most"/> bytes.</summary>
    /// <exception cref="BodyBudgetException">Others hold too much.</exception>
    public Memory<byte> Room(int step, int most)
    {
        if (buffer.Length - Length < step && buffer.Length < most)
        {
            var larger = Math.Min(most, Math.Max(Length + step, buffer.Length * 2));
            if (!budget.Take(account, larger - buffer.Length))
            {
                throw new BodyBudgetException();
            }

            charged += larger - buffer.Length;
            Array.Resize(ref buffer, larger);
        }

        return buffer.AsMemory(Length);
    }

    public void Took(int bytes) => Length += bytes;

    internal async Task<bool> TakeTurn(SemaphoreSlim turns, TimeSpan patience, CancellationToken cancel)
    {
        if (!await turns.WaitAsync(patience, cancel))
        {
            return false;
        }

        turn = turns;
        return true;
    }
}
