using Shouldly;
using Xunit;

namespace Jarvis.Architecture.Tests.Platform;

public sealed class ContextFolderTests
{
    public static TheoryData<string> Projects => [.. Solution.Folders.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_first_folder_of_a_project_is_a_context(string project)
    {
        var root = Path.Combine(Solution.Root, Solution.Folders[project]);
        var folders = Directory.EnumerateDirectories(root)
            // A project within a project is looked at by itself.
            .Where(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Any() && !Directory.EnumerateFiles(folder, "*.csproj").Any())
            .Select(folder => Path.GetFileName(folder)!);

        Strangers(folders).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_folder_is_named_for_a_technical_layer(string project)
    {
        var root = Path.Combine(Solution.Root, Solution.Folders[project]);
        var folders = Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories).Select(folder => Path.GetFileName(folder)!);

        Layers(folders).ShouldBeEmpty();
    }

    [Fact]
    public void Twin_a_folder_that_is_no_context_is_found() =>
        Strangers(["Runs", "Utilities"]).ShouldBe(["Utilities"]);

    [Fact]
    public void Twin_a_folder_named_for_a_layer_is_found() =>
        Layers(["Runs", "Services"]).ShouldBe(["Services"]);

    private static IEnumerable<string> Strangers(IEnumerable<string> folders) =>
        folders.Except(["bin", "obj", "node_modules", "Properties", "wwwroot", "Internal"]).Except(Solution.Contexts);

    private static IEnumerable<string> Layers(IEnumerable<string> folders) =>
        folders.Intersect(["Commands", "Services", "Helpers", "Models", "DTOs", "Dtos", "Managers", "Utils", "Common"]);
}
