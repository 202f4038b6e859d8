using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using QRCoder;

namespace Jarvis.Api.Platform.Screens;

/// <summary>The page at <c>/</c>: what this is, where to go, and how a phone gets there. Plain HTML, in the language the browser asks for.</summary>
public static class LandingPage
{
    private const string AuthorityPath = "/ca.crt";
    private const int QrModuleSize = 6;

    private const string Style = """
        :root{color-scheme:light dark;--back:#f6f7f9;--card:#fff;--line:#d5dae1;--text:#14181d;--soft:#4d5663;--blue:#1b57c4;--on:#fff}
        @media(prefers-color-scheme:dark){:root{--back:#101418;--card:#181d23;--line:#333c47;--text:#edf1f5;--soft:#b3bdc9;--blue:#7fb0ff;--on:#0b1a33}}
        *{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--text);font:16px/1.6 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif}
        main{max-width:960px;margin:0 auto;padding:48px 20px}header{display:flex;gap:16px;align-items:center}h1{margin:0;font-size:28px;line-height:36px}h2{margin:0 0 4px;font-size:17px}
        .mark{display:grid;place-items:center;width:56px;height:56px;border-radius:14px;background:var(--blue);color:var(--on);font-weight:700;font-size:30px}
        .lead{max-width:42em;color:var(--soft)}.doors{display:grid;gap:16px;grid-template-columns:repeat(auto-fit,minmax(240px,1fr));margin:24px 0}
        .door,.phone{border:1px solid var(--line);border-radius:12px;background:var(--card);padding:20px}.door{display:block;color:inherit;text-decoration:none}.door:hover{border-color:var(--blue)}
        .door p,.phone p{margin:0;color:var(--soft)}.door span{color:var(--blue);font-weight:600}.phone{display:flex;gap:24px;flex-wrap:wrap;align-items:flex-start}.phone>div:not(.qr){flex:1;min-width:240px}
        .qr{background:#fff;padding:8px;border-radius:8px;line-height:0}ol{margin:8px 0 0;padding-left:1.4em}li{margin:0 0 8px}
        @media(max-width:600px){main{padding:24px 16px}.phone{justify-content:center}.phone .qr{order:1}}code{font:14px ui-monospace,monospace;overflow-wrap:break-word;color:var(--text)}
        a{color:var(--blue)}:focus-visible{outline:2px solid var(--blue);outline-offset:2px}footer{margin-top:24px;color:var(--soft);font-size:14px}
        """;

    public static void MapLandingPage(this WebApplication app, ServerConfiguration configuration)
    {
        app.MapGet("/", (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "no-cache";
            context.Response.Headers.Vary = "Accept-Language";
            return Results.Content(Html(context.Request, configuration), "text/html; charset=utf-8");
        }).AllowAnonymous().ExcludeFromDescription();
        if (configuration.Authority is { } authority)
        {
            app.MapGet(AuthorityPath, (HttpContext context) =>
            {
                // Not as an attachment: an iPhone would put it among its files instead of offering to install it.
                context.Response.Headers.ContentDisposition = "inline; filename=jarvis-ca.crt";
                return Results.File(authority, "application/x-x509-ca-cert");
            }).AllowAnonymous().ExcludeFromDescription();
        }
    }

    private static string Html(HttpRequest request, ServerConfiguration configuration)
    {
        var english = request.Headers.AcceptLanguage.ToString().StartsWith("en", StringComparison.OrdinalIgnoreCase);
        string Say(string zh, string en) => english ? en : zh;
        var here = $"{request.Scheme}://{request.Host.ToUriComponent()}";
        return $"""
            <!doctype html><html lang="{Say("zh-CN", "en")}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Jarvis</title><link rel="icon" href="/m/icon.svg"><style>{Style}</style></head>
            <body><main><header><div class="mark" aria-hidden="true">J</div><h1>Jarvis</h1></header>
            <p class="lead">{Say(
                "Jarvis 在你的电脑上执行工作流，把每一步都记录下来；你可以随时查看、暂停、停止，或回看任意时刻的样子。",
                "Jarvis runs workflows on your computers and records each step; you can watch, pause and stop them at any time, and read back how they stood at any instant.")}</p>
            <nav class="doors" aria-label="{Say("入口", "Where to go")}">
            <a class="door" href="/m/"><h2>{Say("手机应用", "Phone app")}</h2><p>{Say("看任务、管电脑、启动工作流。在电脑上也能用。", "Runs, computers, workflows. It works on a wide screen too.")}</p><span>{Say("打开手机应用", "Open the phone app")} →</span></a>
            <a class="door" href="/admin/"><h2>{Say("管理后台", "Back office")}</h2><p>{Say("给管理员：所有账号、设备、任务和系统运行情况。", "For administrators: accounts, devices, runs, and how the system does.")}</p><span>{Say("打开管理后台", "Open the back office")} →</span></a>
            </nav>
            <section class="phone" aria-labelledby="phone">{Phone(request, configuration, Say)}</section>
            <footer>{Say("还没有账号？在手机应用里注册。命令行登录：", "No account yet? Make one in the phone app. Signing in from a terminal: ")}<code>build/jarvis login {WebUtility.HtmlEncode(here)}</code></footer>
            </main></body></html>
            """;
    }

