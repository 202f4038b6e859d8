using System.Reflection;

namespace Jarvis.Architecture.Tests.Platform;

/// <summary>The built assemblies and the source folders that the rules look at.</summary>
internal static class Solution
{
    public static readonly string[] Contexts =
    [
        "Accounts", "Agents", "Audit", "Billing", "Calls", "Content", "Devices", "LanguageModels", "Marketplace",
        "Notifications", "Platform", "Reports", "Runs", "Workflows",
    ];

    /// <summary>Who may use whom: each project of <c>src</c> with the projects that it may name.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Arrows = new Dictionary<string, string[]>
    {
        ["Jarvis.Domain"] = [],
        ["Jarvis.Application"] = ["Jarvis.Domain"],
        ["Jarvis.Projections"] = ["Jarvis.Domain"],
        ["Jarvis.Api"] = ["Jarvis.Domain", "Jarvis.Application", "Jarvis.Projections"],
        ["Jarvis.Engine"] = ["Jarvis.Domain"],
        ["jarvis"] = ["Jarvis.Domain", "Jarvis.Engine"],
        // The screens know the server by schema.graphql alone.
        ["Jarvis.Client"] = [],
        ["Jarvis.Client.Later"] = ["Jarvis.Client"],
        ["Jarvis.Mobile.First"] = ["Jarvis.Client"],
        ["Jarvis.Mobile.Home"] = ["Jarvis.Client", "Jarvis.Mobile.First"],
        ["Jarvis.Mobile.Later"] = ["Jarvis.Client", "Jarvis.Client.Later", "Jarvis.Mobile.First", "Jarvis.Mobile.Home"],
        ["Jarvis.Mobile"] = ["Jarvis.Client", "Jarvis.Mobile.First"],
        ["Jarvis.Admin"] = ["Jarvis.Client", "Jarvis.Client.Later"],
    };

    public static readonly IReadOnlyDictionary<string, string> Folders = new Dictionary<string, string>
    {
        ["Jarvis.Domain"] = "src/Domain",
        ["Jarvis.Application"] = "src/Application",
        ["Jarvis.Projections"] = "src/Projections",
        ["Jarvis.Api"] = "src/Api",
        ["Jarvis.Engine"] = "src/Desktop/Engine",
        ["jarvis"] = "src/Desktop/Cli",
        ["Jarvis.Client"] = "src/Client",
        ["Jarvis.Client.Later"] = "src/Client/Later",
        ["Jarvis.Mobile.First"] = "src/Mobile/First",
        ["Jarvis.Mobile.Home"] = "src/Mobile/Home",
        ["Jarvis.Mobile.Later"] = "src/Mobile/Later",
        ["Jarvis.Mobile"] = "src/Mobile",
        ["Jarvis.Admin"] = "src/Admin",
    };

    public static string Root { get; } = FindRoot();

    public static Assembly Load(string name) => Assembly.Load(new AssemblyName(name));

    public static string PathOf(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly + ".dll");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Jarvis.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside the repository: no Jarvis.sln above them.");
    }
}
