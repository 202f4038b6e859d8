using Jarvis.Client.Accounts;
using Jarvis.Client.Platform;
using Jarvis.Client.Schema;
using Jarvis.Mobile.Platform;

namespace Jarvis.Mobile.Devices;

/// <summary>
/// The PC that the person looks at; null for all of them. The server remembers it, so that every phone, browser and command line of theirs agrees;
/// this phone keeps a copy to begin with, and to go on with offline.
/// </summary>
public sealed class ChosenDevice(IBrowser browser, Session session, Api api, Acts acts, Outbox outbox, Language words)
{
    private const string Name = "watched";

    /// <summary>A choice that was made while an answer was on its way is newer than what the answer says.</summary>
    private int choices;
    private int sending;

    public event Action? Changed;

    public Guid? Id => Guid.TryParse(browser.Preference(Name), out var id) ? id : null;

    public void Start()
    {
        session.Changed += () => _ = Look();
        browser.Told += what =>
        {
            if (what is "visible" or "online")
            {
                _ = Look();
            }
        };
        outbox.Settled += item =>
        {
            if (item.Slot == Name)
            {
                _ = Look();
            }
        };
        _ = Look();
    }

    /// <summary>What counts of an answer that is asked for from here on; hand it to <see cref="Told"/> with the answer.</summary>
    public int Asking() => choices;

    /// <summary>The server says which it is.</summary>
    /// <param name="asked">From <see cref="Asking"/>, before the question.</param>
    public async Task Told(Guid? id, int asked)
    {
        if (asked == choices && sending == 0 && outbox.InSlot(Name) is null)
        {
            await Keep(id);
        }
    }

    /// <param name="name">The PC's name, for the queue; null with null.</param>
    public async Task Choose(Guid? id, string? name)
    {
        if (id == Id)
        {
            return;
        }

        choices++;
        await Keep(id);
        var command = Guid.CreateVersion7();
        sending++;
        Acted acted;
        try
        {
            (acted, _) = await acts.Send(
                new ChooseDeviceMutation { Input = new ChooseDeviceInput { CommandId = command, DeviceId = id } }, command,
                new Waits(id is null ? words[ActWords.WatchAll] : words[ActWords.Watch, name ?? words[ActWords.Unnamed]], "devices", Outbox.SafeFor, Name, IsQuiet: true));
        }
        finally
        {
            sending--;
        }

        if (acted == Acted.No)
        {
            await Look();
        }
    }

    /// <summary>Asks the server which it is.</summary>
    public async Task Look()
    {
        if (session.State != SessionState.SignedIn)
        {
            return;
        }

        var asked = Asking();
        try
        {
            var answer = await api.Ask(new ChosenDeviceQuery());
            if (answer is { KeptAt: null, Refusals.Count: 0 })
            {
                await Told(answer.Data.Viewer.ChosenDevice?.Id, asked);
            }
        }
        catch (Exception e) when (e is RefusedException or UnreachableException)
        {
            // What this phone kept goes on; the next look settles it.
        }
    }

    private async Task Keep(Guid? id)
    {
        if (id != Id)
        {
            await browser.Prefer(Name, id?.ToString());
            Changed?.Invoke();
        }
    }
}
