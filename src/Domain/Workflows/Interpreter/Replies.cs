using System.Text;
using System.Text.Json;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>What a server answered to an <see cref="Activity.Http"/>.</summary>
/// <param name="Headers">Header fields in order; a repeated one stands once for each value.</param>
public sealed record HttpReply(int StatusCode, string? ReasonPhrase, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    /// <summary>The longest part of an answer's body that a fault quotes, in characters.</summary>
    public const int MaxQuotedCharacters = 500;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// The task's raw output (dsl-reference.md, "HTTP Call"): <c>content</c> is the decoded body, <c>raw</c> its Base64,
    /// <c>response</c> an object with request, statusCode, headers and content.
    /// </summary>
    /// <exception cref="WorkflowFaultException">The status is no success: the communication error with that status.</exception>
    public Json ToOutput(Activity.Http request)
    {
        var accepted = StatusCode is >= 200 and < 300 || (request.AcceptRedirects && StatusCode is >= 300 and < 400);
        if (!accepted)
        {
            var text = Encoding.UTF8.GetString(Body);
            throw new WorkflowFaultException(Fault.Communication(
                StatusCode,
                ReasonPhrase is { Length: > 0 } phrase ? phrase : $"HTTP status {StatusCode}",
                $"{request.Method} {request.Uri.GetLeftPart(UriPartial.Path)} answered {StatusCode}."
                    + (text.Length == 0 ? "" : " " + (text.Length > MaxQuotedCharacters ? text[..MaxQuotedCharacters] + "…" : text))));
        }

        return request.Output switch
        {
            HttpOutput.Raw => Json.Of(Convert.ToBase64String(Body)),
            HttpOutput.Content => Content(),
            _ => Json.Of(
                ("request", Json.Of(("method", request.Method), ("uri", request.Uri.AbsoluteUri), ("headers", Fields(request.Headers)))),
                ("statusCode", StatusCode),
                ("headers", Fields(Headers)),
                ("content", Content())),
        };
    }

    private Json Content()
    {
        if (Body.Length == 0)
        {
            return Json.Null;
        }

        var type = Headers.FirstOrDefault(h => h.Key.Equals("content-type", StringComparison.OrdinalIgnoreCase)).Value ?? "";
        var media = type.Split(';')[0].Trim();
        if (media.Equals("application/json", StringComparison.OrdinalIgnoreCase) || media.EndsWith("+json", StringComparison.OrdinalIgnoreCase))
        {
            try
            {
                // RFC 8259, section 8.1: a reader may pass over the mark that some servers put before it.
                return Json.Parse(Body.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Body.AsSpan(Encoding.UTF8.Preamble.Length) : Body);
            }
            catch (JsonException e)
            {
                throw new WorkflowFaultException(Fault.Communication(
                    StatusCode, "Unreadable answer", $"The answer says it is {media} but is not JSON: {e.Message}"), e);
            }
        }

        try
        {
            return Json.Of(CharacterSet(type).GetString(Body));
        }
        catch (DecoderFallbackException)
        {
            // Binary content has no text form; Base64 is what `raw` would give.
            return Json.Of(Convert.ToBase64String(Body));
        }
    }

    /// <summary>What the content type says that the text is encoded in (RFC 9110, section 8.3.2); UTF-8 where it says nothing, or a name that nobody knows.</summary>
    private static Encoding CharacterSet(string contentType)
    {
        var name = contentType.Split(';').Skip(1).Select(parameter => parameter.Split('=', 2))
            .FirstOrDefault(pair => pair.Length == 2 && pair[0].Trim().Equals("charset", StringComparison.OrdinalIgnoreCase))?[1].Trim().Trim('"');
        try
        {
            return name is not { Length: > 0 } ? Utf8
                : CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
                    ?? Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            return Utf8;
        }
    }

    /// <summary>Header fields as an object; what a request proved itself with is nobody's to read.</summary>
    private static JsonObject Fields(IEnumerable<KeyValuePair<string, string>> fields) => new(fields
        .GroupBy(f => f.Key, StringComparer.OrdinalIgnoreCase)
        .Select(g => KeyValuePair.Create(g.Key, Json.Of(
            g.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase) ? SecretMask.Mask : string.Join(", ", g.Select(f => f.Value))))));
}

/// <summary>How a process ended.</summary>
public sealed record ProcessReply(int Code, string Stdout, string Stderr)
{
    /// <summary>
    /// The task's raw output by <c>run.return</c>. A process that ends with a code other than 0 is a runtime fault,
    /// unless the workflow asks for the code itself (<c>code</c>, <c>all</c>).
    /// </summary>
    /// <exception cref="WorkflowFaultException">The process failed and its code was not asked for.</exception>
    public Json ToOutput(ProcessReturn wanted)
    {
        if (Code != 0 && wanted is not (ProcessReturn.Code or ProcessReturn.All))
        {
            var told = Stderr.Length > 0 ? Stderr : Stdout;
            told = told.Length > HttpReply.MaxQuotedCharacters ? "…" + told[^HttpReply.MaxQuotedCharacters..] : told;
            throw new WorkflowFaultException(Fault.Runtime($"The process ended with code {Code}. {told}".TrimEnd()));
        }

        return wanted switch
        {
            ProcessReturn.Stdout => Stdout,
            ProcessReturn.Stderr => Stderr,
            ProcessReturn.Code => Code,
            ProcessReturn.All => Json.Of(("code", Code), ("stdout", Stdout), ("stderr", Stderr)),
            _ => Json.Null,
        };
    }
}
