using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using QRCoder;

namespace Jarvis.Api.Platform.Screens;

/// <summary>The page at <c>/</c>: what this is, where to go, and how a phone gets there. Plain HTML, in the language the browser asks for.</summary>
public static class LandingPage
{
    private const string AuthorityPath = "/ca.crt";
    private const int QrModuleSize = 4;

    private const string Style = """
        :root{color-scheme:light dark;--back:#f6f7f9;--card:#fff;--line:#d5dae1;--text:#14181d;--soft:#4d5663;--blue:#1b57c4;--on:#fff}
        @media(prefers-color-scheme:dark){:root{--back:#101418;--card:#181d23;--line:#333c47;--text:#edf1f5;--soft:#b3bdc9;--blue:#7fb0ff;--on:#0b1a33}}
        *{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--text);font:16px/1.6 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif}
        main{max-width:960px;margin:0 auto;padding:48px 20px}header{display:flex;gap:16px;align-items:center}h1{margin:0;font-size:28px;line-height:36px}h2{margin:0 0 4px;font-size:17px}
        .mark{display:grid;place-items:center;width:56px;height:56px;border-radius:14px;background:var(--blue);color:var(--on);font-weight:700;font-size:30px}
        .lead{max-width:42em;color:var(--soft)}.doors{display:grid;gap:16px;grid-template-columns:repeat(auto-fit,minmax(240px,1fr));margin:24px 0}
        .door,.phone{border:1px solid var(--line);border-radius:12px;background:var(--card);padding:20px}.door{display:block;color:inherit;text-decoration:none}.door:hover{border-color:var(--blue)}
        .door p,.phone p{margin:0;color:var(--soft)}.door span{color:var(--blue);font-weight:600}.phone{display:flex;gap:24px;flex-wrap:wrap;align-items:flex-start}.phone>div{flex:1;min-width:240px}
        .qr{background:#fff;padding:8px;border-radius:8px;line-height:0}ol{margin:8px 0 0;padding-left:1.4em}code{font:14px ui-monospace,monospace;overflow-wrap:anywhere}
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
            app.MapGet(AuthorityPath, () => Results.File(authority, "application/x-x509-ca-cert", "jarvis-ca.crt")).AllowAnonymous().ExcludeFromDescription();
        }
    }

    private static string Html(HttpRequest request, ServerConfiguration configuration)
    {
        var english = request.Headers.AcceptLanguage.ToString().StartsWith("en", StringComparison.OrdinalIgnoreCase);
        string Say(string zh, string en) => english ? en : zh;
        var address = $"{request.Scheme}://{request.Host.ToUriComponent()}/m/";
        return $"""
            <!doctype html><html lang="{Say("zh-CN", "en")}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Jarvis</title><link rel="icon" href="/m/icon.svg"><style>{Style}</style></head>
            <body><main><header><div class="mark" aria-hidden="true">J</div><h1>Jarvis</h1></header>
            <p class="lead">{Say(
                "Jarvis 在你的电脑上执行工作流，把每一步都记录下来；你可以随时查看、暂停、停止，或回看任意时刻的样子。",
                "Jarvis runs workflows on your computers and records each step; you can watch, pause and stop them at any time, and read back how they stood at any instant.")}</p>
            <nav class="doors" aria-label="{Say("入口", "Where to go")}">
            <a class="door" href="/m/"><h2>{Say("手机应用", "Phone app")}</h2><p>{Say("看任务、管电脑、启动工作流。在电脑上也能用。", "Runs, computers, workflows. It works on a wide screen too.")}</p><span>/m/ →</span></a>
            <a class="door" href="/admin/"><h2>{Say("管理后台", "Back office")}</h2><p>{Say("给管理员：所有账号、设备、任务和系统运行情况。", "For administrators: accounts, devices, runs, and how the system does.")}</p><span>/admin/ →</span></a>
            </nav>
            <section class="phone" aria-labelledby="phone"><div class="qr">{Qr(address, Say("手机应用地址的二维码", "The phone app's address as a QR code"))}</div>
            <div><h2 id="phone">{Say("在手机上打开", "Open it on the phone")}</h2><p><code>{WebUtility.HtmlEncode(address)}</code></p>{Phone(request, configuration, Say)}</div></section>
            <footer>{Say("还没有账号？在手机应用里注册。命令行：", "No account yet? Make one in the phone app. From a terminal: ")}<code>build/jarvis login {WebUtility.HtmlEncode($"{request.Scheme}://{request.Host.ToUriComponent()}")}</code></footer>
            </main></body></html>
            """;
    }

    private static string Phone(HttpRequest request, ServerConfiguration configuration, Func<string, string, string> say)
    {
        if (IsLoopback(request.Host.Host))
        {
            return $"<p>{say("这个地址只在本机有效。要在手机上使用，请用下面的命令启动，再打开它显示的地址：", "This address works on this computer only. For a phone, start the server so and open the address that it shows:")}</p><p><code>build/up --listen 0.0.0.0</code></p>";
        }

        if (configuration.Authority is not { } authority)
        {
            return $"<p>{say("扫描二维码，然后在浏览器菜单里选“添加到主屏幕”。", "Scan the code; then choose “Add to home screen” in the browser's menu.")}</p>";
        }

        using var certificate = X509CertificateLoader.LoadCertificateFromFile(authority);
        var print = string.Join(':', Convert.ToHexString(SHA256.HashData(certificate.RawData)).Chunk(2).Select(pair => new string(pair)));
        return $"""
            <ol><li>{say("扫描二维码打开这个页面，下载", "Scan the code to come here, and download ")}<a href="{AuthorityPath}">{say("这台服务器的证书", "this server's certificate")}</a>{say("。", ".")}</li>
            <li>{say("核对指纹（启动 build/up 的终端里也有）：", "Compare its fingerprint with the one in the terminal of build/up: ")}<code>SHA-256 {print}</code></li>
            <li>{say("安装：安卓在“设置 › 安全 › 安装证书 › CA 证书”；iPhone 在“设置 › 已下载描述文件”安装后，到“关于本机 › 证书信任设置”打开。", "Install it: Android: Settings › Security › Install a certificate › CA certificate. iPhone: Settings › Profile Downloaded, then About › Certificate Trust Settings.")}</li>
            <li>{say("再打开手机应用，选“添加到主屏幕”。", "Open the phone app again, and choose “Add to home screen”.")}</li></ol>
            """;
    }

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

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
