using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Interpreter;

/// <summary><c>use.extensions</c>.</summary>
public sealed class ExtensionTests
{
    private static Story Extended(string extensions, string tasks) => Story.Of($"use:\n  extensions:\n{extensions}do:\n{tasks}");

    [Fact]
    public void what_is_done_before_and_after_sees_the_task_and_changes_nothing_of_it()
    {
        var run = Extended("""
                - log:
                    extend: set
                    before:
                      - say: { call: test.echo, with: { text: '${ "before \($task.reference) of \(.n)" }' } }
                    after:
                      - say: { call: test.echo, with: { text: '${ "after \($task.name) gave \(.n)" }' } }

            """.Replace("\r", "", StringComparison.Ordinal), "  - a: { set: { n: '${ .n + 1 }' } }\n  - b: { wait: PT1S }\n").Given("""{"n":1}""").Run();
        run.ShouldGive("""{"n":2}""");
        run.Host.Performed.OfType<Activity.Function>().Select(f => f.Arguments.ToString()).ShouldBe(
            ["""{"text":"before /do/0/a of 1"}""", """{"text":"after a gave 2"}"""]);
    }

    [Fact]
    public void exit_before_a_task_takes_its_place()
    {
        var run = Extended("""
                - mock:
                    extend: call
                    when: $task.call == "http" and ($task.with.endpoint.uri | startswith("https://mocked"))
                    before:
                      - answer: { set: { mocked: true }, then: exit }

            """, "  - a: { call: http, with: { method: get, endpoint: { uri: 'https://mocked.x/1' } }, output: { as: '{ got: . }' } }\n").Run();
        run.ShouldGive("""{"got":{"mocked":true}}""");
        run.Host.Performed.ShouldBeEmpty();
        run.Events.OfType<ExecutionTaskCompleted>().Select(e => e.Task).ShouldBe(["/use/extensions/0/mock/before/0/answer", "/do/0/a"]);
    }

    [Fact]
    public void where_its_condition_does_not_hold_a_task_is_as_it_is() => Extended(
        "    - e: { extend: all, when: .n > 5, before: [ { x: { set: { n: 0 }, then: exit } } ] }\n",
        "  - a: { set: { n: '${ .n + 1 }' } }\n").Given("""{"n":1}""").Run().ShouldGive("""{"n":2}""");

    [Fact]
    public void what_was_done_before_a_restart_is_not_done_again()
    {
        var story = Extended("    - e: { extend: set, before: [ { pay: { call: test.pay, with: { amount: 1 } } } ] }\n", "  - a: { set: { n: 1 } }\n");
        var whole = story.Run();
        var until = whole.Journal.TakeWhile(e => e.Event is not ExecutionTaskStarted { Task: "/do/0/a" }).ToList();
        var again = story.Run(journal: Outcome.Reread(until));
        again.ShouldGive("""{"n":1}""");
        again.Host.Performed.ShouldBeEmpty();
    }

    [Fact]
    public void a_wrong_extension_is_told() =>
        DefinitionParser.Parse(Story.Whole("use: { extensions: [ { e: { extend: sett } } ] }\ndo:\n  - a: { set: { a: 1 } }\n"), Story.Functions)
            .Problems.ShouldHaveSingleItem().Message.ShouldContain("`set`");
}
