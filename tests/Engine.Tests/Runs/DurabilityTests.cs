using System.Text;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Runs;
using Shouldly;
using Xunit;
using MarkedDone = Jarvis.Engine.Runs.MarkedDone;

namespace Jarvis.Engine.Tests.Runs;

public sealed class DurabilityTests
{
    [Fact]
    public async Task finished_tasks_do_not_run_again_and_a_wait_ends_on_time()
    {
        await using var it = new EngineUnderTest();
        var run = await it.Start($$"""
              - once: { run: { shell: { command: 'echo once >> {{it.File("out")}}' } } }
              - nap: { wait: { milliseconds: 1500 } }
              - last: { run: { shell: { command: 'echo last >> {{it.File("out")}}' } } }
            """);
        await EngineUnderTest.Eventually(() => it.Events(run).OfType<ExecutionTaskSuspended>().Any());
        var due = it.Events(run).OfType<ExecutionTaskSuspended>().Single().Until!.Value;
        await it.Restart();
        await it.Ended(run);
        File.ReadAllText(it.File("out")).ShouldBe("once\nlast\n");
        var woke = it.Events(run).OfType<ExecutionTaskCompleted>().Single(e => e.Task.EndsWith("/nap", StringComparison.Ordinal)).CompletedAt;
        (woke - due).ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task a_command_in_flight_at_the_end_of_the_engine_makes_the_run_fail_as_interrupted_and_nothing_catches_that()
    {
        await using var it = new EngineUnderTest();
        var run = await it.Start("""
              - guarded:
                  try:
                    - long: { run: { shell: { command: 'sleep 60' } } }
                  catch: { do: [ { caught: { set: { caught: true } } } ] }
            """);
        await EngineUnderTest.Eventually(() => it.Events(run).OfType<ExecutionTaskStarted>().Any(e => e.Task.EndsWith("/long", StringComparison.Ordinal)));
        await it.Restart();
        (await it.Ended(run)).ShouldBeOfType<Ending.Faulted>().Fault.Type.ShouldBe(FaultTypes.Interrupted);
    }

    [Fact]
    public async Task a_stop_lets_what_is_in_progress_come_to_its_end()
    {
        await using var it = new EngineUnderTest();
        var run = await it.Start($$"""
              - first: { run: { shell: { command: 'sleep 0.5; echo one >> {{it.File("out")}}' } } }
              - second: { run: { shell: { command: 'echo two >> {{it.File("out")}}' } } }
            """);
        await EngineUnderTest.Eventually(() => it.Events(run).OfType<ExecutionTaskStarted>().Any());
        await it.Restart(grace: TimeSpan.FromSeconds(10));
        (await it.Ended(run)).ShouldBeOfType<Ending.Completed>();
        File.ReadAllText(it.File("out")).ShouldBe("one\ntwo\n");
    }

    [Fact]
    public async Task a_retry_goes_on_at_the_failed_task_with_what_its_parent_did()
    {
        await using var it = new EngineUnderTest();
        var tasks = $$"""
              - once: { run: { shell: { command: 'echo once >> {{it.File("out")}}; echo 7' } } }
              - fragile: { run: { shell: { command: 'test -f {{it.File("mended")}} && echo fine' } } }
            """;
        var parent = await it.Start(tasks);
        (await it.Ended(parent)).ShouldBeOfType<Ending.Faulted>();
        await File.WriteAllTextAsync(it.File("mended"), "", TestContext.Current.CancellationToken);
        var before = it.Journal.Find(parent)!.LastSequence;

        var retry = await it.Start(tasks, continues: new Continuation(parent, null, null));
        (await it.Ended(retry)).ShouldBeOfType<Ending.Completed>().Output.ShouldBe(Json.Of("fine\n"));
        File.ReadAllText(it.File("out")).ShouldBe("once\n");
        it.Journal.Find(parent)!.LastSequence.ShouldBe(before, "the parent never changes");
        it.Events(retry).OfType<ExecutionStarted>().Single().ContinuesRunId.ShouldBe(parent);
    }

    [Fact]
    public async Task a_retry_finds_the_files_that_its_parent_made_in_its_folder()
    {
        await using var it = new EngineUnderTest();
        var tasks = $$"""
              - make: { call: file.write, with: { path: made.txt, content: made } }
              - fragile: { run: { shell: { command: 'test -f {{it.File("mended")}} && cat made.txt' } } }
            """;
        var parent = await it.Start(tasks);
        (await it.Ended(parent)).ShouldBeOfType<Ending.Faulted>();
        var again = await it.Start(tasks, continues: new Continuation(parent, null, null));
        (await it.Ended(again)).ShouldBeOfType<Ending.Faulted>();
        await File.WriteAllTextAsync(it.File("mended"), "", TestContext.Current.CancellationToken);

        var retry = await it.Start(tasks, continues: new Continuation(again, null, null));

        (await it.Ended(retry)).ShouldBeOfType<Ending.Completed>().Output.ShouldBe(Json.Of("made"));
    }

    [Fact]
    public async Task a_task_that_a_person_marked_as_done_is_not_done_again()
    {
        await using var it = new EngineUnderTest();
        var tasks = "  - fragile: { run: { shell: { command: 'exit 3' } } }\n  - after: { set: { got: '${ .by }' } }\n";
        var parent = await it.Start(tasks);
        await it.Ended(parent);
        var person = Guid.CreateVersion7();
        var retry = await it.Start(tasks, continues: new Continuation(parent, null, new MarkedDone(Encoding.UTF8.GetBytes("""{"by":"hand"}"""), person)));
        (await it.Ended(retry)).ShouldBeOfType<Ending.Completed>();
        it.Events(retry).OfType<ExecutionTaskCompleted>().First().By.ShouldBe(person);
    }

    [Fact]
    public async Task a_retry_of_a_run_that_this_device_does_not_have_fails_and_says_so()
    {
        await using var it = new EngineUnderTest();
        var run = await it.Start("  - a: { set: { a: 1 } }\n", continues: new Continuation(Guid.CreateVersion7(), null, null));
        (await it.Ended(run)).ShouldBeOfType<Ending.Faulted>().Fault.Detail.ShouldNotBeNull().ShouldContain("not in the journal");
    }

    [Fact]
    public async Task a_definition_that_cannot_run_here_becomes_a_run_that_fails()
    {
        await using var it = new EngineUnderTest();
        var run = await it.Start("  - a: { call: no.such.function }\n");
        var fault = (await it.Ended(run)).ShouldBeOfType<Ending.Faulted>().Fault;
        fault.Detail.ShouldNotBeNull().ShouldContain("no.such.function");
        it.Events(run).Select(e => e.GetType()).ShouldContain(typeof(ExecutionStarted));
    }

    [Fact]
    public async Task many_runs_go_on_at_once_each_in_its_own_folder_up_to_the_limit()
    {
        await using var it = new EngineUnderTest(settings => settings with { MaxConcurrentRuns = 4 });
        var runs = new List<Guid>();
        for (var i = 0; i < 12; i++)
        {
            runs.Add(await it.Start("  - a: { run: { shell: { command: 'pwd; echo $JARVIS_RUN_ID > mine; sleep 0.2' } } }\n"));
        }

        await EngineUnderTest.Eventually(() => runs.Count(run => it.Journal.Find(run)!.Status == JournaledStatus.Running) == 4);
        foreach (var run in runs)
        {
            var output = (await it.Ended(run)).ShouldBeOfType<Ending.Completed>().Output;
            output.ShouldBe(Json.Of(it.Home.RunFolder(run) + "\n"));
            File.ReadAllText(Path.Combine(it.Home.RunFolder(run), "mine")).Trim().ShouldBe(run.ToString());
        }
    }

    [Fact]
    public async Task a_run_begins_another_workflow_of_its_folder_and_a_crash_begins_no_second_one()
    {
        await using var it = new EngineUnderTest();
        await File.WriteAllTextAsync(
            it.File("child.yaml"),
            EngineUnderTest.Workflow($"  - work: {{ run: {{ shell: {{ command: 'echo child >> {it.File("out")}' }} }} }}\n  - nap: {{ wait: {{ milliseconds: 800 }} }}\n  - end: {{ set: {{ from: child }} }}\n", "child"),
            TestContext.Current.CancellationToken);
        var run = await it.Start("  - sub: { run: { workflow: { namespace: tests, name: child, version: '1.0.0', input: {} } } }\n");
        await EngineUnderTest.Eventually(() => File.Exists(it.File("out")));
        await EngineUnderTest.Eventually(() => it.Journal.Latest(10).Any(r => r.Request.ParentRunId == run && it.Events(r.RunId).OfType<ExecutionTaskSuspended>().Any()));
        await it.Restart();
        (await it.Ended(run)).ShouldBeOfType<Ending.Completed>().Output.ShouldBe(Json.Of(("from", "child")));
        File.ReadAllText(it.File("out")).ShouldBe("child\n");
        it.Journal.Latest(10).Count(r => r.Request.ParentRunId == run).ShouldBe(1);
    }

    [Fact]
    public async Task workflows_that_run_themselves_come_to_an_end()
    {
        await using var it = new EngineUnderTest();
        await File.WriteAllTextAsync(
            it.File("self.yaml"),
            EngineUnderTest.Workflow("  - again: { run: { workflow: { namespace: tests, name: self, version: '1.0.0', input: {} } } }\n", "self"),
            TestContext.Current.CancellationToken);
        (await it.Fault("  - sub: { run: { workflow: { namespace: tests, name: self, version: '1.0.0', input: {} } } }\n"))
            .Detail.ShouldNotBeNull().ShouldContain("run one another");
    }

    [Fact]
    public async Task a_large_value_is_a_blob_in_what_leaves_the_pc_and_whole_for_a_resume()
    {
        await using var it = new EngineUnderTest();
        var large = new string('x', 100_000);
        var run = await it.Start("  - big: { set: { text: '${ .text }' } }\n  - nap: { wait: { milliseconds: 700 } }\n  - end: { set: { length: '${ .text | length }' } }\n", Json.Of(("text", large)));
        await EngineUnderTest.Eventually(() => it.Events(run).OfType<ExecutionTaskSuspended>().Any());
        foreach (var item in it.Journal.AllEvents(run))
        {
            item.Data.Length.ShouldBeLessThan(70_000);
        }

        var reference = ((JsonObject)it.Events(run).OfType<ExecutionTaskCompleted>().First().Output!.Reveal()!)["$blob"].ShouldBeOfType<JsonObject>();
        var hash = ((JsonString)reference["hash"]!).Value;
        new Platform.BlobFolder(it.Home.BlobFolder).Has(hash).ShouldBeTrue();

        await it.Restart();
        (await it.Ended(run)).ShouldBeOfType<Ending.Completed>().Output.ShouldBe(Json.Of(("length", 100_000)));
    }

    [Fact]
    public async Task a_secret_never_leaves_the_pc()
    {
        await using var it = new EngineUnderTest();
        await File.WriteAllTextAsync(it.Home.SecretsFile, """{"token":"hunter2-hunter2"}""", TestContext.Current.CancellationToken);
        var run = await it.Start(
            "  - use: { run: { shell: { command: 'echo \"got $T\"; echo $T >&2; test ${#T} = 15', environment: { T: '${ $secrets.token }' } } } }\n  - nap: { wait: { milliseconds: 200 } }\n",
            more: "use: { secrets: [ token ] }\n");
        (await it.Ended(run)).ShouldBeOfType<Ending.Completed>();
        it.LogTexts(run).ShouldBe(["got ***", "***"], ignoreOrder: true);
        foreach (var item in it.Journal.AllEvents(run))
        {
            Encoding.UTF8.GetString(item.Data).ShouldNotContain("hunter2");
        }
    }

    [Fact]
    public async Task a_secret_that_the_workflow_does_not_name_or_has_in_its_text_never_leaves_the_pc()
    {
        await using var it = new EngineUnderTest();
        await File.WriteAllTextAsync(
            it.Home.SecretsFile, """{"token":"hunter2-hunter2","mail":{"user":"someone","password":"Tr0ub4dor&3"}}""", TestContext.Current.CancellationToken);
        var run = await it.Start(
            """
              - literal: { set: { header: 'Bearer hunter2-hunter2', other: '${ "u:Tr0ub4dor&3" | @base64 }' } }
              - print: { run: { shell: { command: 'echo hunter2-hunter2 >&2; printf %s "x:hunter2-hunter2" | base64; exit 3' } } }
            """ + "\n", input: Json.Of(("password", "Tr0ub4dor&3")));
        (await it.Ended(run)).ShouldBeOfType<Ending.Faulted>();

        foreach (var item in it.Journal.AllEvents(run))
        {
            var text = Encoding.UTF8.GetString(item.Data);
            foreach (var spelled in (string[])["hunter2", "Tr0ub4dor", "VHIwdWI0ZG9y", Convert.ToBase64String("x:hunter2-hunter2"u8), Convert.ToBase64String("u:Tr0ub4dor&3"u8)])
            {
                text.ShouldNotContain(spelled);
            }
        }

        var started = it.Events(run).OfType<ExecutionStarted>().Single().Local!;
        started.Definition.Reveal()!.ToString().ShouldContain("Bearer ***");
        started.DefinitionHash.ShouldBe(it.Journal.Find(run)!.Request.DefinitionHash);
    }

    [Theory]
    [InlineData("  - fail: { set: { sum: '${ $secrets.token + 1 }' } }\n")]
    [InlineData("  - fail: { run: { shell: { command: 'echo \"$T$(printf %0490d 0)\" >&2; exit 3', environment: { T: '${ $secrets.token }' } } } }\n")]
    [InlineData("  - long: { run: { shell: { command: 'printf \"%08178d\" 0; echo \"$T\"', environment: { T: '${ $secrets.token }' } } } }\n")]
    [InlineData("  - long: { run: { shell: { command: 'printf \"%016359d\" 0; echo \"$T\"', environment: { T: '${ $secrets.token }' } } } }\n")]
    public async Task no_part_of_a_secret_leaves_the_pc_where_a_text_was_cut(string tasks)
    {
        await using var it = new EngineUnderTest();
        await File.WriteAllTextAsync(it.Home.SecretsFile, """{"token":"ghp_hunter2hunter2hunter2hunter2hunter2"}""", TestContext.Current.CancellationToken);
        var run = await it.Start(tasks, more: "use: { secrets: [ token ] }\n");
        await it.Ended(run);
        string.Concat(it.Journal.AllEvents(run).Select(item => Encoding.UTF8.GetString(item.Data))).ShouldNotMatch("hunter|nter2|ghp_h");
    }

    [Fact]
    public async Task without_its_secrets_known_no_run_begins()
    {
        await using var it = new EngineUnderTest();
        await File.WriteAllTextAsync(it.Home.SecretsFile, "[", TestContext.Current.CancellationToken);
        var run = await it.Start("  - a: { set: { a: 1 } }\n");
        (await it.Ended(run)).ShouldBeOfType<Ending.Faulted>().Fault.Type.ShouldEndWith("/configuration");
    }

    [Fact]
    public async Task log_lines_come_in_order_and_in_few_events()
    {
        await using var it = new EngineUnderTest();
        var run = await it.Start("  - talk: { run: { shell: { command: 'for i in $(seq 1 5000); do echo line $i; done' } } }\n");
        await it.Ended(run);
        it.LogTexts(run).ShouldBe(Enumerable.Range(1, 5000).Select(i => $"line {i}"));
        it.Events(run).OfType<ExecutionLogged>().Count().ShouldBeLessThan(60);
    }

    [Fact]
    public async Task progress_is_told_at_most_once_a_second()
    {
        await using var it = new EngineUnderTest();
        var run = await it.Start("  - many: { for: { each: i, in: '${ [range(30)] }' }, do: [ { nap: { wait: { milliseconds: 80 } } } ] }\n");
        await it.Ended(run);
        var told = it.Events(run).OfType<ExecutionProgressed>().ToList();
        told.Count.ShouldBeInRange(1, 4);
        told.Zip(told.Skip(1), (a, b) => b.At - a.At).ShouldAllBe(gap => gap >= TimeSpan.FromMilliseconds(990));
        told.Select(p => p.Percent).ShouldBeInOrder();
        told.ShouldAllBe(p => p.Percent <= 99);
    }
}
