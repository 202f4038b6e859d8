namespace Jarvis.Api.Platform.Screens;

/// <summary>The page at <c>/</c>: what this is and where to go. It works without a script.</summary>
public static class LandingPage
{
    public static void MapLandingPage(this WebApplication app) => app.MapGet("/", (HttpContext context) =>
    {
        var english = context.Request.Headers.AcceptLanguage.ToString().StartsWith("en", StringComparison.OrdinalIgnoreCase);
        return Results.Redirect(english ? "/m/" : "/m/");
    }).AllowAnonymous().ExcludeFromDescription();
}
