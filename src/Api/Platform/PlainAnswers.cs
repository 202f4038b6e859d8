using Jarvis.Domain.Platform;
using Microsoft.Net.Http.Headers;

namespace Jarvis.Api.Platform;

/// <summary>
/// Gives a body to what the framework answers without one (no such address, not by that method, not JSON): problem details for programs, a plain
/// page for a person who opened an address by hand.
/// </summary>
public static class PlainAnswers
{
    private static readonly Refusal Malformed = new("request.malformed", "The request cannot be read: its body is not what this address takes.");
    private static readonly Refusal NoAddress = new("address.not_found", "There is nothing at this address.");
    private static readonly Refusal NoMethod = new("request.method_not_allowed", "This address does not take that method.");
    private static readonly Refusal TooLarge = new("request.too_large", "The body is larger than this address takes.");
    private static readonly Refusal WrongType = new("request.media_type", "Send application/json.");

    private const string NoAddressPage = """
        <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Jarvis: nothing here</title>
        <style>body{font:16px/1.5 system-ui;max-width:34rem;margin:4rem auto;padding:0 1rem}code{font:14px ui-monospace,monospace}</style>
        <main><h1>Nothing here</h1><p>The Jarvis server runs, but it has no page at this address. It is used from a terminal:</p>
        <p><code>build/jarvis login http://THIS-ADDRESS</code><br><code>build/jarvis runs</code></p></main></html>
        """;

    public static void UsePlainAnswers(this WebApplication app) => app.UseStatusCodePages(context =>
    {
        var http = context.HttpContext;
        var status = http.Response.StatusCode;
        if (status == StatusCodes.Status404NotFound && HttpMethods.IsGet(http.Request.Method) && IsBrowser(http.Request))
        {
            var page = NoAddressPage.Replace("http://THIS-ADDRESS", $"{http.Request.Scheme}://{SafeHost(http.Request)}", StringComparison.Ordinal);
            return Results.Content(page, "text/html; charset=utf-8", statusCode: status).ExecuteAsync(http);
        }

        return Of(status) is { } refusal ? ProblemAnswers.Of(status, refusal).ExecuteAsync(http) : Task.CompletedTask;
    });

    private static Refusal? Of(int status) => status switch
    {
        StatusCodes.Status400BadRequest => Malformed,
        StatusCodes.Status404NotFound => NoAddress,
        StatusCodes.Status405MethodNotAllowed => NoMethod,
        StatusCodes.Status413PayloadTooLarge => TooLarge,
        StatusCodes.Status415UnsupportedMediaType => WrongType,
        _ => null,
    };

    private static bool IsBrowser(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var types) && types.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));

    // The header is the client's own text.
    private static string SafeHost(HttpRequest request) => System.Net.WebUtility.HtmlEncode(request.Host.ToUriComponent());
}
