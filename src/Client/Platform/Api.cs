using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Jarvis.Client.Accounts;

namespace Jarvis.Client.Platform;

/// <summary>What a query answered.</summary>
/// <param name="KeptAt">When it was asked, if it could not be asked now and this is what the device kept; else null.</param>
/// <param name="Refusals">Parts that are missing, each with its path.</param>
public sealed record Answer<T>(T Data, DateTimeOffset? KeptAt, IReadOnlyList<Refusal> Refusals);

/// <summary>GraphQL over HTTP.</summary>
public sealed class Api(Session session, IBrowser browser, Link link, SyncChoice sync, TimeProvider time)
{
    /// <summary>A view that has not folded what the person did a moment ago is asked again.</summary>
    private const int BehindTries = 5;
    private const int KeptAnswerCharacters = 500_000;
    private const string Behind = "view.behind";

    /// <summary>The variable by which a page asks for views that have folded what the person did.</summary>
    private static ReadOnlySpan<byte> Folded => "\"atLeast\":"u8;
    private static readonly TimeSpan BehindPause = TimeSpan.FromMilliseconds(400);

    /// <summary>Asks; while the server cannot be reached, the last answer that this device kept stands in.</summary>
    /// <exception cref="RefusedException"/>
    /// <exception cref="UnreachableException">And nothing was kept.</exception>
    public Task<Answer<T>> Ask<T>(IQuery<T> query, CancellationToken cancel = default) => Ask(query, keeps: true, cancel);

    /// <summary>Asks for what is not looked at again, such as an export: nothing is kept of it, and nothing kept stands in.</summary>
    /// <exception cref="RefusedException"/>
    /// <exception cref="UnreachableException"/>
    public Task<Answer<T>> AskOnce<T>(IQuery<T> query, CancellationToken cancel = default) => Ask(query, keeps: false, cancel);

    private async Task<Answer<T>> Ask<T>(IQuery<T> query, bool keeps, CancellationToken cancel)
    {
        var body = Body(query);
        var key = Key(query.Name, body);
        try
        {
            using var answer = await Send(query, body, cancel);
            var data = answer.RootElement.GetProperty("data");
            var refusals = RefusalsOf(answer.RootElement);
            if (keeps && refusals.Count == 0 && sync.Keeps(query.Name))
            {
                await Keep(key, data.GetRawText());
            }

            return new Answer<T>(query.Read(data), null, refusals);
        }
        catch (UnreachableException) when (keeps && !cancel.IsCancellationRequested)
        {
            if (await Recall(query, key) is not { KeptAt: { } at } kept)
            {
                throw;
            }

            link.ShowsKept(at);
            return kept;
        }
    }

    /// <summary>What this device kept of the same question, without asking again; null where it kept nothing.</summary>
    public Task<Answer<T>?> Recall<T>(IQuery<T> query) => Recall(query, Key(query.Name, Body(query)));

    /// <summary>Does something. It carries its command id, so that sending it again does it once.</summary>
    /// <exception cref="RefusedException"/>
    /// <exception cref="UnreachableException">Whether it was done is not known; send the same again.</exception>
    public async Task<T> Do<T>(IMutation<T> mutation, CancellationToken cancel = default)
    {
        using var answer = await Send(mutation, Body(mutation), cancel);
        return mutation.Read(answer.RootElement.GetProperty("data"));
    }

    /// <summary>An address of this server that may be opened for a minute (a picture, a download).</summary>
    public async Task<string> Ticket(string path, CancellationToken cancel = default)
    {
        using var buffer = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("path", path);
            writer.WriteEndObject();
        }

        var (status, body) = await Post("/auth/ticket", buffer.ToArray(), cancel);
        if (status != HttpStatusCode.OK)
        {
            throw Problems.Of(status, body);
        }

        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("url").GetString()!;
    }

    private async Task<JsonDocument> Send(IOperation operation, byte[] body, CancellationToken cancel)
    {
        for (var tried = 1; ; tried++)
        {
            var (status, text) = await Post("/graphql", body, cancel);
            JsonDocument json;
            try
            {
                json = JsonDocument.Parse(text, DeepJson.Reading);
            }
            catch (JsonException)
            {
                throw Problems.Of(status, text);
            }

            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object
                && (operation is not IMutation<object> || RefusalsOf(json.RootElement).Count == 0))
            {
                return json;
            }

            json.Dispose();
            var refused = Problems.Of(status, text);
            if (refused.Code != Behind || tried == BehindTries)
            {
                throw refused;
            }

            await Task.Delay(BehindPause, time, cancel);
        }
    }

    private async Task<(HttpStatusCode Status, byte[] Body)> Post(string path, byte[] body, CancellationToken cancel)
    {
        var token = await session.Token(cancel);
        var first = await PostOnce(path, body, token, cancel);
        if (first.Status != HttpStatusCode.Unauthorized || token is null || await session.Refresh(token, cancel) is not { } next)
        {
            return first;
        }

        return await PostOnce(path, body, next, cancel);
    }

    private async Task<(HttpStatusCode Status, byte[] Body)> PostOnce(string path, byte[] body, string? token, CancellationToken cancel)
    {
        if (!browser.IsOnline)
        {
            throw new UnreachableException("This device is offline.");
        }

        var answer = await browser.Post(path, body, token, cancel);
        cancel.ThrowIfCancellationRequested();
        // A proxy that answers for the server is no answer.
        if (answer is null or { Status: HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout })
        {
            link.Missed();
            throw new UnreachableException("The server does not answer.");
        }

        link.Answered();
        return (answer.Status, answer.Body);
    }

    private static byte[] Body(IOperation operation)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("query", operation.Text);
            writer.WriteString("operationName", operation.Name);
            writer.WritePropertyName("variables");
            operation.Write(writer);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static IReadOnlyList<Refusal> RefusalsOf(JsonElement root) =>
        root.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array ? [.. errors.EnumerateArray().Select(Problems.Of)] : [];

    // How far the views must have come changes nothing about what is asked: without it, an answer is found again after the app has forgotten what it did
    // last. Cut out of the bytes, because taking the question apart would bring code into the first load that nothing else needs.
    private string Key(string name, byte[] body)
    {
        var begin = body.AsSpan().IndexOf(Folded);
        if (begin >= 0)
        {
            var end = begin + body.AsSpan(begin).IndexOfAny((byte)',', (byte)'}');
            if (body[begin - 1] == ',')
            {
                begin--;
            }
            else if (body[end] == ',')
            {
                end++;
            }

            body = [.. body.AsSpan(0, begin), .. body.AsSpan(end)];
        }

        return $"{session.Owner}|{name}|{Convert.ToHexString(SHA256.HashData(body))[..16]}";
    }

    private async Task Keep(string key, string data)
    {
        if (data.Length <= KeptAnswerCharacters)
        {
            await browser.Put(Stores.Answers, key, time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) + "\n" + data);
        }
    }

    private async Task<Answer<T>?> Recall<T>(IQuery<T> query, string key)
    {
        if (await browser.Get(Stores.Answers, key) is not { } text)
        {
            return null;
        }

        var end = text.IndexOf('\n', StringComparison.Ordinal);
        using var json = JsonDocument.Parse(text.AsMemory(end + 1));
        return new Answer<T>(query.Read(json.RootElement), DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(text.AsSpan(0, end), CultureInfo.InvariantCulture)), []);
    }
}
