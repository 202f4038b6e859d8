using System.Net;
using Microsoft.JSInterop;

namespace Jarvis.Client.Platform;

/// <summary>The real browser, through <c>Script/jarvis.js</c>.</summary>
public sealed class Browser(IJSRuntime js) : IBrowser, IAsyncDisposable
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(20);

    private readonly Dictionary<string, string> preferences = [];
    private int posts;
    private IJSObjectReference? module;
    private DotNetObjectReference<Browser>? self;

    public event Action<string>? Told;

    public bool IsOnline { get; private set; } = true;

    public NetworkKind Network { get; private set; }

    public string Language { get; private set; } = "zh-CN";

    public async ValueTask Start()
    {
        if (module is not null)
        {
            return;
        }

        module = await js.InvokeAsync<IJSObjectReference>("import", "./_content/Jarvis.Client/bundle/jarvis.js");
        self = DotNetObjectReference.Create(this);
        // Line by line: whether online, the language, the network, then name=value of each preference.
        var facts = (await module.InvokeAsync<string>("start", self)).Split('\n');
        IsOnline = facts[0] == "online";
        Language = facts[1];
        Network = NetworkOf(facts[2]);
        foreach (var line in facts.Skip(3))
        {
            var at = line.IndexOf('=', StringComparison.Ordinal);
            if (at > 0)
            {
                preferences[line[..at]] = line[(at + 1)..];
            }
        }
    }

    [JSInvokable]
    public void Hear(string what)
    {
        IsOnline = what switch { "online" => true, "offline" => false, _ => IsOnline };
        if (what.StartsWith("network", StringComparison.Ordinal))
        {
            Network = NetworkOf(what);
        }

        Told?.Invoke(what);
    }

    public ValueTask<string?> Get(string store, string key) => Module.InvokeAsync<string?>("get", store, key);

    public ValueTask Put(string store, string key, string value) => Module.InvokeVoidAsync("put", store, key, value);

    public ValueTask Remove(string store, string key) => Module.InvokeVoidAsync("remove", store, key);

    public async ValueTask<IReadOnlyList<string>> Keys(string store) => await Module.InvokeAsync<string[]>("keys", store);

    public ValueTask Wipe()
    {
        preferences.Clear();
        return Module.InvokeVoidAsync("wipe");
    }

    public async ValueTask<IAsyncDisposable> TakeTurn(string name) => new Turn(Module, await Module.InvokeAsync<int>("takeTurn", name));

    public ValueTask Tell(string what) => Module.InvokeVoidAsync("tell", what);

    public string? Preference(string name) => preferences.GetValueOrDefault(name);

    public ValueTask Prefer(string name, string? value)
    {
        if (value is null)
        {
            preferences.Remove(name);
        }
        else
        {
            preferences[name] = value;
        }

        return Module.InvokeVoidAsync("prefer", name, value);
    }

    public ValueTask ApplyUpdate() => Module.InvokeVoidAsync("applyUpdate");

    // By the browser's own fetch: the framework's HTTP client is 57 KB that the first page would wait for.
    public async ValueTask<Posted?> Post(string path, byte[] body, string? token, CancellationToken cancel)
    {
        var number = ++posts;
        await using var leaving = cancel.Register(() => _ = Module.InvokeVoidAsync("abandon", number).AsTask());
        // Two bytes of status, most significant first, then the body.
        var answer = await Module.InvokeAsync<byte[]?>("post", cancel, number, path, body, token, (int)AnswerWithin.TotalMilliseconds);
        return answer is null ? null : new Posted((HttpStatusCode)((answer[0] << 8) | answer[1]), answer[2..]);
    }

    public ValueTask Copy(string text) => Module.InvokeVoidAsync("copy", text);

    public ValueTask Download(string name, string type, string content) => Module.InvokeVoidAsync("download", name, type, content);

    public async ValueTask DisposeAsync()
    {
        if (module is not null)
        {
            await module.DisposeAsync();
        }

        self?.Dispose();
    }

    private static NetworkKind NetworkOf(string told) =>
        told switch { "network mobile" => NetworkKind.Mobile, "network unmetered" => NetworkKind.Unmetered, _ => NetworkKind.Unknown };

    private IJSObjectReference Module => module ?? throw new InvalidOperationException("Call Start first.");

    private sealed class Turn(IJSObjectReference module, int number) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => module.InvokeVoidAsync("endTurn", number);
    }
}