    /// <summary>How a phone comes to the app: by this address or, on the computer itself, by the one that is open to its network.</summary>
    private static string Phone(HttpRequest request, ServerConfiguration configuration, Func<string, string, string> say)
    {
        var title = $"<h2 id=\"phone\">{say("在手机上打开", "Open it on the phone")}</h2>";
        var outside = !IsLoopback(request.Host.Host) ? $"{request.Scheme}://{request.Host.ToUriComponent()}"
            : configuration.Listen is [var first, ..] ? first.GetLeftPart(UriPartial.Authority)
            : null;
        if (outside is null)
        {
            // Whoever can sign in to a demo is known to everybody who sees its terminal: it has no place on a network.
            var command = (!configuration.IsDemo ? "" : OperatingSystem.IsWindows() ? "set JARVIS_STATE=.jarvis\\own && " : "JARVIS_STATE=.jarvis/own ") + "build/up --no-demo --listen 0.0.0.0";
            return $"""
                <div>{title}<p>{say("现在的地址只在这台电脑上有效。要在手机上使用，先在终端里按 Ctrl-C 停止，再这样启动：", "The address you are at works on this computer alone. For a phone, stop it with Ctrl-C in its terminal, and start it so:")}</p>
                <p><code>{command}</code></p><p>{(configuration.IsDemo
                    ? say("演示账号的密码是公开的，所以那里从空白开始，用自己的账号；这里的演示数据保持不变。", "The demo's passwords are no secret, so there you begin afresh, with accounts of your own; the demo stays as it is.")
                    : say("它会显示手机要扫描的二维码。", "It shows the code that the phone is to scan."))}</p></div>
                """;
        }

        if (configuration.Authority is not { } authority)
        {
            return $"""
                {Code($"{outside}/m/", say)}<div>{title}<p><code>{WebUtility.HtmlEncode($"{outside}/m/")}</code></p>
                <p>{say("扫描二维码，然后在浏览器菜单里选“添加到主屏幕”。", "Scan the code; then choose “Add to home screen” in the browser's menu.")}</p></div>
                """;
        }

        using var certificate = X509CertificateLoader.LoadCertificateFromFile(authority);
        var print = string.Join(':', Convert.ToHexString(SHA256.HashData(certificate.RawData)).Chunk(2).Select(pair => new string(pair)));
        // The code leads to this page, not to the app: what it opens has to be trusted first.
        return $"""
            {Code($"{outside}/", say)}<div>{title}<p><code>{WebUtility.HtmlEncode($"{outside}/")}</code></p><ol>
            <li>{say("手机和这台电脑连同一个网络，扫描二维码打开这个页面（iPhone 用 Safari）。第一次会警告证书未知：选“高级”，继续前往。", "With the phone in the same network, scan the code to come to this page (on an iPhone with Safari). At first it warns of an unknown certificate: choose “Advanced”, and go on.")}</li>
            <li>{say("下载", "Download ")}<a href="{AuthorityPath}">{say("这台服务器的证书", "this server's certificate")}</a>{say("，核对指纹和启动它的终端里显示的一致：", ", and compare its fingerprint with the one in the terminal that started it: ")}<code>SHA-256 {print.Replace(":", ":<wbr>", StringComparison.Ordinal)}</code></li>
            <li>{say("安装：安卓在“设置 › 安全 › 安装证书 › CA 证书”；iPhone 先在“设置 › 已下载描述文件”安装，再到“设置 › 通用 › 关于本机 › 证书信任设置”打开。", "Install it. Android: Settings › Security › Install a certificate › CA certificate. iPhone: Settings › Profile Downloaded, then Settings › General › About › Certificate Trust Settings.")}</li>
            <li>{say("打开", "Open ")}<a href="{WebUtility.HtmlEncode($"{outside}/m/")}">{say("手机应用", "the phone app")}</a>{say("，不再有警告；在浏览器菜单里选“添加到主屏幕”。", ", now without a warning, and choose “Add to home screen” in the browser's menu.")}</li></ol></div>
            """;
    }

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static string Code(string address, Func<string, string, string> say) =>
        $"<div class=\"qr\">{Qr(address, say("给手机扫描的二维码：", "The code for the phone: ") + address)}</div>";

    private static string Qr(string text, string label)
    {
        using var generator = new QRCodeGenerator();
        using var data = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
        using var code = new SvgQRCode(data);
        var svg = code.GetGraphic(QrModuleSize, "#000000", "#ffffff", drawQuietZones: true, SvgQRCode.SizingMode.WidthHeightAttribute);
        var at = svg.IndexOf("<svg", StringComparison.Ordinal) + "<svg".Length;
        return svg[(at - "<svg".Length)..at] + $" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(label)}\"" + svg[at..];
    }
}
