namespace Jarvis.Api.Platform;

/// <summary>Headers that every answer carries (OWASP Secure Headers). Pages of this server load nothing from elsewhere and stand in no frame.</summary>
public static class SecurityHeaders
{
    public static void UseSecurityHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        // At the start of the answer, because whoever answers for an exception clears what was set before.
        context.Response.OnStarting(static response => Set(((HttpResponse)response).Headers), context.Response);
        return next(context);
    });

    private static Task Set(IHeaderDictionary headers)
    {
        // What an endpoint chose for itself stays.
        headers.TryAdd("X-Content-Type-Options", "nosniff");
        headers.TryAdd("X-Frame-Options", "DENY");
        headers.TryAdd("Referrer-Policy", "no-referrer");
        headers.TryAdd("Cross-Origin-Opener-Policy", "same-origin");
        headers.TryAdd("Cross-Origin-Resource-Policy", "same-origin");
        headers.TryAdd("Content-Security-Policy", ContentPolicy.Plain);
        return Task.CompletedTask;
    }
}
