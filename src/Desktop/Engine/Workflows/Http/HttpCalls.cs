using System.Net;
using System.Net.Http.Headers;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Workflows.Files;

namespace Jarvis.Engine.Workflows.Http;

/// <summary>Sends the HTTP calls of all runs. Redirects are followed (never from https to http, and without credentials); answers are bounded.</summary>
public sealed class HttpCalls : IDisposable
{
    /// <summary>Largest body of an answer, in bytes.</summary>
    public const int MaxAnswerBytes = 32 * 1024 * 1024;

    /// <summary>Most redirects of one call.</summary>
    public const int MaxRedirects = 10;

    /// <summary>How long one call may take where the workflow sets no shorter time-out.</summary>
    public static readonly TimeSpan CallTimeout = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Made with the first call: most short runs make none, and loading it costs a command a tenth of its time.</summary>
    private readonly Lazy<HttpClient> client = new(() => new HttpClient(new SocketsHttpHandler
    {
        AllowAutoRedirect = true,
        MaxAutomaticRedirections = MaxRedirects,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    });

    public async Task<Json> Send(Activity.Http call, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(CallTimeout);
        try
        {
            using var response = await Answer(call, limit.Token);
            var body = await Body(call, response, limit.Token);
            var headers = response.Headers.Concat(response.Content.Headers)
                .SelectMany(header => header.Value.Select(value => KeyValuePair.Create(header.Key, value))).ToList();
            return new HttpReply((int)response.StatusCode, response.ReasonPhrase, headers, body).ToOutput(call);
        }
        catch (HttpRequestException failure)
        {
            throw new WorkflowFaultException(
                Fault.Communication(503, "No answer", $"{call.Method} {call.Uri.GetLeftPart(UriPartial.Path)} failed: {Innermost(failure)}"), failure);
        }
        catch (IOException failure)
        {
            throw new WorkflowFaultException(
                Fault.Communication(502, "Broken answer", $"The answer of {call.Uri.GetLeftPart(UriPartial.Path)} broke off: {failure.Message}"), failure);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new WorkflowFaultException(
                Fault.Communication(504, "No answer in time", $"{call.Uri.GetLeftPart(UriPartial.Path)} did not answer within {CallTimeout.TotalSeconds:0} s."));
        }
    }

    public void Dispose()
    {
        if (client.IsValueCreated)
        {
            client.Value.Dispose();
        }
    }

    /// <summary>The answer; where the server challenges and the call can prove itself, the one to the request sent again with its proof.</summary>
    private async Task<HttpResponseMessage> Answer(Activity.Http call, CancellationToken cancellation)
    {
        using var request = RequestOf(call);
        var response = await client.Value.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (call.Digest is not { } credentials || response.StatusCode != HttpStatusCode.Unauthorized
            || response.Headers.WwwAuthenticate.Select(DigestChallenge.Read).OfType<DigestChallenge>().FirstOrDefault() is not { } challenge)
        {
            return response;
        }

        response.Dispose();
        using var again = RequestOf(call);
        again.Headers.TryAddWithoutValidation("Authorization", challenge.Answer(credentials, call.Method, call.Uri, call.Body ?? []));
        return await client.Value.SendAsync(again, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    private static HttpRequestMessage RequestOf(Activity.Http call)
    {
        if (call.Uri.Scheme is not ("http" or "https"))
        {
            throw new WorkflowFaultException(Fault.Configuration($"'{call.Uri.Scheme}' is not http or https."));
        }

        var request = new HttpRequestMessage(new HttpMethod(call.Method), call.Uri);
        if (call.Body is not null)
        {
            request.Content = new ByteArrayContent(call.Body);
        }

        foreach (var (name, value) in call.Headers)
        {
            if (value.AsSpan().ContainsAny('\r', '\n', '\0'))
            {
                request.Dispose();
                throw new WorkflowFaultException(Fault.Validation($"The header '{name}' holds a line break."));
            }

            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content ??= new ByteArrayContent([]);
                request.Content.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (request.Headers.UserAgent.Count == 0)
        {
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Jarvis", typeof(HttpCalls).Assembly.GetName().Version?.ToString(2)));
        }

        return request;
    }

    private static async Task<byte[]> Body(Activity.Http call, HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        using var memory = new MemoryStream();
        var buffer = new byte[FileContent.BufferBytes];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellation)) > 0)
        {
            if (memory.Length + count > MaxAnswerBytes)
            {
                throw new WorkflowFaultException(Fault.Communication(
                    502, "Answer too large", $"The answer of {call.Uri.GetLeftPart(UriPartial.Path)} has more than {MaxAnswerBytes} bytes."));
            }

            memory.Write(buffer, 0, count);
        }

        return memory.ToArray();
    }

    private static string Innermost(Exception failure)
    {
        while (failure.InnerException is { } inner)
        {
            failure = inner;
        }

        return failure.Message;
    }
}
