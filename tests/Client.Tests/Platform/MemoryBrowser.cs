using Jarvis.Client.Platform;

namespace Jarvis.Client.Tests.Platform;

/// <summary>A browser in memory. Two of one <see cref="Device"/> are two tabs.</summary>
public sealed class MemoryBrowser(MemoryBrowser.Device? device = null) : IBrowser
{
    public Device Shared { get; } = device ?? new Device();

    /// <summary>What answers; null: nothing does.</summary>
    public CannedServer? Server { get; set; }

    public event Action<string>? Told;

    public bool IsOnline { get; private set; } = true;

    public NetworkKind Network { get; private set; }

    public string Language { get; set; } = "zh-CN";

    public ValueTask Start()
    {
        Shared.Tabs.Add(this);
        return ValueTask.CompletedTask;
    }

    public void Go(bool online)
    {
        IsOnline = online;
        Told?.Invoke(online ? "online" : "offline");
    }

    public void MoveTo(NetworkKind network)
    {
        Network = network;
        Told?.Invoke("network " + (network == NetworkKind.Mobile ? "mobile" : "unmetered"));
    }

    public ValueTask<string?> Get(string store, string key) => ValueTask.FromResult(Shared.Kept.GetValueOrDefault((store, key)));

    public ValueTask Put(string store, string key, string value)
    {
        Shared.Kept[(store, key)] = value;
        return ValueTask.CompletedTask;
    }

    public ValueTask Remove(string store, string key)
    {
        Shared.Kept.Remove((store, key));
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<string>> Keys(string store) =>
        ValueTask.FromResult<IReadOnlyList<string>>([.. Shared.Kept.Keys.Where(key => key.Store == store).Select(key => key.Key)]);

    public ValueTask Wipe()
    {
        Shared.Kept.Clear();
        Shared.Wipes++;
        return ValueTask.CompletedTask;
    }

    public async ValueTask<IAsyncDisposable> TakeTurn(string name)
    {
        var turn = Shared.TurnOf(name);
        await turn.WaitAsync();
        return new Release(turn);
    }

    public ValueTask Tell(string what)
    {
        foreach (var tab in Shared.Tabs.Where(tab => tab != this))
        {
            tab.Told?.Invoke(what);
        }

        return ValueTask.CompletedTask;
    }

    public string? Preference(string name) => Shared.Preferences.GetValueOrDefault(name);

    public ValueTask Prefer(string name, string? value)
    {
        if (value is null)
        {
            Shared.Preferences.Remove(name);
        }
        else
        {
            Shared.Preferences[name] = value;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask ApplyUpdate() => ValueTask.CompletedTask;

    /// <summary>By what was sent: its answer is on its way until this is done.</summary>
    public Func<string, Task> OnItsWay { get; set; } = _ => Task.CompletedTask;

    public async ValueTask<Posted?> Post(string path, byte[] body, string? token, CancellationToken cancel)
    {
        await Task.Yield();
        var answer = Server?.Post(path, body, token);
        await OnItsWay(System.Text.Encoding.UTF8.GetString(body)).WaitAsync(cancel);
        return answer;
    }

    public ValueTask Copy(string text) => ValueTask.CompletedTask;

    /// <summary>Files that were given to the person.</summary>
    public List<(string Name, string Content)> Files { get; } = [];

    public ValueTask Download(string name, string type, string content)
    {
        Files.Add((name, content));
        return ValueTask.CompletedTask;
    }

    public sealed class Device
    {
        public Dictionary<(string Store, string Key), string> Kept { get; } = [];

        public Dictionary<string, string> Preferences { get; } = [];

        public List<MemoryBrowser> Tabs { get; } = [];

        private readonly Dictionary<string, SemaphoreSlim> turns = [];

        /// <summary>Turns of different names do not wait for each other, as with Web Locks.</summary>
        public SemaphoreSlim TurnOf(string name) => turns.TryGetValue(name, out var turn) ? turn : turns[name] = new SemaphoreSlim(1, 1);

        public int Wipes { get; set; }
    }

    private sealed class Release(SemaphoreSlim turn) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            turn.Release();
            return ValueTask.CompletedTask;
        }
    }
}
