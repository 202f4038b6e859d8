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
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

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

    [Theory]
    [InlineData("  - big: { set: { text: '${ .x * 100000 }' } }\n")]
    [InlineData("  - around: { do: [ { big: { set: { text: '${ .x * 100000 }' } } } ] }\n")]
    [InlineData("  - sides: { fork: { branches: [ { nap: { wait: { hours: 1 } } }, { big: { set: { text: '${ .x * 100000 }' } } } ] } }\n")]
    [InlineData("  - big: { run: { shell: { command: 'echo done >> OUT', stdin: '${ .x * 100000 }' } } }\n")]
    public async Task a_run_that_is_held_by_a_large_value_is_cancelled_meanwhile(string tasks)
    {
        await using var it = Held();
        var run = await it.Start(tasks.Replace("OUT", it.File("out"), StringComparison.Ordinal), Json.Of(("x", "x")));
        await EngineUnderTest.Eventually(() => it.Journal.Trouble is not null);

        var cancel = await it.Ask(run, ControlKind.Cancel).WaitAsync(Limit, TestContext.Current.CancellationToken);

        (await it.Ended(run)).ShouldBeOfType<Ending.Cancelled>();
        (await it.Effect(run, cancel)).Outcome.ShouldBeNull();
        it.Journal.Trouble.ShouldBeNull("nothing waits any more");
        var events = it.Events(run);
        events[0].ShouldBeOfType<ExecutionStarted>();
        events.Select(e => e is ExecutionControlAcknowledged).ToList().IndexOf(true).ShouldBeLessThan(events.Select(e => e is ExecutionCancelled).ToList().IndexOf(true));
        var begun = events.OfType<ExecutionTaskCreated>().Select(e => e.Instance).ToList();
        events.OfType<ExecutionTaskCancelled>().Select(e => e.Instance).ShouldBe(begun, ignoreOrder: true, "what began ends, and nothing else");
        File.Exists(it.File("out")).ShouldBeFalse("what could not be recorded as begun has no effect");
    }

    [Fact]
    public async Task a_run_that_is_held_by_its_own_input_is_cancelled_meanwhile()
    {
        await using var it = Held();
        var run = await it.Start("  - a: { set: { a: 1 } }\n", Json.Of(("text", new string('x', 100_000))));
        await EngineUnderTest.Eventually(() => it.Journal.Trouble is not null);

        await it.Effect(run, await it.Ask(run, ControlKind.Cancel).WaitAsync(Limit, TestContext.Current.CancellationToken));

        (await it.Ended(run)).ShouldBeOfType<Ending.Cancelled>();
        it.Events(run)[0].ShouldBeOfType<ExecutionStarted>().Input.ShouldBeNull();
    }

    [Fact]
    public async Task a_run_that_failed_and_is_held_by_what_it_says_of_that_still_ends_when_it_is_cancelled()
    {
        await using var it = Held();
        var run = await it.Start(
            "  - broken: { raise: { error: { type: 'https://example.com/broken', status: 500, detail: '${ .x * 100000 }' } } }\n", Json.Of(("x", "x")));
        await EngineUnderTest.Eventually(() => it.Journal.Trouble is not null);

        var cancel = await it.Ask(run, ControlKind.Cancel).WaitAsync(Limit, TestContext.Current.CancellationToken);

        (await it.Ended(run)).ShouldBeOfType<Ending.Faulted>().Fault.Type.ShouldBe("https://example.com/broken");
        (await it.Effect(run, cancel)).Outcome.ShouldBe(RunControls.Ended);
        it.Events(run).OfType<ExecutionTaskFaulted>().ShouldHaveSingleItem().Error.Text.ShouldBeNull();
    }

    [Fact]
    public async Task a_pause_of_a_run_that_is_held_is_acknowledged_at_once_and_takes_effect_once_there_is_room()
    {
        await using var it = Held();
        var run = await it.Start("  - big: { set: { text: '${ .x * 100000 }' } }\n  - after: { set: { length: '${ .text | length }' } }\n", Json.Of(("x", "x")));
        await EngineUnderTest.Eventually(() => it.Journal.Trouble is not null);

        var pause = await it.Ask(run, ControlKind.Pause).WaitAsync(Limit, TestContext.Current.CancellationToken);

        it.Events(run).OfType<ExecutionControlAcknowledged>().ShouldHaveSingleItem().ControlId.ShouldBe(pause);
        it.Events(run).OfType<ExecutionControlTookEffect>().ShouldBeEmpty();
        File.Delete(Path.Combine(it.Home.Folder, "blocked"));
        (await it.Effect(run, pause)).Outcome.ShouldBeNull();
        await it.Ask(run, ControlKind.Resume);
        (await it.Ended(run)).ShouldBeOfType<Ending.Completed>().Output.ShouldBe(Json.Of(("length", 100_000)));
    }

    [Fact]
    public async Task a_run_whose_folder_cannot_be_made_hears_its_controls()
    {
        await using var it = new EngineUnderTest();
        Blocked(Path.Combine(it.Home.Folder, "runs"));
        var run = await it.Start("  - a: { run: { shell: { command: 'pwd' } } }\n");
        await EngineUnderTest.Eventually(() => it.Journal.Trouble is not null);

        await it.Ask(run, ControlKind.Pause).WaitAsync(Limit, TestContext.Current.CancellationToken);
        var cancel = await it.Ask(run, ControlKind.Cancel).WaitAsync(Limit, TestContext.Current.CancellationToken);

        (await it.Ended(run)).ShouldBeOfType<Ending.Cancelled>();
        (await it.Effect(run, cancel)).Outcome.ShouldBeNull();
        it.Events(run).OfType<ExecutionControlAcknowledged>().Count().ShouldBe(2);
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

    /// <summary>No value that is too large for an event can be kept, until the file <c>blocked</c> is gone.</summary>
    private static EngineUnderTest Held() => new(settings => settings with { BlobFolder = Blocked(Path.Combine(settings.Home.Folder, "blocked")) });

    private static string Blocked(string path)
    {
        File.WriteAllText(path, "");
        return path;
    }
}
