using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Jarvis.Domain.Platform;

namespace Jarvis.Engine.Devices;

/// <summary>What the server said about an upload.</summary>
/// <param name="Status">0 where it could not be reached at all.</param>
/// <param name="Offset">How far it stands; null where that was not said.</param>
/// <param name="Code">The stable code of a refusal.</param>
public sealed record UploadReply(HttpStatusCode Status, long? Offset, bool Complete, string? Code, TimeSpan? RetryAfter, string? Failure)
{
    public string Reason => Failure ?? Code ?? $"the server answered {(int)Status}";
}

/// <summary>The blobs' addresses on one server (Resumable Uploads for HTTP). Its connections are its own, so that a large upload holds up no event. Never throws for what a network can do.</summary>
public sealed class BlobApi : IDisposable
{
    private const string UploadOffset = "Upload-Offset";
    private const string UploadComplete = "Upload-Complete";

    /// <summary>How long one part may take; a slower line sends fewer bytes of it, and goes on from there.</summary>
    private static readonly TimeSpan PartTimeout = TimeSpan.FromMinutes(5);

    private readonly HttpClient http;

    public BlobApi(Uri server)
    {
        http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            MaxConnectionsPerServer = 2,
            UseCookies = false,
            AllowAutoRedirect = false,
        })
        {
            BaseAddress = server,
            Timeout = PartTimeout,
            MaxResponseContentBufferSize = 1024 * 1024,
        };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("jarvis-runner", ThisMachine.Version));
    }

    /// <summary>How far the server has it.</summary>
    public Task<UploadReply> Head(BlobReference blob, string accessToken, CancellationToken cancel) => Send(new HttpRequestMessage(HttpMethod.Head, AddressOf(blob)), accessToken, cancel);

    /// <summary>Sends a part that begins at an offset.</summary>
    public Task<UploadReply> Patch(BlobReference blob, long offset, Stream content, long length, string accessToken, CancellationToken cancel)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, AddressOf(blob)) { Content = new StreamContent(content) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/partial-upload");
        request.Content.Headers.ContentLength = length;
        request.Headers.Add(UploadOffset, offset.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Upload-Length", blob.Size.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Upload-Type", blob.Type);
        return Send(request, accessToken, cancel);
    }

    public void Dispose() => http.Dispose();

    private static string AddressOf(BlobReference blob) => $"blobs/sha256/{blob.Hash}";

    private async Task<UploadReply> Send(HttpRequestMessage request, string accessToken, CancellationToken cancel)
    {
        using var sent = request;
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        try
        {
            using var response = await http.SendAsync(request, cancel);
            var offset = response.Headers.TryGetValues(UploadOffset, out var values) && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : (long?)null;
            var complete = response.Headers.TryGetValues(UploadComplete, out var said) && said.First() == "?1";
            return new UploadReply(response.StatusCode, offset, complete, await CodeOf(response, cancel), response.Headers.RetryAfter?.Delta, null);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException || (failure is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return new UploadReply(0, null, false, null, null, failure.Message);
        }
    }

    private static async Task<string?> CodeOf(HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.IsSuccessStatusCode)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(cancel), RunnerJson.Default.ServerProblem)?.Code;
        }
        catch (JsonException)
        {
            // Something between here and the server answered in its own words, or a HEAD, which has none.
            return null;
        }
    }
}
