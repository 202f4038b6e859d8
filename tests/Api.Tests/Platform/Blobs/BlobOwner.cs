using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Jarvis.Api.Tests.Runs;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Shouldly;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Jarvis.Api.Tests.Platform.Blobs;

/// <summary>A server whose owners may hold little.</summary>
public sealed class BlobServer : ServerUnderTest
{
    public const int QuotaBytes = 6 * 1024 * 1024;

    public const int MaxBytes = 4 * 1024 * 1024;

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["JARVIS_BLOBS_QUOTA_BYTES"] = $"{QuotaBytes}",
        ["JARVIS_BLOBS_MAX_BYTES"] = $"{MaxBytes}",
        ["JARVIS_BLOBS_GRACE_HOURS"] = "24",
    };
}

/// <summary>A person with a run whose events name blobs, and the address of blobs as such a person's runner uses it.</summary>
public sealed class BlobOwner : IAsyncDisposable
{
    private readonly RunsOfAPerson runs;
    private long sequence = 1;

    private BlobOwner(RunsOfAPerson runs, Guid run, HttpClient runner) => (this.runs, Run, Runner) = (runs, run, runner);

    public Guid Id => runs.Person.Id;

    public Guid Device => runs.Runner.Device;

    public Guid Run { get; }

    /// <summary>Signed in as the person.</summary>
    public HttpClient Person => runs.Person.Client;

    /// <summary>Signed in as the device.</summary>
    public HttpClient Runner { get; }

    public static async Task<BlobOwner> Make(ServerUnderTest server)
    {
        var runs = await RunsOfAPerson.Make(server);
        return new BlobOwner(runs, await runs.Begin(), await server.ClientOf(runs.Person.Id, runs.Runner.Device));
    }

    public static byte[] Content(int bytes) => RandomNumberGenerator.GetBytes(bytes);

    public static string HashOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public static string AddressOf(byte[] content) => $"/blobs/sha256/{HashOf(content)}";

    /// <summary>An event of the run: a task gave this content.</summary>
    public async Task Name(byte[] content, string type = "image/png")
    {
        var reference = Json.Of(("$blob", Json.Of(("hash", HashOf(content)), ("size", content.Length), ("type", type))));
        var (status, body) = await runs.Runner.Submit(runs.Runner.Event(
            Run, ++sequence, new ExecutionTaskCompleted("/do/0/greet", "/do/0/greet", RunsOfAPerson.At, Content_(("picture", reference)), null, null, null)));
        status.ShouldBe(200, body.ToJsonString());
    }

    /// <summary>An event of the run: a picture was taken at a task.</summary>
    public async Task Attach(byte[] content, string type = "image/png", BlobPurpose purpose = BlobPurpose.Screenshot)
    {
        var (status, body) = await Submit(new ExecutionBlobAttached(
            "/do/0/greet", "/do/0/greet", RunsOfAPerson.At.AddSeconds(3), new BlobReference(HashOf(content), content.Length, type), purpose));
        status.ShouldBe(200, body.ToJsonString());
    }

    public Task<(int Status, JsonObject Body)> Submit(IExecutionEvent data) => runs.Runner.Submit(runs.Runner.Event(Run, ++sequence, data));

    public async Task<HttpResponseMessage> Put(byte[] content, string type = "image/png", string? hash = null)
    {
        using var body = new ByteArrayContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue(type);
        return await Runner.PutAsync(new Uri($"/blobs/sha256/{hash ?? HashOf(content)}", UriKind.Relative), body);
    }

    public async Task Store(byte[] content, string type = "image/png")
    {
        using var answer = await Put(content, type);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
    }

    public async Task<HttpResponseMessage> Head(byte[] content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, AddressOf(content));
        return await Runner.SendAsync(request);
    }

    public async Task<HttpResponseMessage> Patch(byte[] content, long offset, int length, long? whole = null, byte[]? body = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, AddressOf(content))
        {
            Content = new ByteArrayContent(body ?? content, (int)Math.Min(offset, content.Length - length), length),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/partial-upload");
        request.Headers.Add("Upload-Offset", $"{offset}");
        if (whole is not null)
        {
            request.Headers.Add("Upload-Length", $"{whole}");
        }

        return await Runner.SendAsync(request);
    }

    public Task<HttpResponseMessage> Get(byte[] content) => Person.GetAsync(new Uri(AddressOf(content), UriKind.Relative));

    public async ValueTask DisposeAsync()
    {
        Runner.Dispose();
        await runs.DisposeAsync();
    }

    private static Content Content_((string, Json) member) => Domain.Platform.Content.Of(Json.Of(member));
}

public static class BlobAnswers
{
    public static async Task<string?> Code(this HttpResponseMessage answer) =>
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())?["code"]?.GetValue<string>();

    public static string? Header(this HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? values.Single() : null;
}
