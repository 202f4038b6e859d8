using Jarvis.Client.Platform;

namespace Jarvis.Mobile.Platform;

/// <summary>What came of an act.</summary>
public enum Acted
{
    /// <summary>The person thought better of it, or the server said no (and a toast says why).</summary>
    No,

    /// <summary>The server has it.</summary>
    Sent,

    /// <summary>It waits on this phone.</summary>
    Queued,
}

/// <summary>How an act waits while the server cannot be reached.</summary>
/// <param name="Title">What it does to what, in the person's words.</param>
/// <param name="Target">The address of the page of what it acts on, such as <c>runs/…</c>; null for something new.</param>
/// <param name="Valid">How long it is worth sending. What is good for no longer than <see cref="Outbox.UrgentFor"/> touches what happens now: the person is asked first.</param>
/// <param name="Slot">What it settles, such as the name of one PC: a later act takes the place of one that still waits. Null where each counts.</param>
/// <param name="IsQuiet">Nothing is said of its waiting but what the strip says.</param>
public sealed record Waits(string Title, string? Target, TimeSpan Valid, string? Slot = null, bool IsQuiet = false);

/// <summary>
/// Sends what a person asks for. While the server cannot be reached what is safe waits on the phone, what touches a running task asks first, and
/// what has to be seen done is refused with the reason.
/// </summary>
public sealed class Acts(Api api, Outbox outbox, Questions questions, Toasts toasts, Language words, Link link)
{
    /// <summary>The position of the last act on a run; null before the first.</summary>
    public Position? Since { get; set; }

    /// <param name="id">The command's id, as in the mutation: sent twice it is done once.</param>
    /// <returns>The answer is null unless it was sent.</returns>
    public async Task<(Acted Acted, T? Answer)> Send<T>(IMutation<T> mutation, Guid id, Waits waits, CancellationToken cancel = default)
        where T : class
    {
        try
        {
            if (link.Reach != Reach.DeviceOffline)
            {
                return (Acted.Sent, await api.Do(mutation, cancel));
            }
        }
        catch (RefusedException e)
        {
            toasts.Warn(ErrorWords.Of(words, e));
            return (Acted.No, null);
        }
        catch (UnreachableException)
        {
            // Whether it arrived is not known; the same command id makes sending it again harmless.
        }

        if (waits.Valid <= Outbox.UrgentFor
            && await questions.Ask(new Question(words[ActWords.OfflineTitle], waits.Title + " — " + words[ActWords.OfflineEffect], words[ActWords.OfflineVerb])) is null)
        {
            return (Acted.No, null);
        }

        if (!await outbox.Add(mutation, id, waits.Title, waits.Target, waits.Valid, waits.Slot))
        {
            toasts.Warn(words[ActWords.QueueFull]);
            return (Acted.No, null);
        }

        if (!waits.IsQuiet)
        {
            toasts.Say(words[ActWords.Queued]);
        }

        return (Acted.Queued, null);
    }

    /// <summary>Sends what does not wait: where the server cannot be reached it is not done, and the person is told why it was not put aside either.</summary>
    /// <param name="whyNot">Why it does not wait.</param>
    /// <param name="done">What is said of success; null for nothing.</param>
    /// <returns>Null: not done, or (the line broke under it) not known.</returns>
    public async Task<T?> SendNow<T>(IMutation<T> mutation, Word whyNot, Word? done = null, CancellationToken cancel = default)
        where T : class
    {
        try
        {
            if (link.Reach != Reach.DeviceOffline)
            {
                var answer = await api.Do(mutation, cancel);
                if (done is not null)
                {
                    toasts.Say(words[done]);
                }

                return answer;
            }

            toasts.Warn(words[ActWords.NotDone, words[whyNot]]);
        }
        catch (RefusedException e)
        {
            toasts.Warn(ErrorWords.Of(words, e));
        }
        catch (UnreachableException)
        {
            toasts.Warn(words[ActWords.NotKnown, words[whyNot]]);
        }

        return null;
    }
}
