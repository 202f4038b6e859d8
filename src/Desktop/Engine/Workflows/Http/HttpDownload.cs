using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Workflows.Files;

namespace Jarvis.Engine.Workflows.Http;

/// <summary>
/// Downloads to a file, whole or not at all. What arrived before a connection broke, or before a crash, stays beside the target as
/// <c>.part</c> with the entity tag it belongs to, and the next attempt asks for the rest (RFC 9110, 14.2 and 13.1.5); a server that has other content by
/// then sends it from the start.
/// </summary>
public sealed class HttpDownload : JarvisFunction
{
    /// <summary>Most that is downloaded where the workflow sets no limit of its own, in MiB.</summary>
    public const int DefaultMaxMebibytes = 2048;

    /// <summary>How long a server may keep silent, in seconds.</summary>
    public const int SilenceSeconds = 60;

    /// <summary>How often a broken connection is taken up again, while each brings something.</summary>
    private const int MaxAttempts = 5;

    private static readonly HttpClient Client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = true,
        MaxAutomaticRedirections = HttpCalls.MaxRedirects,
        // Ranges and sizes are of the content as it is stored.
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public override string Name => "http.download";

    public override string Summary => "Downloads an address to a file, resumes what broke off, and checks its hash.";

    public override bool Repeatable => true;

    public override string Example => """{"url":"https://example.com/data.csv","to":"data.csv","maxMebibytes":100}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["url","to"],"properties":{
          "url":{"type":"string","minLength":1,"description":"http or https."},
          "to":{"type":"string","minLength":1,"description":"The file; one that is there is replaced once all has arrived."},
          "headers":{"type":"object","additionalProperties":{"type":"string"}},
          "sha256":{"type":"string","pattern":"^[0-9a-fA-F]{64}$","description":"What the content must hash to; a file that is there and does is not downloaded again."},
          "maxMebibytes":{"type":"integer","minimum":1,"maximum":1048576,"default":2048}}}
        """;

    public override async Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var to = context.Resolve(arguments.Text("to"));
        Files.FileContent.RefuseFolder(to);
        if (Path.EndsInDirectorySeparator(to))
        {
            throw Failed($"{to} names a folder; name a file.");
        }

        var expected = arguments.TextOrNull("sha256")?.ToLowerInvariant();
        if (expected is not null && File.Exists(to) && await Files.FileContent.Hash(to, "sha256", cancellation) == expected)
        {
            return Result(to, expected, resumed: false);
        }

        var target = new Target(Address(arguments.Text("url")), to, arguments);
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        var resumed = await Receive(target, context, cancellation);
        var hash = await Files.FileContent.Hash(target.Part, "sha256", cancellation);
        if (expected is not null && hash != expected)
        {
            target.Forget();
            throw Failed($"{target.Shown} has the SHA-256 {hash}, not {expected}; nothing was kept.");
        }

