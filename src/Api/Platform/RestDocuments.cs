namespace Jarvis.Api.Platform;

/// <summary>The generated description of the REST addresses, and in development a page that lists them.</summary>
public static class RestDocuments
{
    private const string Page = """
        <!doctype html><html lang="en"><meta charset="utf-8"><title>Jarvis REST</title>
        <style>body{font:15px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}code{font:13px ui-monospace,monospace}pre{overflow:auto;background:#f4f4f4;padding:.5rem}</style>
        <h1>Jarvis REST</h1><p>From <a href="/openapi/v1.json">/openapi/v1.json</a>.</p><div id="all"></div>
        <script>
          fetch('/openapi/v1.json').then(r => r.json()).then(d => { for (const [path, methods] of Object.entries(d.paths)) for (const [method, o] of Object.entries(methods)) {
            const s = document.createElement('details'), t = document.createElement('summary'), c = document.createElement('code'), p = document.createElement('pre');
            c.textContent = method.toUpperCase() + ' ' + path; t.append(c, ' ' + (o.summary || '')); p.textContent = JSON.stringify(o, null, 2); s.append(t, p); document.getElementById('all').append(s); } });
        </script></html>
        """;

    public static void MapRestDocuments(this WebApplication app)
    {
        if (app.Services.GetRequiredService<ServerMode>().IsDevelopment)
        {
            app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
            app.MapGet("/docs", (HttpContext context) =>
            {
                context.Response.Headers.ContentSecurityPolicy = ContentPolicy.Of(Page);
                return Results.Content(Page, "text/html; charset=utf-8");
            }).AllowAnonymous().ExcludeFromDescription();
        }
    }
}
