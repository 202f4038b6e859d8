using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Jarvis.Acceptance.Tests.Platform;

/// <summary>
/// Requests that are made to cost, against the server's own process while an ordinary person goes on asking: each is refused, nobody else notices, and
/// the server lives. What each cost is told in the test's output; no time is asserted.
/// </summary>
public sealed class HostileRequestsTests
{
    private const int SlowSockets = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Each_is_refused_and_the_server_goes_on_serving_others()
    {
        await using var system = await JarvisSystem.StartAsync();
        using var watched = Process.GetProcessById(system.Server.Id);
        await system.AskAsync("{ viewer { id } }");
        using var over = new CancellationTokenSource();
        var others = AskOnAsync(system, over.Token);
        var before = MemoryOf(watched);
        var slow = await OpenSlowlyAsync(system);
        var costs = new List<(string What, double Milliseconds)>();
        foreach (var (what, send) in Attacks(system))
        {
            watched.Refresh();
            var spent = watched.TotalProcessorTime;
            var (status, body) = await send();
            watched.Refresh();
            costs.Add((what, (watched.TotalProcessorTime - spent).TotalMilliseconds));
            IsRefused(status, body).ShouldBeTrue($"{what} was answered with {(int?)status}: {body[..Math.Min(300, body.Length)]}");
        }

        var grown = MemoryOf(watched) - before;
        foreach (var socket in slow)
        {
            socket.Dispose();
        }

        await over.CancelAsync();
        var (asked, slowest) = await others;
        asked.ShouldBeGreaterThan(0);
        await system.AskAsync("{ viewer { id } }");
        (await system.Http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
        var worst = costs.OrderByDescending(cost => cost.Milliseconds).Take(5).Select(cost => string.Create(CultureInfo.InvariantCulture, $"{cost.What} {cost.Milliseconds:0} ms"));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{costs.Count} attacks; processor time of the server for one: median {costs.Select(cost => cost.Milliseconds).Order().ElementAt(costs.Count / 2):0} ms, most {string.Join(", ", worst)} (others' requests included); memory +{grown / 1048576.0:0} MB; {asked} requests of others, the slowest {slowest.TotalMilliseconds:0} ms"));
    }

    private static long MemoryOf(Process process)
    {
        process.Refresh();
        return process.WorkingSet64;
    }

    // No success, and no fault of the server's either. A connection that is closed without a word is a refusal too.
    private static bool IsRefused(HttpStatusCode? status, string body) =>
        status is null || ((int)status is >= 400 and < 500) || (status == HttpStatusCode.OK && body.Contains("\"errors\"", StringComparison.Ordinal) && body.Contains("\"code\"", StringComparison.Ordinal) && !body.Contains("server.error", StringComparison.Ordinal));

    private static async Task<(int Asked, TimeSpan Slowest)> AskOnAsync(JarvisSystem system, CancellationToken over)
    {
        var (asked, slowest) = (0, TimeSpan.Zero);
        while (!over.IsCancellationRequested)
        {
            var watch = Stopwatch.StartNew();
            await system.AskAsync("{ viewer { id } runs(first: 10) { nodes { id } } }");
            slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
            asked++;
            await Task.Delay(50, CancellationToken.None);
        }

        return (asked, slowest);
    }

    private static IEnumerable<(string What, Func<Task<(HttpStatusCode? Status, string Body)>> Send)> Attacks(JarvisSystem system)
    {
        foreach (var (what, body) in HostileDocuments.All())
        {
            yield return (what, () => PostAsync(system, body, system.AccessToken));
        }

        foreach (var (what, token) in Tokens(system.AccessToken))
        {
            yield return (what, () => PostAsync(system, "{\"query\":\"{ viewer { id } }\"}"u8.ToArray(), token));
        }

        yield return ("a gzip bomb of GraphQL", () => PostAsync(system, Bomb(), system.AccessToken, encoding: "gzip"));
        yield return ("a gzip bomb of events", () => PostAsync(system, Bomb(), system.AccessToken, "/runner/v1/events", "application/cloudevents-batch+json", "gzip"));
        yield return ("a sign-in of megabytes", () => PostAsync(system, Encoding.UTF8.GetBytes("{\"email\":\"" + new string('a', 3_000_000) + "\"}"), null, "/auth/login"));
        yield return ("a header of 100 KB", () => RawAsync(system, $"GET /graphql HTTP/1.1\r\nHost: x\r\nX-Long: {new string('x', 100_000)}\r\n\r\n"));
        yield return ("2,000 headers", () => RawAsync(system, "GET /graphql HTTP/1.1\r\nHost: x\r\n" + string.Concat(Enumerable.Range(0, 2_000).Select(i => $"X-{i}: 1\r\n")) + "\r\n"));
        yield return ("an address of 100 KB", () => RawAsync(system, $"GET /graphql?query={new string('x', 100_000)} HTTP/1.1\r\nHost: x\r\n\r\n"));
        yield return ("two lengths", () => RawAsync(system, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nhello"));
        yield return ("a length and chunks", () => RawAsync(system, "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
        yield return ("a header with a line break", () => RawAsync(system, "GET /graphql HTTP/1.1\r\nHost: x\r\nX-A: b\rInjected: c\r\n\r\n"));
        yield return ("no HTTP at all", () => RawAsync(system, "\u0016\u0003\u0001" + new string('\0', 500) + "\r\n\r\n"));
    }

    /// <summary>Tokens that nobody issued, made of one that was.</summary>
    private static IEnumerable<(string What, string Token)> Tokens(string real)
    {
        var parts = real.Split('.');
        string Signed(string header, string payload, byte[] key)
        {
            var text = $"{Encoded(header)}.{payload}";
            return $"{text}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)))}";
        }

        yield return ("a token without a signature", $"{parts[0]}.{parts[1]}.");
        yield return ("a token of no algorithm", $"{Encoded("""{"alg":"none","typ":"JWT"}""")}.{parts[1]}.");
        yield return ("a token of no algorithm, spelt otherwise", $"{Encoded("""{"alg":"NoNe","typ":"JWT"}""")}.{parts[1]}.{parts[2]}");
        yield return ("a token of another algorithm", $"{Encoded("""{"alg":"RS256","typ":"JWT"}""")}.{parts[1]}.{parts[2]}");
        yield return ("a token signed with an empty key", Signed("""{"alg":"HS256","typ":"JWT"}""", parts[1], new byte[32]));
        yield return ("a token that names a key of its own", Signed("""{"alg":"HS256","kid":"../../../../dev/null","typ":"JWT"}""", parts[1], []));
        yield return ("a token that brings its key", Signed("""{"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"},"typ":"JWT"}""", parts[1], [0, 0, 0]));
        yield return ("a token with another's content", $"{parts[0]}.{Encoded("""{"sub":"01900000-0000-7000-8000-000000000000","role":"administrator","aud":"jarvis","iss":"jarvis","exp":4102444800}""")}.{parts[2]}");
        yield return ("a token of 30,000 letters", new string('a', 10_000) + "." + new string('b', 10_000) + "." + new string('c', 10_000));
        yield return ("a token of dots", new string('.', 6_000));
        yield return ("a token that is encrypted", string.Join('.', Enumerable.Repeat(parts[1], 5)));
    }

    private static string Encoded(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static byte[] Bomb()
    {
        const int Megabytes = 256;
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1024 * 1024];
            for (var i = 0; i < Megabytes; i++)
            {
                gzip.Write(zeros);
            }
        }

        return packed.ToArray();
    }

    private static async Task<(HttpStatusCode? Status, string Body)> PostAsync(
        JarvisSystem system, byte[] body, string? token, string path = "/graphql", string type = "application/json", string? encoding = null)
    {
        using var client = new HttpClient { BaseAddress = new Uri(system.Url), Timeout = Patience };
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        }

        try
        {
            using var answer = await client.SendAsync(request);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
        catch (HttpRequestException)
        {
            return (null, "");
        }
    }

    private static async Task<(HttpStatusCode? Status, string Body)> RawAsync(JarvisSystem system, string text)
    {
        using var client = new TcpClient();
        var address = new Uri(system.Url);
        await client.ConnectAsync(address.Host, address.Port);
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.Latin1.GetBytes(text), limit.Token);
            var buffer = new byte[4096];
            var length = await stream.ReadAsync(buffer, limit.Token);
            var answer = Encoding.Latin1.GetString(buffer, 0, length);
            return answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? ((HttpStatusCode)int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture), answer) : (null, answer);
        }
        catch (IOException)
        {
            return (null, "");
        }
    }

    /// <summary>Connections that say they bring a body and send a byte of it; they stay open while all else is tried.</summary>
    private static async Task<List<TcpClient>> OpenSlowlyAsync(JarvisSystem system)
    {
        var address = new Uri(system.Url);
        var opened = new List<TcpClient>();
        for (var i = 0; i < SlowSockets; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(address.Host, address.Port);
            var path = i % 2 == 0 ? "/graphql" : "/auth/login";
            await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(
                i % 3 == 0 ? "POST " : $"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 30000\r\n\r\n{{"));
            opened.Add(client);
        }

        return opened;
    }
}
