using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jarvis.Api.Tests.Platform.Blobs;

/// <summary>
/// An object store that speaks S3's wire protocol, as far as blobs use it, on a port of this machine: objects, ranges, listing, uploads in parts. Every
/// request's signature is checked (AWS Signature Version 4), so that what passes here is signed as a real store wants it.
/// </summary>
public sealed class SimulatedS3 : IAsyncDisposable
{
    public const string Bucket = "jarvis-blobs";
    public const string Region = "eu-test-1";
    public const string AccessKey = "AKIAJARVISTESTS";
    public const string SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCY";

    private const int PageObjects = 2;

    private static readonly XNamespace Xml = "http://s3.amazonaws.com/doc/2006-03-01/";

    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, (byte[] Content, DateTime At)> objects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<int, byte[]>> uploads = new(StringComparer.Ordinal);

    private SimulatedS3(WebApplication app) => this.app = app;

    public Uri Address => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>While true every request is answered with 503.</summary>
    public bool IsAway { get; set; }

    /// <summary>While true content is cut off half-way, and the connection with it.</summary>
    public bool CutsOff { get; set; }

    /// <summary>Keys of what is there.</summary>
    public IEnumerable<string> Keys => objects.Keys;

    /// <summary>Uploads in parts that were begun and neither completed nor aborted.</summary>
    public int OpenUploads => uploads.Count;

    /// <summary>The largest body that one request brought, in bytes.</summary>
    public int LargestBody { get; private set; }

    public byte[] this[string key] => objects[key].Content;

    public static async Task<SimulatedS3> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(options => options.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var simulated = new SimulatedS3(app);
        app.Run(simulated.Handle);
        await app.StartAsync();
        return simulated;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task Handle(HttpContext context)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer);
        var body = buffer.ToArray();
        LargestBody = Math.Max(LargestBody, body.Length);
        if (Signature.Refusal(context.Request, body) is { } refusal)
        {
            await Error(context, HttpStatusCode.Forbidden, refusal);
            return;
        }

        if (IsAway)
        {
            await Error(context, HttpStatusCode.ServiceUnavailable, "SlowDown");
            return;
        }

        var path = Uri.UnescapeDataString(context.Request.Path.Value!).TrimStart('/').Split('/', 2);
        if (path[0] != Bucket)
        {
            await Error(context, HttpStatusCode.NotFound, "NoSuchBucket");
            return;
        }

