using System.Globalization;
using System.Text;
using System.Text.Json;
using Jarvis.Client.Accounts;

namespace Jarvis.Client.Platform;

/// <summary>What becomes of an act that waits.</summary>
public enum OutboxState
{
    /// <summary>Is sent as soon as the server can be reached.</summary>
    Waiting,

    /// <summary>The server said no; it is kept so that the person sees why.</summary>
    Refused,

    /// <summary>Not sent: it would have come too late.</summary>
    Expired,
}

/// <summary>An act that waits on this device.</summary>
/// <param name="Id">The command's id: however often it is sent, it is done once.</param>
/// <param name="Title">What it does to what, in the person's words.</param>
/// <param name="Target">The address of the page of what it acts on, such as <c>runs/…</c>; null for something new.</param>
/// <param name="Name">The operation's name.</param>
/// <param name="Text">The operation's document.</param>
/// <param name="Variables">Its variables, JSON.</param>
/// <param name="Code">Of a refused one.</param>
/// <param name="Message">Of a refused one: the server's own words.</param>
/// <param name="Slot">What it settles: a later act of the same slot takes its place while it waits. Null where each counts.</param>
public sealed record OutboxItem(
    Guid Id, string Title, string? Target, string Name, string Text, string Variables, DateTimeOffset QueuedAt, DateTimeOffset ExpiresAt,
    int Tries = 0, OutboxState State = OutboxState.Waiting, string? Code = null, string? Message = null, string? Slot = null);

/// <summary>
/// Acts that could not be sent, in the order in which they were asked for. They outlive the app, are sent when it opens, when it is looked at
/// and when the network returns, and each is done once. What was refused or came too late stays until the person has seen it.
/// </summary>
public sealed class Outbox(Api api, Session session, IBrowser browser, Link link, SyncChoice sync, TimeProvider time)
{
    /// <summary>How long an act waits that is as good tomorrow as today.</summary>
    public static readonly TimeSpan SafeFor = TimeSpan.FromDays(7);

    /// <summary>How long an act waits that touches what is happening now.</summary>
    public static readonly TimeSpan UrgentFor = TimeSpan.FromMinutes(10);

    /// <summary>Acts that one person may leave waiting on one device.</summary>
    public const int Most = 100;

    private const string Turn = "outbox";

    /// <summary>Refusals that say nothing about the act: it is sent again later.</summary>
    private static readonly HashSet<string> Passing = new(StringComparer.Ordinal)
    {
        "server.busy", "server.unavailable", "server.error", "view.behind", "graphql.timeout",
        "auth.required", "auth.token_expired", "auth.session_ended", "auth.refresh_invalid",
    };

    private List<OutboxItem> items = [];
    private string owner = "";
    private bool flushing;
    private bool again;

    public event Action? Changed;

    /// <summary>Raised for each act that was done at last, or refused.</summary>
    public event Action<OutboxItem>? Settled;

    /// <summary>The earliest first.</summary>
    public IReadOnlyList<OutboxItem> Items => items;

    public int Waiting => items.Count(item => item.State == OutboxState.Waiting);

    /// <summary>How many were not done, and the person should know.</summary>
    public int Failed => items.Count - Waiting;

    /// <summary>From here on it sends by itself.</summary>
    public void Start()
    {
        session.Changed += () => _ = Flush();
        sync.Changed += () => _ = Flush();
        link.Changed += () =>
        {
            if (link.Reach == Reach.Fine && Waiting > 0)
            {
                _ = Flush();
            }
        };
        browser.Told += what =>
        {
            if (what is "online" or "visible" or Turn)
            {
                _ = Flush();
            }
        };
        _ = Flush();
    }

    /// <summary>Keeps an act until it can be sent.</summary>
    /// <param name="valid">From now on; after that it is not sent any more.</param>
    /// <param name="slot">What it settles: one of the same slot that waits gives way to it.</param>
    /// <returns>False: too many wait already.</returns>
    public async Task<bool> Add(IOperation mutation, Guid commandId, string title, string? target, TimeSpan valid, string? slot = null)
    {
        await Load();
        foreach (var earlier in items.Where(item => slot is not null && item.Slot == slot && item.State == OutboxState.Waiting).ToArray())
        {
            await Remove(earlier);
        }

        if (Waiting >= Most)
        {
            return false;
        }

        using var buffer = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(buffer))
        {
            mutation.Write(writer);
        }