        File.Move(target.Part, to, overwrite: true);
        File.Delete(target.Note);
        return Result(to, hash, resumed);
    }

    /// <returns>Whether it went on with what was there.</returns>
    private static async Task<bool> Receive(Target target, FunctionContext context, CancellationToken cancellation)
    {
        var resumed = false;
        for (var attempt = 1; ; attempt++)
        {
            var before = target.Size;
            try
            {
                resumed |= await target.Receive(cancellation);
                return resumed;
            }
            catch (UriFormatException wrong)
            {
                throw new WorkflowFaultException(
                    Fault.Communication(502, "Download refused", $"{target.Shown} leads to an address that is none, or not one of http: {wrong.Message}"), wrong);
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or TimeoutException && !cancellation.IsCancellationRequested)
            {
                if (attempt == MaxAttempts || target.Size <= before)
                {
                    throw new WorkflowFaultException(
                        Fault.Communication(503, "Download broke off", $"{target.Shown} broke off after {target.Size} bytes: {broken.Message}"), broken);
                }

                context.Log(LogSeverity.Warning, $"{target.Shown} broke off after {target.Size} bytes and is taken up again.");
            }
        }
    }

    private static Json Result(string path, string hash, bool resumed) =>
        Json.Of(("path", path), ("size", new FileInfo(path).Length), ("sha256", hash), ("resumed", resumed));

    private static Uri Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        ? uri!
        : throw new WorkflowFaultException(Fault.Validation($"'{text}' is not an http or https address."));

    /// <summary>One download and what has arrived of it.</summary>
    private sealed class Target(Uri address, string path, FunctionArguments arguments)
    {
        private readonly long limit = arguments.Count("maxMebibytes", DefaultMaxMebibytes) * 1024L * 1024;

        public string Part => path + ".part";

        /// <summary>Holds the address and the strong entity tag that the part belongs to.</summary>
        public string Note => path + ".part.tag";

        /// <summary>The address without what may be secret in it.</summary>
        public string Shown => address.GetLeftPart(UriPartial.Path);

        public long Size => File.Exists(Part) ? new FileInfo(Part).Length : 0;

        public void Forget()
        {
            File.Delete(Part);
            File.Delete(Note);
        }

        /// <returns>Whether it went on with what was there.</returns>
        public async Task<bool> Receive(CancellationToken cancellation)
        {
            var tag = Size > 0 && File.Exists(Note) && await File.ReadAllLinesAsync(Note, cancellation) is [var of, var known] && of == address.AbsoluteUri ? known : null;
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            silence.CancelAfter(TimeSpan.FromSeconds(SilenceSeconds));
            try
            {
                using var request = Request(tag);
                using var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
                if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
                {
                    Forget();
                    throw new IOException("The server refuses the rest of what was begun.");
                }

                Check(response);
                var goesOn = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == Size;
                if (response.StatusCode == HttpStatusCode.PartialContent && !goesOn)
                {
                    Forget();
                    throw new IOException("The server sends another part than was asked for.");
                }

                await Save(response, goesOn, silence);
                return goesOn;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new TimeoutException($"nothing came for {SilenceSeconds} s");
            }
        }

        private async Task Save(HttpResponseMessage response, bool goesOn, CancellationTokenSource silence)
        {
            var begun = goesOn ? Size : 0;
            if (begun + (response.Content.Headers.ContentLength ?? 0) > limit)
            {
                throw TooLarge();
            }

            if (!goesOn)
            {
                Forget();
                if (response.Headers.ETag is { IsWeak: false } own)
                {
                    await File.WriteAllLinesAsync(Note, [address.AbsoluteUri, own.Tag], silence.Token);
                }
            }

            await using var file = new FileStream(Part, goesOn ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read, FileContent.BufferBytes, FileOptions.Asynchronous);
            await using var body = await response.Content.ReadAsStreamAsync(silence.Token);
            var buffer = new byte[FileContent.BufferBytes];
            int count;
            while ((count = await body.ReadAsync(buffer, silence.Token)) > 0)
            {
                silence.CancelAfter(TimeSpan.FromSeconds(SilenceSeconds));
                begun += count;
                if (begun > limit)
                {
                    throw TooLarge();
                }

                await file.WriteAsync(buffer.AsMemory(0, count), silence.Token);
            }

            await file.FlushAsync(silence.Token);
            file.Flush(flushToDisk: true);
        }

        private HttpRequestMessage Request(string? tag)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Jarvis", typeof(HttpDownload).Assembly.GetName().Version?.ToString(2)));
            foreach (var (name, value) in (arguments["headers"] as JsonObject)?.Members ?? JsonObject.Empty.Members)
            {
                var text = ((JsonString)value).Value;
                if (text.AsSpan().ContainsAny('\r', '\n', '\0') || !request.Headers.TryAddWithoutValidation(name, text))
                {
                    request.Dispose();
                    throw new WorkflowFaultException(Fault.Validation($"'{name}' is not a header that can be sent."));
                }
            }

            if (tag is not null)
            {
                request.Headers.Range = new RangeHeaderValue(Size, null);
                request.Headers.IfRange = new RangeConditionHeaderValue(new EntityTagHeaderValue(tag));
            }

            return request;
        }

        private void Check(HttpResponseMessage response)
        {
            if (!response.IsSuccessStatusCode)
            {
                var status = (int)response.StatusCode;
                throw new WorkflowFaultException(Fault.Communication(
                    status, "Download refused", string.Create(CultureInfo.InvariantCulture, $"{Shown} answered {status} {response.ReasonPhrase}.")));
            }
        }

        private WorkflowFaultException TooLarge()
        {
            Forget();
            return Failed($"{Shown} has more than the {limit} bytes that are allowed; nothing was kept.");
        }
    }
}
