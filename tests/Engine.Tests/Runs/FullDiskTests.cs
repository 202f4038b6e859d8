using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Runs;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Runs;

/// <summary>A file where a folder is to be made refuses every write, as a full disk does, whoever asks.</summary>
public sealed class FullDiskTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task a_large_value_that_cannot_be_kept_holds_the_run_until_it_can_be(bool restarts)
    {
        await using var it = new EngineUnderTest(settings => settings with { BlobFolder = Blocked(Path.Combine(settings.Home.Folder, "blocked")) });
        var told = new List<string?>();
        it.Journal.TroubleChanged += told.Add;
        var run = await it.Start($$"""
              - once: { run: { shell: { command: 'echo once >> {{it.File("out")}}' } } }
              - big: { set: { text: '${ "x" * 100000 }' } }
              - after: { set: { length: '${ .text | length }' } }
            """);

        await EngineUnderTest.Eventually(() => it.Journal.Trouble is not null);
        it.Journal.Trouble.ShouldNotBeNull().ShouldContain("no task starts or ends");
        it.Journal.Find(run)!.Status.ShouldBe(JournaledStatus.Running);
        if (restarts)
        {
            await it.Restart();
            it.Journal.TroubleChanged += told.Add;
            await EngineUnderTest.Eventually(() => it.Journal.Trouble is not null);
        }

        File.Delete(Path.Combine(it.Home.Folder, "blocked"));
        (await it.Ended(run)).ShouldBeOfType<Ending.Completed>().Output.ShouldBe(Json.Of(("length", 100_000)));
        it.Journal.Trouble.ShouldBeNull();
        told[^1].ShouldBeNull();
        it.Events(run).OfType<ExecutionTaskCompleted>().Select(e => e.Task).ShouldBe(["/do/0/once", "/do/1/big", "/do/2/after"]);
        File.ReadAllText(it.File("out")).ShouldBe("once\n");
    }

    [Fact]
    public async Task a_run_whose_folder_cannot_be_made_begins_once_it_can_be()
    {
        await using var it = new EngineUnderTest();
        var runs = Blocked(Path.Combine(it.Home.Folder, "runs"));
        var run = await it.Start("  - a: { run: { shell: { command: 'pwd' } } }\n");
        await EngineUnderTest.Eventually(() => it.Journal.Trouble is not null);

        File.Delete(runs);

        (await it.Ended(run)).ShouldBeOfType<Ending.Completed>().Output.ShouldBe(Json.Of(it.Home.RunFolder(run) + "\n"));
        it.Journal.Trouble.ShouldBeNull();
    }

    [Fact]
    public void a_blob_that_could_not_be_kept_leaves_no_half_of_it_behind()
    {
        using var folder = new TemporaryFolder();
        var blobs = new BlobFolder(folder.File("blobs"));
        var reference = (JsonObject)((JsonObject)blobs.Keep("content"u8.ToArray(), "text/plain"))["$blob"]!;
        var file = blobs.FileOf(((JsonString)reference["hash"]!).Value);
        File.Delete(file);
        Directory.CreateDirectory(file);

        Should.Throw<Exception>(() => blobs.Keep("content"u8.ToArray(), "text/plain")).ShouldSatisfyAllConditions(
            failure => (failure is IOException or UnauthorizedAccessException).ShouldBeTrue(failure.ToString()));

        Directory.GetFileSystemEntries(Path.GetDirectoryName(file)!).ShouldBe([file]);
    }

    private static string Blocked(string path)
    {
        File.WriteAllText(path, "");
        return path;
    }
}
