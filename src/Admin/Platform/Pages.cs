using Jarvis.Client.Platform;

namespace Jarvis.Admin.Platform;

/// <param name="Address">Below <c>/admin/</c>.</param>
/// <param name="Key">Behind <c>g</c> on the keyboard; null for none.</param>
/// <param name="OnRail">Whether it stands on the rail; the palette has it either way.</param>
public sealed record AdminPage(string Address, Word Title, string Icon, Word? Group = null, string? Key = null, bool OnRail = true);

/// <summary>The pages, as the rail and the palette show them. A new page is one line here.</summary>
public static class Pages
{
    public static readonly IReadOnlyList<AdminPage> All =
    [
        new("", AdminWords.Overview, "home", Key: "o"),
        new("runs", AdminWords.Runs, "runs", AdminWords.Running, "t"),
        new("devices", AdminWords.Devices, "computer", AdminWords.Running, "d"),
        new("workflows", AdminWords.Workflows, "flow", AdminWords.Running, "w"),
        new("workflows/new", AdminWords.NewWorkflow, "plus", AdminWords.Running, "n", OnRail: false),
        new("accounts", AdminWords.Accounts, "people", AdminWords.Users, "u"),
        new("operations", AdminWords.Operations, "gear", AdminWords.System, "m"),
        new("projections", AdminWords.Projections, "database", AdminWords.System, "p"),
        new("dead-letters", AdminWords.DeadLetters, "mail", AdminWords.System, "l"),
    ];
}
