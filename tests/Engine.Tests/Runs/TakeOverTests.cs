using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Runs;

public sealed class TakeOverTests
{
    /// <summary>No process has this number: it is beyond what the systems give.</summary>
    private static readonly string Dead = new ProcessIdentity(int.MaxValue, "1").ToString();

    [Fact]
    public async Task a_run_that_is_just_beginning_is_not_taken_over_as_if_it_had_been_left()
    {
        await using var it = new EngineUnderTest();
        var held = new HeldContinuations();
        var starting = held.Run(() => it.Start($"  - once: {{ run: {{ shell: {{ command: 'echo once >> {it.File("out")}; sleep 0.3' }} }} }}\n"));
        await EngineUnderTest.Eventually(() => held.HoldsSome && it.Journal.Unended().Count == 1);

        (await it.Engine.Resume(TestContext.Current.CancellationToken)).ShouldBe(0);
        held.LetGo();
        var run = await starting;

        (await it.Ended(run)).ShouldBeOfType<Ending.Completed>();
        File.ReadAllText(it.File("out")).ShouldBe("once\n");
        it.Events(run).OfType<ExecutionStarted>().Count().ShouldBe(1);
    }

    [Fact]
    public async Task the_same_run_given_twice_at_once_begins_once_and_is_kept_when_either_answers()
    {
        await using var it = new EngineUnderTest();
        var order = it.Order($"  - once: {{ run: {{ shell: {{ command: 'echo once >> {it.File("out")}' }} }} }}\n");
        var held = new HeldContinuations();
        var first = held.Run(() => it.Engine.Start(order, CancellationToken.None));
        await EngineUnderTest.Eventually(() => held.HoldsSome);
        var second = it.Engine.Start(order, CancellationToken.None);
        held.LetGo();
        await second;
        it.Journal.Find(order.RunId).ShouldNotBeNull();
        await first;

        (await it.Ended(order.RunId)).ShouldBeOfType<Ending.Completed>();
        File.ReadAllText(it.File("out")).ShouldBe("once\n");
    }

    [Fact]
    public async Task a_run_that_ends_while_others_are_taken_over_is_not_executed_again()
    {
        await using var it = new EngineUnderTest(settings => settings with { TakesOver = true });
        var left = it.Order("  - a: { set: { a: 1 } }\n");
        await it.Journal.Create(left, Dead, TestContext.Current.CancellationToken);
        var ending = await it.Start($"  - until: {{ run: {{ shell: {{ command: 'until [ -f {it.File("go")} ]; do sleep 0.02; done; echo once >> {it.File("out")}' }} }} }}\n");
        await EngineUnderTest.Eventually(() => it.Events(ending).OfType<ExecutionTaskStarted>().Any());

        var held = new HeldContinuations();
        var taking = held.Run(() => it.Engine.Resume(CancellationToken.None));
        await EngineUnderTest.Eventually(() => held.HoldsSome && it.Journal.Find(left.RunId)!.Owner != Dead);
        await File.WriteAllTextAsync(it.File("go"), "", TestContext.Current.CancellationToken);
        (await it.Ended(ending)).ShouldBeOfType<Ending.Completed>();
        await EngineUnderTest.Eventually(() => !it.Engine.Running.Contains(ending));
        var last = it.Journal.Find(ending)!.LastSequence;
        held.LetGo();

        (await taking).ShouldBe(1);
        (await it.Ended(left.RunId)).ShouldBeOfType<Ending.Completed>();
        it.Journal.Find(ending)!.LastSequence.ShouldBe(last);
    }

    [Fact]
    public async Task a_run_whose_events_cannot_be_written_is_given_up_and_whoever_waits_for_it_is_told()
    {
        await using var it = new EngineUnderTest();
        var run = await it.Start($"  - until: {{ run: {{ shell: {{ command: 'until [ -f {it.File("go")} ]; do sleep 0.02; done' }} }} }}\n");
        await EngineUnderTest.Eventually(() => it.Events(run).OfType<ExecutionTaskStarted>().Any());
        using (var another = new SqliteDatabase(it.Home.JournalFile))
        {
            another.Execute($"INSERT INTO events(run, sequence, type, occurred_at, data) SELECT number, {it.Journal.Find(run)!.LastSequence + 1}, 'x', 0, x'7b7d' FROM runs WHERE run_id = '{run}'");
        }

        var ended = it.Engine.WhenEnded(run, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(it.File("go"), "", TestContext.Current.CancellationToken);

        (await Should.ThrowAsync<JournalException>(() => ended.WaitAsync(TimeSpan.FromSeconds(30)))).Message.ShouldContain("UNIQUE");
        await EngineUnderTest.Eventually(() => !it.Engine.Running.Contains(run));
    }
}
