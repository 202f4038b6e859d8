using System.Text.Encodings.Web;
using Jarvis.Api.Platform;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Primitives;

namespace Jarvis.Api.Accounts;

/// <summary>A plain page on which the first administrator makes an account with the set-up token. It works without a script.</summary>
public static class SetupPage
{
    private const string Style = ":root{color-scheme:light dark}body{font:16px/1.6 \"PingFang SC\",\"Microsoft YaHei\",\"Noto Sans CJK SC\",system-ui,sans-serif;max-width:26rem;margin:4rem auto;padding:0 1rem}"
        + "label{display:block;margin:1rem 0}input{display:block;width:100%;box-sizing:border-box;padding:.6rem;font:inherit}button{padding:.6rem 1.2rem;font:inherit;min-height:44px}";

    public static void MapSetupPage(this WebApplication app)
    {
        app.MapGet("/setup", Show).AllowAnonymous().ExcludeFromDescription();
        // The form carries the set-up token itself, which no other page knows: there is no session to be ridden on.
        app.MapPost("/setup", Submit).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription()
            .WithMetadata(new RequestSizeLimitAttribute(SignInLimits.BodyBytes));
    }

    private static async Task<IResult> Show(HttpRequest request, string? token, Registration registration, CancellationToken cancel) =>
        await registration.IsSetupOpen(token, cancel)
            ? Page(request, Form(request, token!))
            : Page(
                request,
                $"<h1>Jarvis</h1><p role=\"alert\">{Say(request, "这个链接已经用过，或者不是这次启动的链接。", "This link has been used, or it is not the one of this start.")}</p>{Doors(request)}",
                StatusCodes.Status410Gone);

    private static async Task<IResult> Submit(HttpRequest request, Registration registration, RegistrationLimit limit, CancellationToken cancel)
    {
        if (!request.HasFormContentType)
        {
            return Page(request, Form(request, "", Say(request, "请填写表单。", "Fill in the form.")), StatusCodes.Status415UnsupportedMediaType);
        }

        var form = await request.ReadFormAsync(cancel);
        var token = Value(form["token"]);
        if (await limit.Book(request.HttpContext.Connection.RemoteIpAddress, null, cancel) is { } wait)
        {
            request.HttpContext.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
            return Page(request, Form(request, token, Say(request, AuthRefusals.TooManyRegistrations)), StatusCodes.Status429TooManyRequests);
        }

        var (account, refusal) = await registration.Register(new RegisterRequest(Value(form["email"]), Value(form["password"]), null, null, token), Guid.CreateVersion7(), cancel);
        return account is null
            ? Page(request, Form(request, token, Say(request, refusal!)), StatusCodes.Status422UnprocessableEntity)
            : Page(request, $"<h1>Jarvis</h1><p role=\"status\">{Say(request, "管理员账号已创建，现在可以登录。", "The administrator's account is made. You can sign in now.")}</p>{Doors(request)}");
    }

    /// <summary>In the language that the browser asks for.</summary>
    private static string Say(HttpRequest request, string zh, string en) => IsEnglish(request) ? en : zh;

    private static string Say(HttpRequest request, Refusal refusal) => Say(
        request,
        refusal.Code switch
        {
            "input.invalid" when refusal.Field == "email" => "这不是邮箱地址。",
            "input.invalid" when refusal.Field == "password" => $"密码要有 {SignInLimits.PasswordMinCharacters} 到 {SignInLimits.PasswordMaxCharacters} 个字符。",
            var code when code == AccountRefusals.EmailTaken.Code => "这个邮箱已经注册过了。",
            var code when code == AccountRefusals.SetupTokenInvalid.Code => "设置链接无效，或者已经有管理员了。",
            var code when code == AuthRefusals.TooManyRegistrations.Code => "注册得太频繁，请稍后再试。",
            var code when code == AuthRefusals.Busy.Code => "服务器正忙，请稍后再试。",
            _ => refusal.Message,
        },
        refusal.Message);

    private static bool IsEnglish(HttpRequest request) => request.Headers.AcceptLanguage.ToString().StartsWith("en", StringComparison.OrdinalIgnoreCase);

    private static string Doors(HttpRequest request) => $"""
        <p><a href="/admin/">{Say(request, "管理后台", "Back office")}</a> · <a href="/m/">{Say(request, "手机应用", "Phone app")}</a> · <a href="/">{Say(request, "在手机上打开", "Open it on the phone")}</a></p>
        """;

    private static string Value(StringValues values) => values.Count == 1 ? values[0] ?? "" : "";

    private static string Form(HttpRequest request, string token, string? problem = null) =>
        $"""
        <h1>{Say(request, "设置 Jarvis", "Set up Jarvis")}</h1><p>{Say(request, "创建第一个管理员。管理员照看服务器和所有账号；日常使用请在手机应用里另外注册自己的账号。",
            "Make the first administrator, who looks after the server and all accounts. For daily use make an account of your own in the phone app.")}</p>{(problem is null ? "" : $"<p role=\"alert\">{HtmlEncoder.Default.Encode(problem)}</p>")}
        <form method="post" action="/setup"><input type="hidden" name="token" value="{HtmlEncoder.Default.Encode(token)}">
        <label>{Say(request, "邮箱", "E-mail")} <input name="email" type="email" autocomplete="username" required maxlength="{SignInLimits.EmailMaxCharacters}"></label>
        <label>{Say(request, $"密码（至少 {SignInLimits.PasswordMinCharacters} 个字符）", $"Password (at least {SignInLimits.PasswordMinCharacters} characters)")} <input name="password" type="password" autocomplete="new-password" required minlength="{SignInLimits.PasswordMinCharacters}" maxlength="{SignInLimits.PasswordMaxCharacters}"></label>
        <button>{Say(request, "创建账号", "Make the account")}</button></form>
        """;

    private static IResult Page(HttpRequest request, string body, int status = StatusCodes.Status200OK)
    {
        request.HttpContext.Response.Headers.Vary = "Accept-Language";
        return Results.Content(
            $"<!doctype html><html lang=\"{Say(request, "zh-CN", "en")}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Jarvis</title><link rel=\"icon\" href=\"/m/icon.svg\"><style>{Style}</style></head><body><main>{body}</main></body></html>",
            "text/html; charset=utf-8", statusCode: status);
    }
}
