using System.Net;

namespace Jarvis.Client.Platform;

/// <summary>What the browser does for the app. One implementation calls the script; tests keep everything in memory.</summary>
public interface IBrowser
{
    /// <summary>Told by the browser or by another tab: <c>online</c>, <c>offline</c>, <c>visible</c>, <c>update</c>, <c>network …</c>, or what <see cref="Tell"/> said.</summary>
    event Action<string>? Told;

    ValueTask Start();

    bool IsOnline { get; }

    NetworkKind Network { get; }

    /// <summary>The languages that the person prefers, best first (BCP 47).</summary>
    string Language { get; }

    /// <summary>Small text kept on this device until sign-out; null where there is none.</summary>
    ValueTask<string?> Get(string store, string key);

    ValueTask Put(string store, string key, string value);

    ValueTask Remove(string store, string key);

    ValueTask<IReadOnlyList<string>> Keys(string store);

    /// <summary>Deletes everything of this origin on this device: databases, caches, storage.</summary>
    ValueTask Wipe();

    /// <summary>Waits for its turn among all tabs; dispose to let the next one in.</summary>
    ValueTask<IAsyncDisposable> TakeTurn(string name);

    /// <summary>Tells the other tabs.</summary>
    ValueTask Tell(string what);

    /// <summary>Kept in plain storage, because the page reads it before anything is loaded: theme, language, density.</summary>
    string? Preference(string name);

    ValueTask Prefer(string name, string? value);

    /// <summary>A new version is installed and waits; this reloads into it.</summary>
    ValueTask ApplyUpdate();

    /// <summary>Posts JSON to the server. Null where no answer came, or none in time.</summary>
    /// <param name="path">From the root, <c>/graphql</c>.</param>
    /// <param name="token">The bearer; null for none.</param>
    ValueTask<Posted?> Post(string path, byte[] body, string? token, CancellationToken cancel);

    ValueTask Copy(string text);

    ValueTask Download(string name, string type, string content);
}

/// <summary>What the server answered, of whatever status.</summary>
public sealed record Posted(HttpStatusCode Status, byte[] Body)
{
    public bool IsGood => (int)Status is >= 200 and < 300;
}

/// <summary>The stores on this device.</summary>
public static class Stores
{
    public const string Session = "session";

    /// <summary>Last answers, to be shown while offline.</summary>
    public const string Answers = "answers";

    /// <summary>Acts that wait to be sent.</summary>
    public const string Outbox = "outbox";

    /// <summary>Drafts of forms.</summary>
    public const string Drafts = "drafts";
}
