namespace Jarvis.Screens.Tests.Platform;

/// <summary>Every page of both apps. A page that is not here is not looked at: one line for each.</summary>
public static class Routes
{
    public static IReadOnlyList<string> Of(string app, SystemUnderTest system) => app == Walk.Phone
        ?
        [
            "", "runs", "runs?show=waiting", "runs?show=history", "workflows", $"workflows/{system.Workflow}", $"workflows/{system.Workflow}/edit", "workflows/new",
            $"runs/{system.Runs.GetValueOrDefault("broken")}", $"runs/{system.Runs.GetValueOrDefault("broken")}?tab=log", $"runs/{system.Runs.GetValueOrDefault("broken")}?tab=results",
            $"retry/{system.Runs.GetValueOrDefault("broken")}", $"workflows/{system.Workflow}/start",
            $"workflows/{system.Workflow}?part=nodes", $"workflows/{system.Workflow}?part=revisions", "devices", "devices/pair", "statistics",
            "calls", "notifications", "me", "me/account", "me/sessions", "me/sync", "me/help", "me/about", "not-found",
        ]
        :
        [
            "", "runs", $"runs/{system.Runs.GetValueOrDefault("broken")}", $"run/{system.Runs.GetValueOrDefault("broken")}", "devices", "workflows", $"workflows/{system.Workflow}", "workflows/new",
            $"workflows/{system.Workflow}/start", "accounts", "operations", "projections", "dead-letters", "not-found",
        ];

    public static string FileName(string route) =>
        route.Length == 0 ? "home" : string.Concat(route.Split('?')[0].Split('/').Select(part => Guid.TryParse(part, out _) ? "-detail" : "-" + part)).TrimStart('-')
            + (route.Contains('?', StringComparison.Ordinal) ? "-" + route.Split('=')[^1][..Math.Min(8, route.Split('=')[^1].Length)] : "");
}