        var now = time.GetUtcNow();
        await Put(new OutboxItem(commandId, title, target, mutation.Name, mutation.Text, Encoding.UTF8.GetString(buffer.ToArray()), now, now + valid, Slot: slot));
        await browser.Tell(Turn);
        return true;
    }

    /// <summary>What waits to settle this; null for nothing.</summary>
    public OutboxItem? InSlot(string slot) => items.Find(item => item.Slot == slot && StateOf(item) == OutboxState.Waiting);

    /// <summary>Takes one away, sent or not.</summary>
    public async Task Drop(Guid id)
    {
        if (items.Find(item => item.Id == id) is { } item)
        {
            await Remove(item);
        }
    }

    /// <summary>Lets one that expired wait once more.</summary>
    public async Task Renew(Guid id)
    {
        if (items.Find(item => item.Id == id && StateOf(item) == OutboxState.Expired) is { } item)
        {
            await Put(item with { State = OutboxState.Waiting, ExpiresAt = time.GetUtcNow() + UrgentFor });
            await Flush();
        }
    }

    /// <summary>As it is at this moment: one that waits may have expired since it was looked at last.</summary>
    public OutboxState StateOf(OutboxItem item) => item.State == OutboxState.Waiting && item.ExpiresAt <= time.GetUtcNow() ? OutboxState.Expired : item.State;

    /// <summary>Sends what waits. While it is at it, a further call only makes it look once more.</summary>
    public async Task Flush()
    {
        if (flushing)
        {
            again = true;
            return;
        }

        flushing = true;
        try
        {
            do
            {
                again = false;
                await Load();
                if (session.State == SessionState.SignedIn && Waiting > 0)
                {
                    // One tab at a time; what another one sent meanwhile is gone from the store.
                    await using var turn = await browser.TakeTurn(Turn);
                    await Load();
                    await SendAll();
                }
            }
            while (again);
        }
        finally
        {
            flushing = false;
        }
    }

    private async Task SendAll()
    {
        foreach (var item in items.Where(item => item.State == OutboxState.Waiting).ToArray())
        {
            if (StateOf(item) == OutboxState.Expired)
            {
                await Put(item with { State = OutboxState.Expired });
                continue;
            }

            if (!browser.IsOnline)
            {
                return;
            }

            if (!sync.Flows && item.ExpiresAt - item.QueuedAt > UrgentFor)
            {
                // It waits for Wi-Fi, as the person settled. What touches a running task does not.
                continue;
            }

            try
            {
                await api.Do(new Kept(item));
                await Remove(item);
                Settled?.Invoke(item);
            }
            catch (RefusedException e) when (!Passing.Contains(e.Code))
            {
                await Put(item with { State = OutboxState.Refused, Code = e.Code, Message = e.Message });
                Settled?.Invoke(item);
            }
            catch (Exception e) when (e is UnreachableException or RefusedException)
            {
                await Put(item with { Tries = item.Tries + 1 });
                return;
            }
        }
    }

    private async Task Load()
    {
        owner = session.Owner;
        var found = new List<OutboxItem>();
        foreach (var key in await browser.Keys(Stores.Outbox))
        {
            if (key.StartsWith(owner + "|", StringComparison.Ordinal) && await browser.Get(Stores.Outbox, key) is { } text)
            {
                found.Add(Read(text));
            }
        }

        found.Sort((left, right) => left.QueuedAt.CompareTo(right.QueuedAt));
        var same = found.SequenceEqual(items);
        items = found;
        if (!same)
        {
            Changed?.Invoke();
        }
    }

    private async Task Put(OutboxItem item)
    {
        await browser.Put(Stores.Outbox, KeyOf(item), Write(item));
        var at = items.FindIndex(known => known.Id == item.Id);
        if (at >= 0)
        {
            items[at] = item;
        }
        else
        {
            items.Add(item);
        }

        Changed?.Invoke();
    }

    private async Task Remove(OutboxItem item)
    {
        await browser.Remove(Stores.Outbox, KeyOf(item));
        items.RemoveAll(known => known.Id == item.Id);
        Changed?.Invoke();
    }

    private string KeyOf(OutboxItem item) => owner + "|" + item.Id.ToString();

    private static string Write(OutboxItem item)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("id", item.Id);
            writer.WriteString("title", item.Title);
            writer.WriteString("target", item.Target);
            writer.WriteString("name", item.Name);
            writer.WriteString("text", item.Text);
            writer.WriteString("variables", item.Variables);
            writer.WriteString("queuedAt", item.QueuedAt);
            writer.WriteString("expiresAt", item.ExpiresAt);
            writer.WriteNumber("tries", item.Tries);
            writer.WriteString("state", item.State switch { OutboxState.Refused => "refused", OutboxState.Expired => "expired", _ => "waiting" });
            writer.WriteString("code", item.Code);
            writer.WriteString("message", item.Message);
            writer.WriteString("slot", item.Slot);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static OutboxItem Read(string text)
    {
        using var json = JsonDocument.Parse(text);
        var root = json.RootElement;
        string? Text(string name) => root.GetProperty(name).GetString();
        return new OutboxItem(
            root.GetProperty("id").GetGuid(), Text("title")!, Text("target"), Text("name")!, Text("text")!, Text("variables")!,
            DateTimeOffset.Parse(Text("queuedAt")!, CultureInfo.InvariantCulture), DateTimeOffset.Parse(Text("expiresAt")!, CultureInfo.InvariantCulture),
            root.GetProperty("tries").GetInt32(),
            Text("state") switch { "refused" => OutboxState.Refused, "expired" => OutboxState.Expired, _ => OutboxState.Waiting },
            Text("code"), Text("message"), root.TryGetProperty("slot", out var slot) ? slot.GetString() : null);
    }

    /// <summary>The act as it was asked for.</summary>
    private sealed class Kept(OutboxItem item) : IMutation<object>
    {
        public string Name => item.Name;

        public string Text => item.Text;

        public void Write(Utf8JsonWriter writer) => writer.WriteRawValue(item.Variables);

        public object Read(JsonElement data) => this;
    }
}
