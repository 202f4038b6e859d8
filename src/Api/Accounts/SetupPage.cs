using System.Text.Encodings.Web;
using Jarvis.Api.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Primitives;

namespace Jarvis.Api.Accounts;

/// <summary>A plain page on which the first administrator makes an account with the set-up token. It works without a script.</summary>
public static class SetupPage
{
    private const string Style = "body{font:16px/1.5 system-ui;max-width:26rem;margin:4rem auto;padding:0 1rem}label{display:block;margin:1rem 0}"
        + "input{display:block;width:100%;box-sizing:border-box;padding:.5rem;font:inherit}button{padding:.5rem 1rem;font:inherit}";

    public static void MapSetupPage(this WebApplication app)
    {
        app.MapGet("/setup", Show).AllowAnonymous().ExcludeFromDescription();
        // The form carries the set-up token itself, which no other page knows: there is no session to be ridden on.
        app.MapPost("/setup", Submit).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription()
            .WithMetadata(new RequestSizeLimitAttribute(SignInLimits.BodyBytes));
    }

    private static async Task<IResult> Show(string? token, Registration registration, CancellationToken cancel) =>
        await registration.IsSetupOpen(token, cancel)
            ? Page(Form(token!))
            : Page("<h1>Jarvis</h1><p role=\"alert\">This link has been used, or it is not the one of this start.</p>", StatusCodes.Status410Gone);

    private static async Task<IResult> Submit(HttpRequest request, Registration registration, RegistrationLimit limit, CancellationToken cancel)
    {
        if (!request.HasFormContentType)
        {
            return Page(Form("", "Fill in the form."), StatusCodes.Status415UnsupportedMediaType);
        }

        var form = await request.ReadFormAsync(cancel);
        var token = Value(form["token"]);
        if (await limit.Book(request.HttpContext.Connection.RemoteIpAddress, null, cancel) is { } wait)
        {
            request.HttpContext.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
            return Page(Form(token, AuthRefusals.TooManyRegistrations.Message), StatusCodes.Status429TooManyRequests);
        }

        var (account, refusal) = await registration.Register(new RegisterRequest(Value(form["email"]), Value(form["password"]), null, null, token), Guid.CreateVersion7(), cancel);
        return account is null
            ? Page(Form(token, refusal!.Message), StatusCodes.Status422UnprocessableEntity)
            : Page("<h1>Jarvis</h1><p role=\"status\">The administrator's account is made. You can sign in now, from a terminal: <code>build/jarvis login</code> with this server's address.</p>");
    }

    private static string Value(StringValues values) => values.Count == 1 ? values[0] ?? "" : "";

    private static string Form(string token, string? problem = null) =>
        $"""
        <h1>Set up Jarvis</h1><p>Make the first administrator.</p>{(problem is null ? "" : $"<p role=\"alert\">{HtmlEncoder.Default.Encode(problem)}</p>")}
        <form method="post" action="/setup"><input type="hidden" name="token" value="{HtmlEncoder.Default.Encode(token)}">
        <label>E-mail <input name="email" type="email" autocomplete="username" required maxlength="{SignInLimits.EmailMaxCharacters}"></label>
        <label>Password <input name="password" type="password" autocomplete="new-password" required minlength="{SignInLimits.PasswordMinCharacters}" maxlength="{SignInLimits.PasswordMaxCharacters}"></label>
        <button>Make the account</button></form>
        """;

    private static IResult Page(string body, int status = StatusCodes.Status200OK) => Results.Content(
        $"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Jarvis</title><style>{Style}</style><main>{body}</main></html>",
        "text/html; charset=utf-8", statusCode: status);
}
