using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Jarvis.Testing;

namespace Jarvis.Screens.Tests.Platform;

/// <summary>
/// Stands before the server and, once told, serves a second version of the phone app: another page (<c>data-version="2"</c> on its root) and the
/// worker's list with its fingerprint, as a newly published one has them.
/// </summary>
internal sealed partial class NextVersion : IAsyncDisposable
{
    private const string Page = "index.html";

    private readonly HttpListener listener = new();
    private readonly HttpClient server;
    private readonly Task serving;

    public NextVersion(string server)
    {
        this.server = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(server) };
        Url = $"http://127.0.0.1:{FreePort.Next()}";
        listener.Prefixes.Add(Url + "/");
        listener.Start();
        serving = ServeAsync();
    }

    public string Url { get; }

    public bool IsServed { get; set; }

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await serving;
        listener.Close();
        server.Dispose();
    }

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using var request = new HttpRequestMessage(new HttpMethod(context.Request.HttpMethod), context.Request.RawUrl);
            if (context.Request.Headers["Authorization"] is { } authorization)
            {
                request.Headers.Authorization = AuthenticationHeaderValue.Parse(authorization);
            }

            if (context.Request.HasEntityBody)
            {
                using var sent = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(sent);
                request.Content = new ByteArrayContent(sent.ToArray()) { Headers = { ContentType = MediaTypeHeaderValue.Parse(context.Request.ContentType!) } };
            }

            using var answer = await server.SendAsync(request);
            var body = await answer.Content.ReadAsByteArrayAsync();
            if (IsServed && answer.Content.Headers.ContentType?.MediaType is "text/html" or "text/javascript")
            {
                body = await SecondAsync(context.Request.Url!.AbsolutePath, answer.Content.Headers.ContentType.MediaType, body);
            }

            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            context.Response.Headers["Cache-Control"] = answer.Headers.CacheControl?.ToString();
            if (answer.Headers.TryGetValues("Content-Security-Policy", out var policy))
            {
                context.Response.Headers["Content-Security-Policy"] = policy.Single();
            }

            context.Response.ContentLength64 = body.Length;
            await context.Response.OutputStream.WriteAsync(body);
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or HttpRequestException or ObjectDisposedException)
        {
            // The browser, or the whole test, went away meanwhile.
            context.Response.Abort();
        }
    }

    private async Task<byte[]> SecondAsync(string path, string type, byte[] body)
    {
        if (type == "text/html" && path.StartsWith("/m/", StringComparison.Ordinal))
        {
            return SecondPage(body);
        }

        if (!path.EndsWith("/service-worker-assets.js", StringComparison.Ordinal))
        {
            return body;
        }

        var page = SecondPage(await server.GetByteArrayAsync("/m/" + Page));
        var hash = "sha256-" + Convert.ToBase64String(SHA256.HashData(page));
        var list = PageOfList().Replace(Encoding.UTF8.GetString(body), match => match.Value.Replace(match.Groups["hash"].Value, hash, StringComparison.Ordinal));
        return Encoding.UTF8.GetBytes(Version().Replace(list, "\"version\": \"second\""));
    }

    private static byte[] SecondPage(byte[] page) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(page).Replace("<html ", "<html data-version=\"2\" ", StringComparison.Ordinal));

    [GeneratedRegex("\\{[^{}]*\"hash\": \"(?<hash>[^\"]+)\"[^{}]*\"url\": \"index\\.html\"[^{}]*\\}")]
    private static partial Regex PageOfList();

    [GeneratedRegex("\"version\": \"[^\"]+\"")]
    private static partial Regex Version();
}
