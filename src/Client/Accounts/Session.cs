using System.Net;
using System.Text;
using System.Text.Json;
using Jarvis.Client.Platform;

namespace Jarvis.Client.Accounts;

/// <summary>Who is signed in on this device, as far as it is known.</summary>
public enum SessionState
{
    /// <summary>Not read from this device yet.</summary>
    Unknown,
    SignedOut,
    SignedIn,

    /// <summary>Ended by the server or by time. What is on screen stays; the person signs in again over it.</summary>
    Expired,
}

/// <summary>
/// The sign-in on this device, shared by all tabs of the origin. Tokens lie in IndexedDB (docs/decisions/tokens-in-the-browser.md); a refresh
/// is made by one tab at a time, and whoever comes next finds its result.
/// </summary>
public sealed class Session(IBrowser browser, TimeProvider time)
{
    /// <summary>An access token is replaced this long before it expires.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(20);

    private const string Key = "tokens";
    private const string Turn = "session";
    private Tokens? tokens;

    public event Action? Changed;

    public SessionState State { get; private set; }

    /// <summary>The address the person signed in with, to be offered again; null before the first time.</summary>
    public string? Email => tokens?.Email ?? lastEmail;

    private string? lastEmail;

    /// <summary>Tells people's kept answers on one device apart.</summary>
    public string Owner => Email ?? "";

    public async Task Start()
    {
        browser.Told += Hear;
        await Load();
        State = tokens is null ? SessionState.SignedOut : SessionState.SignedIn;
        Changed?.Invoke();
    }

    /// <exception cref="RefusedException">Wrong password, locked, taken, too short …</exception>
    /// <exception cref="UnreachableException"/>
    public Task SignIn(string email, string password, CancellationToken cancel = default) => Begin("auth/login", email, password, null, cancel);

    /// <inheritdoc cref="SignIn"/>
    public Task Register(string email, string password, string? displayName, CancellationToken cancel = default) =>
        Begin("auth/register", email, password, displayName, cancel);

    /// <summary>Ends the session on the server (or, offline, lets it run out) and deletes everything of it on this device.</summary>
    public async Task SignOut()
    {
        if (tokens is { } known)
        {
            try
            {
                await Post("auth/logout", Json(writer => writer.WriteString("refreshToken", known.Refresh)), default);
            }
            catch (UnreachableException)
            {
                // The device is wiped all the same; without its tokens the session ends by itself.
            }
        }

        tokens = null;
        lastEmail = null;
        await browser.Wipe();
        await browser.Tell("signed-out");
        Become(SessionState.SignedOut);
    }

    /// <summary>An access token that is good for a while. Null when nobody is signed in (any more).</summary>
    /// <exception cref="UnreachableException">It would have to be refreshed, and the server does not answer.</exception>
    public async Task<string?> Token(CancellationToken cancel = default) =>
        tokens is null || State == SessionState.Expired ? null
        : tokens.ExpiresAt - Ahead > time.GetUtcNow() ? tokens.Access
        : await Refresh(tokens.Access, cancel);

    /// <summary>The next access token after one that the server did not take.</summary>
    /// <exception cref="UnreachableException"/>
    public async Task<string?> Refresh(string stale, CancellationToken cancel = default)
    {
        await using var turn = await browser.TakeTurn(Turn);
        await Load();
        if (tokens is null)
        {
            Become(SessionState.SignedOut);
            return null;
        }

        if (tokens.Access != stale && tokens.ExpiresAt - Ahead > time.GetUtcNow())
        {
            // Another tab was first.
            return tokens.Access;
        }

        var refresh = tokens.Refresh;
        var answer = await Post("auth/refresh", Json(writer => writer.WriteString("refreshToken", refresh)), cancel);
        if (answer.Status == HttpStatusCode.Unauthorized)
        {
            lastEmail = tokens.Email;
            tokens = null;
            await browser.Remove(Stores.Session, Key);
            Become(SessionState.Expired);
            return null;
        }

        await Keep(Read(answer), tokens.Email);
        return tokens.Access;
    }

    private async Task Begin(string path, string email, string password, string? displayName, CancellationToken cancel)
    {
        var answer = await Post(
            path,
            Json(writer =>
            {
                writer.WriteString("email", email);
                writer.WriteString("password", password);
                if (displayName is not null)
                {
                    writer.WriteString("displayName", displayName);
                }
            }),
            cancel);
        var pair = Read(answer);
        if (lastEmail is not null && lastEmail != email)
        {
            // Somebody else signs in over an expired session: nothing of the first stays.
            await browser.Wipe();
        }

        await Keep(pair, email);
        await browser.Tell("signed-in");
        Become(SessionState.SignedIn);
    }

    private async Task<Posted> Post(string path, byte[] body, CancellationToken cancel)
    {
        var answer = await browser.Post("/" + path, body, null, cancel);
        cancel.ThrowIfCancellationRequested();
        return answer ?? throw new UnreachableException("The server does not answer.");
    }

    private static JsonDocument Read(Posted answer) => answer.IsGood ? JsonDocument.Parse(answer.Body) : throw Problems.Of(answer.Status, answer.Body);

    private async Task Keep(JsonDocument pair, string email)
    {
        using (pair)
        {
            var root = pair.RootElement;
            tokens = new Tokens(
                root.GetProperty("accessToken").GetString()!, root.GetProperty("refreshToken").GetString()!,
                time.GetUtcNow().AddSeconds(root.GetProperty("expiresIn").GetInt32()), email);
        }

        await browser.Put(Stores.Session, Key, Encoding.UTF8.GetString(Json(writer =>
        {
            writer.WriteString("access", tokens.Access);
            writer.WriteString("refresh", tokens.Refresh);
            writer.WriteString("expiresAt", tokens.ExpiresAt);
            writer.WriteString("email", tokens.Email);
        })));
    }

    private async Task Load()
    {
        if (await browser.Get(Stores.Session, Key) is not { } text)
        {
            tokens = null;
            return;
        }

        using var json = JsonDocument.Parse(text);
        var root = json.RootElement;
        tokens = new Tokens(
            root.GetProperty("access").GetString()!, root.GetProperty("refresh").GetString()!,
            root.GetProperty("expiresAt").GetDateTimeOffset(), root.GetProperty("email").GetString()!);
    }

    private async void Hear(string what)
    {
        switch (what)
        {
            case "signed-out":
                tokens = null;
                lastEmail = null;
                Become(SessionState.SignedOut);
                break;
            case "signed-in":
                await Load();
                Become(tokens is null ? SessionState.SignedOut : SessionState.SignedIn);
                break;
        }
    }

    private void Become(SessionState state)
    {
        if (State != state)
        {
            State = state;
            Changed?.Invoke();
        }
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private sealed record Tokens(string Access, string Refresh, DateTimeOffset ExpiresAt, string Email);
}
