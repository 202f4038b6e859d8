namespace Jarvis.Client.Platform;

/// <summary>What kind of network this device is on, as far as the browser tells.</summary>
public enum NetworkKind
{
    /// <summary>The browser does not say: most on a desk, and Safari.</summary>
    Unknown,

    /// <summary>Wi-Fi or a cable.</summary>
    Unmetered,

    /// <summary>A mobile network.</summary>
    Mobile,
}

/// <summary>What may be kept on this device to be looked at offline. What the app needs in order to start is always kept.</summary>
public enum KeptKind
{
    Always,

    /// <summary>Home, lists and figures.</summary>
    Lists,

    /// <summary>How runs went.</summary>
    Runs,

    /// <summary>What runs worked with: logs, inputs, outputs, variables.</summary>
    Contents,

    /// <summary>Workflows, their nodes and revisions.</summary>
    Workflows,
}

/// <summary>Which kind the answer to a query is, by the query's name; what is not named here is always kept.</summary>
public sealed record AnswerKinds(IReadOnlyDictionary<string, KeptKind> ByQuery);

/// <summary>
/// What the person settled about synchronising, on this device: what is kept of the pages, and whether anything goes over a mobile network by itself.
/// What they open and what they press goes always.
/// </summary>
public sealed class SyncChoice(IBrowser browser, AnswerKinds kinds)
{
    private const string WifiOnlyName = "wifi-only";
    private const string NotKeptName = "not-kept";
    private bool thisTime;

    /// <summary>The choice or the network is another.</summary>
    public event Action? Changed;

    public static IReadOnlyList<KeptKind> Choices { get; } = [KeptKind.Lists, KeptKind.Runs, KeptKind.Contents, KeptKind.Workflows];

    public bool WifiOnly => browser.Preference(WifiOnlyName) is "yes";

    /// <summary>Whether live updates and what waits go by themselves now.</summary>
    public bool Flows => !WifiOnly || thisTime || browser.Network != NetworkKind.Mobile;

    public void Start() => browser.Told += what =>
    {
        if (what.StartsWith("network", StringComparison.Ordinal))
        {
            thisTime = false;
            Changed?.Invoke();
        }
    };

    public async Task Choose(bool wifiOnly)
    {
        thisTime = false;
        await browser.Prefer(WifiOnlyName, wifiOnly ? "yes" : null);
        Changed?.Invoke();
    }

    /// <summary>Synchronises over the mobile network as well, until the network is another or the app is opened anew.</summary>
    public void LetThisTime()
    {
        thisTime = true;
        Changed?.Invoke();
    }

    public bool Keeps(KeptKind kind) => !NotKept.Contains(kind.ToString());

    public bool Keeps(string query) => Keeps(KindOf(query));

    /// <summary>Keeps answers of a kind from now on, or no longer; those that were kept are deleted with it.</summary>
    public async Task Keep(KeptKind kind, bool keeps)
    {
        var not = NotKept.Where(name => name != kind.ToString());
        string[] all = [.. keeps ? not : not.Append(kind.ToString())];
        await browser.Prefer(NotKeptName, all.Length == 0 ? null : string.Join(',', all));
        if (!keeps)
        {
            foreach (var key in (await browser.Keys(Stores.Answers)).Where(key => KindOfKey(key) == kind))
            {
                await browser.Remove(Stores.Answers, key);
            }
        }

        Changed?.Invoke();
    }

    /// <summary>How many answers of each kind are kept here.</summary>
    public async Task<IReadOnlyDictionary<KeptKind, int>> Count() =>
        (await browser.Keys(Stores.Answers)).GroupBy(KindOfKey).ToDictionary(group => group.Key, group => group.Count());

    private IEnumerable<string> NotKept => browser.Preference(NotKeptName)?.Split(',') ?? [];

    private KeptKind KindOf(string query) => kinds.ByQuery.GetValueOrDefault(query, KeptKind.Always);

    // Owner, query and what was asked, as the answers' keys are made.
    private KeptKind KindOfKey(string key) => key.Split('|') is [.., var query, _] ? KindOf(query) : KeptKind.Always;
}
