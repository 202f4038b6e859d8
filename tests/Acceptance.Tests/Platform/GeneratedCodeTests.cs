using Jarvis.Acceptance.Tests.Runs;
using Jarvis.Build.Publishing;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Acceptance.Tests.Platform;

/// <summary>A server with the code around its handlers, as <c>build/publish</c> makes it, compiles nothing at run time.</summary>
public sealed class GeneratedCodeTests : IDisposable
{
    // The compiler's own assembly: in the memory of a process that has compiled anything, and of no other.
    private const string Compiler = "Microsoft.CodeAnalysis.CSharp.dll";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task a_published_servers_code_is_all_there_and_from_source_it_is_compiled_when_needed()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("What a process has loaded is read from /proc.");
        }

        await GeneratedCode.WriteAsync(folder.Path, TestContext.Current.CancellationToken);
        await GeneratedCode.BuildAsync(folder.Path, TestContext.Current.CancellationToken);

        (await LoadedAfterADayAsync(GeneratedCode.ServerIn(folder.Path))).ShouldNotContain(Compiler);
        // The twin: what would be seen if one piece of it were missing.
        (await LoadedAfterADayAsync(program: null)).ShouldContain(Compiler);
    }

    /// <summary>Starts the server, has somebody do what people do in a day, and tells which files its process has loaded.</summary>
    private static async Task<IReadOnlyList<string>> LoadedAfterADayAsync(string? program)
    {
        await using var system = await JarvisSystem.StartAsync(program: program);
        await system.StartRunnerAsync();
        var workflow = await system.PublishAsync(Workflows.Files(system.PathOf("out"), 3));
        var run = await system.StartRunAsync(workflow);
        await system.WaitForStatusAsync(run, "COMPLETED");
        await system.MutateAsync("favouriteWorkflow", "FavouriteWorkflowInput", new() { ["workflowId"] = workflow.ToString() }, "workflow { id }");
        await system.MutateAsync("disableWorkflow", "DisableWorkflowInput", new() { ["workflowId"] = workflow.ToString() }, "workflow { id }");
        await system.SignInAgainAsync();

        var maps = await File.ReadAllLinesAsync($"/proc/{system.Server.Id}/maps");
        return [.. maps.Select(line => Path.GetFileName(line[(line.LastIndexOf(' ') + 1)..])).Where(name => name.EndsWith(".dll", StringComparison.Ordinal)).Distinct()];
    }
}
