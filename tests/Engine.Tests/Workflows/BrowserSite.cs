using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Jarvis.Engine.Tests.Workflows;

/// <summary>A small site with a sign-in, a form, a table and a download.</summary>
internal sealed class BrowserSite : IAsyncDisposable
{
    private readonly WebApplication site;

    private BrowserSite(WebApplication site) => this.site = site;

    public string Url => site.Urls.First();

    /// <summary>What was sent with the form, in order.</summary>
    public List<string> Sent { get; } = [];

    public static async Task<BrowserSite> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var self = new BrowserSite(app);
        app.MapGet("/", (HttpContext http) => Page(http.Request.Cookies.ContainsKey("session")
            ? "<title>Home</title><h1>Welcome back</h1>"
            : "<title>Sign in</title><form method=post action=/in><label>Password <input type=password name=p></label><button>Sign in</button></form>"));
        app.MapPost("/in", async (HttpContext http) =>
        {
            if ((await http.Request.ReadFormAsync())["p"] == "correct horse")
            {
                // Without an expiry: it ends with the browser.
                http.Response.Cookies.Append("session", "1", new CookieOptions { HttpOnly = true });
            }

            return Results.Redirect("/");
        });
        app.MapGet("/form", () => Page("""
            <title>Form</title><body style="margin:0;background:#fff"><form method=post action=/sent>
            <label>Name <input name=name></label><label>Colour <select name=colour><option value=r>Red</option><option value=b>Blue</option></select></label>
            <label><input type=checkbox name=news> News</label><button style="position:absolute;left:300px;top:200px;width:100px;height:50px">Send</button></form>
            <button disabled>Later</button><p hidden id=secret>hidden</p><p class=two>a</p><p class=two>b</p>
            <table><tr><th>Item<th>Price<tr><td>Tea<td>3<tr><td>Milk<td>2</table><a href=/export>Export</a>
            <script>setTimeout(() => document.body.append(Object.assign(document.createElement('p'), { textContent: 'Ready now' })), 300)</script>
            """));
        app.MapPost("/sent", async (HttpContext http) =>
        {
            var form = await http.Request.ReadFormAsync();
            self.Sent.Add($"{form["name"]}/{form["colour"]}/{form["news"]}");
            return Page($"<title>Sent</title><p>Thanks, {form["name"]}</p>");
        });
        app.MapGet("/export", () => Results.File("a,b\n1,2\n"u8.ToArray(), "text/csv", "../../export.csv"));
        app.MapGet("/exports", () => Page("<title>Exports</title><a href=/long>Long</a><a href=/endless>Endless</a><a href=/export>Export</a>"));
        app.MapGet("/long", () => Results.File("c\n"u8.ToArray(), "text/csv", new string('n', 200) + ".csv"));
        app.MapGet("/endless", async (HttpContext http) =>
        {
            http.Response.Headers.ContentDisposition = "attachment; filename=endless.bin";
            http.Response.ContentLength = 1_000_000;
            await http.Response.Body.WriteAsync(new byte[1000], http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        app.MapGet("/busy", () => Page("<title>Busy</title><p>here</p><button onclick='for (;;);'>Go</button>"));
        await app.StartAsync();
        return self;
    }

    public ValueTask DisposeAsync() => site.DisposeAsync();

    private static IResult Page(string html) => Results.Content("<!doctype html><html lang=en><meta charset=utf-8>" + html, "text/html; charset=utf-8");
}
