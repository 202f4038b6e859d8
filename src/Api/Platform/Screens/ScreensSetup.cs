using Microsoft.Net.Http.Headers;

namespace Jarvis.Api.Platform.Screens;

/// <summary>The phone app at <c>/m/</c>, the back office at <c>/admin/</c>, and the page at <c>/</c> that leads to them.</summary>
public static class ScreensSetup
{
    private const int RetryAfterSeconds = 5;

    public static void MapScreens(this WebApplication app, ServerConfiguration configuration)
    {
        app.MapLandingPage(configuration);
        foreach (var name in (string[])["m", "admin"])
        {
            var published = new LateApp(Path.Combine(configuration.Screens, name));
            app.MapMethods("/" + name + "/{**path}", ["GET", "HEAD"], (HttpContext context, string? path) => Serve(context, published, path ?? "")).AllowAnonymous().ExcludeFromDescription();
        }
    }

    private static Task Serve(HttpContext context, LateApp late, string path)
    {
        var response = context.Response;
        if (path.Length == 0 && !context.Request.Path.Value!.EndsWith('/'))
        {
            // What the page names is relative to its folder.
            response.Redirect(context.Request.PathBase + context.Request.Path + "/");
            return Task.CompletedTask;
        }

        if (late.App is not { } app)
        {
            response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            response.Headers.RetryAfter = RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
            response.ContentType = "text/html; charset=utf-8";
            return response.WriteAsync(PreparingPage.Html(RetryAfterSeconds), context.RequestAborted);
        }

        var (file, isPage) = app.Find(path, Accepted(context.Request));
        if (file is null)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        foreach (var (name, value) in file.Headers)
        {
            response.Headers.Append(name, value);
        }

        if (isPage)
        {
            response.Headers.CacheControl = "no-cache";
            response.Headers.ContentSecurityPolicy = app.ContentPolicy;
        }

        if (response.Headers.ETag is [{ } tag] && context.Request.Headers.IfNoneMatch.Any(given => given is not null && (given == "*" || given.Contains(tag, StringComparison.Ordinal))))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            response.Headers.Remove(HeaderNames.ContentLength);
            return Task.CompletedTask;
        }

        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.SendFileAsync(app.PathOf(file), context.RequestAborted);
    }

    private static HashSet<string> Accepted(HttpRequest request)
    {
        var accepted = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (StringWithQualityHeaderValue.TryParseList((IList<string>)request.Headers.AcceptEncoding, out var values))
        {
            accepted.UnionWith(values.Where(value => value.Quality is not 0).Select(value => value.Value.Value ?? ""));
        }

        return accepted;
    }

    /// <summary>An app may be published while the server starts: it is looked for until it is there.</summary>
    private sealed class LateApp(string folder)
    {
        private readonly Lock looking = new();
        private volatile PublishedApp? app;

        public PublishedApp? App
        {
            get
            {
                if (app is null)
                {
                    lock (looking)
                    {
                        app ??= PublishedApp.Load(folder);
                    }
                }

                return app;
            }
        }
    }
}