        var key = path.Length > 1 ? path[1] : "";
        var query = context.Request.Query;
        await (context.Request.Method switch
        {
            "GET" when key.Length == 0 => List(context),
            "GET" => Get(context, key),
            "PUT" when query.ContainsKey("partNumber") => PutPart(context, query["uploadId"]!, int.Parse(query["partNumber"]!, CultureInfo.InvariantCulture), body),
            "PUT" => Put(context, key, body),
            "POST" when query.ContainsKey("uploads") => Begin(context, key),
            "POST" => Complete(context, key, query["uploadId"]!, body),
            "DELETE" when query.ContainsKey("uploadId") => Abort(context, query["uploadId"]!),
            "DELETE" => Delete(context, key),
            _ => Error(context, HttpStatusCode.MethodNotAllowed, "MethodNotAllowed"),
        });
    }

    private Task Put(HttpContext context, string key, byte[] body)
    {
        objects[key] = (body, DateTime.UtcNow);
        context.Response.Headers.ETag = ETag(body);
        return Task.CompletedTask;
    }

    private async Task Get(HttpContext context, string key)
    {
        if (!objects.TryGetValue(key, out var stored))
        {
            await Error(context, HttpStatusCode.NotFound, "NoSuchKey");
            return;
        }

        var from = 0;
        if (context.Request.Headers.Range.ToString() is { Length: > 0 } range)
        {
            from = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
            if (from >= stored.Content.Length)
            {
                await Error(context, HttpStatusCode.RequestedRangeNotSatisfiable, "InvalidRange");
                return;
            }

            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = $"bytes {from}-{stored.Content.Length - 1}/{stored.Content.Length}";
        }

        context.Response.Headers.ETag = ETag(stored.Content);
        context.Response.Headers.LastModified = stored.At.ToString("R");
        context.Response.ContentLength = stored.Content.Length - from;
        if (CutsOff)
        {
            await context.Response.Body.WriteAsync(stored.Content.AsMemory(from, (stored.Content.Length - from) / 2));
            await context.Response.Body.FlushAsync();
            context.Abort();
            return;
        }

        await context.Response.Body.WriteAsync(stored.Content.AsMemory(from));
    }

    private Task Delete(HttpContext context, string key)
    {
        objects.TryRemove(key, out _);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private Task List(HttpContext context)
    {
        // Short pages, so that going on is needed.
        var after = context.Request.Query["continuation-token"].ToString();
        var rest = objects.OrderBy(pair => pair.Key, StringComparer.Ordinal).Where(pair => string.CompareOrdinal(pair.Key, after) > 0).ToList();
        var page = rest.Take(PageObjects).ToList();
        var more = rest.Count > page.Count;
        return Answer(context, new XElement(
            Xml + "ListBucketResult", new XElement(Xml + "Name", Bucket), new XElement(Xml + "IsTruncated", more), new XElement(Xml + "KeyCount", page.Count),
            more ? new XElement(Xml + "NextContinuationToken", page[^1].Key) : null,
            page.Select(pair => new XElement(
                Xml + "Contents", new XElement(Xml + "Key", pair.Key), new XElement(Xml + "LastModified", pair.Value.At.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)),
                new XElement(Xml + "ETag", ETag(pair.Value.Content)), new XElement(Xml + "Size", pair.Value.Content.Length), new XElement(Xml + "StorageClass", "STANDARD")))));
    }

    private Task Begin(HttpContext context, string key)
    {
        var id = Guid.NewGuid().ToString("N");
        uploads[id] = new ConcurrentDictionary<int, byte[]>();
        return Answer(context, new XElement(
            Xml + "InitiateMultipartUploadResult", new XElement(Xml + "Bucket", Bucket), new XElement(Xml + "Key", key), new XElement(Xml + "UploadId", id)));
    }

    private Task PutPart(HttpContext context, string upload, int number, byte[] body)
    {
        uploads[upload][number] = body;
        context.Response.Headers.ETag = ETag(body);
        return Task.CompletedTask;
    }

    private Task Complete(HttpContext context, string key, string upload, byte[] body)
    {
        if (!uploads.TryRemove(upload, out var parts))
        {
            return Error(context, HttpStatusCode.NotFound, "NoSuchUpload");
        }

        var named = XDocument.Parse(Encoding.UTF8.GetString(body)).Descendants().Where(element => element.Name.LocalName == "PartNumber").Select(element => (int)element).ToList();
        objects[key] = ([.. named.SelectMany(number => parts[number])], DateTime.UtcNow);
        return Answer(context, new XElement(
            Xml + "CompleteMultipartUploadResult", new XElement(Xml + "Bucket", Bucket), new XElement(Xml + "Key", key), new XElement(Xml + "ETag", ETag(objects[key].Content))));
    }

    private Task Abort(HttpContext context, string upload)
    {
        uploads.TryRemove(upload, out _);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    // Like that of an upload in parts: a name for the content, not its MD5.
    private static string ETag(byte[] content) => $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..32]}-1\"";

    private static Task Error(HttpContext context, HttpStatusCode status, string code)
    {
        context.Response.StatusCode = (int)status;
        return Answer(context, new XElement("Error", new XElement("Code", code), new XElement("Message", code)));
    }

    private static Task Answer(HttpContext context, XElement answer)
    {
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>{answer}");
    }

    /// <summary>AWS Signature Version 4, from its public description: canonical request, string to sign, derived key.</summary>
    private static class Signature
    {
        public static string? Refusal(HttpRequest request, byte[] body)
        {
            var authorization = request.Headers.Authorization.ToString();
            const string Scheme = "AWS4-HMAC-SHA256 ";
            if (!authorization.StartsWith(Scheme, StringComparison.Ordinal))
            {
                return "AccessDenied";
            }

            var parts = authorization[Scheme.Length..].Split(',').Select(part => part.Trim().Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
            var credential = parts["Credential"].Split('/');
            if (credential is not [AccessKey, var day, Region, "s3", "aws4_request"])
            {
                return "InvalidAccessKeyId";
            }

            var hash = request.Headers["x-amz-content-sha256"].ToString();
            if (hash != Convert.ToHexStringLower(SHA256.HashData(body)))
            {
                return "XAmzContentSHA256Mismatch";
            }

            var signed = parts["SignedHeaders"];
            var headers = string.Concat(signed.Split(';').Select(name => $"{name}:{(name == "host" ? request.Host.Value : request.Headers[name].ToString().Trim())}\n"));
            var query = string.Join('&', request.Query.SelectMany(pair => pair.Value.Select(value => $"{Escape(pair.Key)}={Escape(value ?? "")}")).Order(StringComparer.Ordinal));
            var path = string.Join('/', request.Path.Value!.Split('/').Select(Escape));
            var canonical = $"{request.Method}\n{path}\n{query}\n{headers}\n{signed}\n{hash}";
            var date = request.Headers["x-amz-date"].ToString();
            var text = $"AWS4-HMAC-SHA256\n{date}\n{day}/{Region}/s3/aws4_request\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
            var key = new[] { day, Region, "s3", "aws4_request" }.Aggregate(Encoding.UTF8.GetBytes("AWS4" + SecretKey), Mac);
            return Convert.ToHexStringLower(Mac(key, text)) == parts["Signature"] ? null : "SignatureDoesNotMatch";
        }

        private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

        private static string Escape(string text) => Uri.EscapeDataString(text);
    }
}
