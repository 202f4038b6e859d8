using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Interpreter;

/// <summary><c>emit</c> and <c>listen</c>.</summary>
public sealed class EventTests
{
    /// <summary>Listens beside branches that emit one event each, a second apart.</summary>
    private static Story Hearing(string listen, params string[] events) => Story.Of(
        $"do:\n  - both:\n      fork:\n        branches:\n          - hear:\n{Indent(listen, 14)}          - speak:\n              do:\n"
        + string.Concat(events.Select((e, i) => $"                - wait{i}: {{ wait: PT1S }}\n                - say{i}: {{ emit: {{ event: {{ with: {e} }} }} }}\n"))
        + "      output: { as: '.[0]' }\n");

    private static string Indent(string text, int by) => string.Concat(text.TrimEnd().Split('\n').Select(line => new string(' ', by) + line + "\n"));

    private static string Event(string type, string data = "{}", string more = "") => $"{{ source: 'https://x.y', type: {type}, data: {data}{more} }}";

    [Fact]
    public void an_emitted_event_is_a_complete_cloud_event_and_the_tasks_output()
    {
        var run = Story.Of("do:\n  - tell:\n      emit: { event: { with: { source: 'https://x.y/a', type: t.v1, subject: '${ .who }', data: { hello: '${ .who }' }, tenant: 7 } } }\n")
            .Given("""{"who":"Ada"}""").Run();
        run.ShouldGive("""
            {"specversion":"1.0","id":"id-1","source":"https://x.y/a","type":"t.v1","time":"2026-03-01T12:00:00.000Z","subject":"Ada","tenant":7,"data":{"hello":"Ada"}}
            """);
        run.Host.Published.ShouldHaveSingleItem().ShouldBe(run.Output);
        run.Events.OfType<ExecutionTaskStarted>().Single().Arguments!.Reveal().ShouldBe(run.Output);
    }

    [Fact]
    public void an_event_that_was_in_flight_at_a_crash_is_told_again_as_the_same()
    {
        var story = Story.Of("do:\n  - tell:\n      emit: { event: { with: { source: 'https://x.y', type: t } } }\n");
        var before = story.Run();
        var started = before.Journal.TakeWhile(e => e.Event is not ExecutionTaskCompleted).ToList();
        var after = story.Run(journal: Outcome.Reread(started), now: Story.Start.AddHours(1));
        after.Output.ShouldBe(before.Output);
    }

    [Theory]
    [InlineData("{ source: '${ .nothing }', type: t }", "`source`")]
    [InlineData("{ source: 'https://x.y', type: '${ 1 }' }", "`type`")]
    [InlineData("{ source: 'https://x.y', type: t, time: '${ \"soon\" }' }", "`time`")]
    [InlineData("{ source: 'https://x.y', type: t, more: '${ [1] }' }", "`more`")]
    public void what_is_no_cloud_event_is_a_validation_error(string with, string name)
    {
        var fault = Story.Of($"do:\n  - tell:\n      emit: {{ event: {{ with: {with} }} }}\n").Run().Fault;
        fault.Type.ShouldBe(FaultTypes.Validation);
        fault.Detail!.ShouldContain(name);
    }

    [Fact]
    public void one_waits_for_the_first_that_fits_and_gives_its_data_in_a_list() =>
        Hearing("listen: { to: { one: { with: { type: b, data: '${ .n > 1 }' } } } }", Event("a", "{ n: 9 }"), Event("b", "{ n: 1 }"), Event("b", "{ n: 2 }"))
            .Run().ShouldGive("""[{"n":2}]""");

    [Fact]
    public void all_waits_for_each_once_in_whatever_order() =>
        Hearing("listen: { to: { all: [ { with: { type: a } }, { with: { type: b } } ] } }", Event("b", "1"), Event("b", "2"), Event("a", "3"))
            .Run().ShouldGive("[1,3]");

    [Fact]
    public void any_waits_for_one_of_them_and_with_no_filter_for_whatever_comes()
    {
        Hearing("listen: { to: { any: [ { with: { type: a } }, { with: { type: 'b.*' } } ] } }", Event("c", "1"), Event("bcd", "2")).Run().ShouldGive("[2]");
        Hearing("listen: { to: { any: [] } }", Event("c", "1")).Run().ShouldGive("[1]");
    }

    [Fact]
    public void until_a_condition_holds_or_an_event_comes_that_is_not_part_of_the_output()
    {
        Hearing("listen: { to: { any: [], until: '( . | length ) >= 2' } }", Event("a", "1"), Event("b", "2"), Event("c", "3")).Run().ShouldGive("[1,2]");
        Hearing("listen: { to: { any: [ { with: { type: a } } ], until: { one: { with: { type: stop } } } } }", Event("a", "1"), Event("b", "2"), Event("a", "3"), Event("stop"))
            .Run().ShouldGive("[1,3]");
    }

    [Fact]
    public void an_envelope_is_the_whole_event() =>
        Hearing("listen: { to: { one: { with: { type: a } } }, read: envelope }\noutput: { as: '.[0] | [.type, .source, .data]' }", Event("a", "5"))
            .Run().ShouldGive("""["a","https://x.y",5]""");

    [Fact]
    public void events_of_one_correlation_belong_together()
    {
        var all = "listen: { to: { all: [ { with: { type: a }, correlate: { room: { from: .room } } }, { with: { type: b }, correlate: { room: { from: .room } } } ] } }";
        Hearing(all, Event("a", "1", ", room: r1"), Event("b", "2", ", room: r2"), Event("b", "3", ", room: r1")).Run().ShouldGive("[1,3]");
        Hearing("listen: { to: { one: { with: { type: a }, correlate: { room: { from: .room, expect: '${ .room }' } } } } }", Event("a", "1", ", room: r1"), Event("a", "2", ", room: r2"))
            .Given("""{"room":"r2"}""").Run().ShouldGive("[2]");
    }

    [Fact]
    public void each_event_is_worked_on_in_turn()
    {
        var listen = """
            listen: { to: { any: [], until: '$context.count == 2' } }
            foreach:
              item: event
              at: i
              do:
                - note: { set: { n: '${ $event * 10 }', i: '${ $i }' } }
              output: { as: '[$i, .n]' }
              export: { as: '{ count: ($i + 1) }' }
            """;
        Hearing(listen, Event("a", "1"), Event("a", "2"), Event("a", "3")).Run().ShouldGive("[[0,10],[1,20]]");
    }

    [Fact]
    public void what_was_heard_before_a_restart_is_not_waited_for_again()
    {
        var story = Hearing("listen: { to: { all: [ { with: { type: a } }, { with: { type: b } } ] } }", Event("a", "1"), Event("b", "2"));
        var journal = new List<JournalEntry>();
        story.Run(host => host.AfterRecord = h =>
        {
            if (h.Entries[^1].Event is ExecutionTaskResumed)
            {
                journal.AddRange(h.Entries);
                h.AfterRecord = null;
                h.StopNow();
            }
        });
        journal.ShouldNotBeEmpty();
        story.Run(journal: Outcome.Reread(journal), now: Story.Start.AddMinutes(1)).ShouldGive("[1,2]");
    }

    [Fact]
    public void a_time_out_ends_the_listening() =>
        Story.Of("do:\n  - hear:\n      listen: { to: { any: [] } }\n      timeout: { after: PT5S }\n").Run().Fault.Type.ShouldBe(FaultTypes.Timeout);
}
