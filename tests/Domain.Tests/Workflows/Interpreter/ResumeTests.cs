using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Interpreter;

/// <summary>A process may die at any instant; the next one goes on from the journal.</summary>
public sealed class ResumeTests
{
    /// <summary>One of everything, all of it repeatable.</summary>
    private const string Everything = """
        use:
          secrets: [token]
          functions:
            shout:
              do:
                - call:
                    call: test.echo
                    with: { text: '${ .text + "!" }' }
        do:
          - start:
              set: { n: 0, list: [1, 2, 3] }
              export: { as: '$context + { exported: .n }' }
          - loop:
              for: { each: x, in: .list }
              do:
                - add:
                    call: test.echo
                    with: { n: '${ .n + $x }', list: '${ .list }' }
                - twice:
                    switch:
                      - no: { when: $x != 2, then: exit }
                - nap:
                    wait: PT5S
          - both:
              fork:
                branches:
                  - left:
                      do:
                        - a:
                            call: test.slow
                            with: { seconds: 2, value: left }
                            export: { as: '$context + { left: true }' }
                        - b:
                            wait: PT3S
                  - right:
                      call: test.slow
                      with: { seconds: 4, value: '${ $secrets.token }' }
              output: { as: '{ both: . }' }
          - race:
              fork:
                compete: true
                branches:
                  - fast:
                      call: test.slow
                      with: { seconds: 1, value: '${ .both + ["fast"] }' }
                  - slow:
                      call: test.slow
                      with: { seconds: 9, value: slow }
          - flaky:
              try:
                - before:
                    call: test.echo
                    with: { kept: '${ . }' }
                    export: { as: '$context + { tries: (($context.tries // 0) + 1) }' }
                - fail:
                    if: $context.tries < 3
                    raise: { error: { type: 'https://x.y/z', status: 503, title: '${ $secrets.token }' } }
              catch:
                as: e
                when: $e.title == "hush-hush"
                retry: { delay: PT10S, backoff: { linear: {} }, limit: { attempt: { count: 5 } } }
          - handled:
              try:
                - never:
                    call: test.slow
                    with: { seconds: 60 }
                    timeout: { after: PT2S }
              catch:
                do:
                  - note:
                      set: { late: '${ $error.status }', kept: '${ .kept }' }
          - hook:
              call: http
              with: { method: post, endpoint: 'https://x.y/', body: '${ .late }' }
              output: { as: '$input + { hook: . }' }
          - shout:
              call: shout
              with: { text: '${ .kept | length | tostring }' }
              output: { as: '$input + .' }
          - end:
              set: { result: '${ . }', context: '${ $context }' }
        """;

    private static Story TheStory() => Story.Of(Everything).Given("""{"begun":true}""").WithSecret("token", "\"hush-hush\"");

    private static void World(FakeHost host) => host.On("http", a => Json.Of(((Activity.Http)a).Headers.Any(h => h.Key == "Idempotency-Key")));

    [Fact]
    public void a_run_cut_at_any_event_ends_the_same_and_no_finished_task_runs_twice()
    {
        var whole = TheStory().Run(World);
        whole.Ending.ShouldBeOfType<Ending.Completed>();
        whole.Journal.Count.ShouldBeGreaterThan(100);
        for (var cut = 0; cut <= whole.Journal.Count; cut++)
        {
            var journal = Outcome.Reread(whole.Journal.Take(cut));
            var finished = journal.Select(e => e.Event).OfType<ExecutionTaskCompleted>().Select(e => e.Instance).ToHashSet();
            var diedAt = journal.Count == 0 ? Story.Start : Latest(journal[^1].Event) ?? Story.Start;

            var resumed = TheStory().Run(World, journal, now: diedAt.AddSeconds(1));

            resumed.Output.ShouldBe(whole.Output, $"cut at {cut}");
            resumed.Host.Performed.Select(a => a.Instance).ShouldNotContain(instance => finished.Contains(instance), $"cut at {cut}");
            resumed.Events.OfType<ExecutionTaskCompleted>().GroupBy(e => e.Instance).ShouldAllBe(g => g.Count() == 1, $"cut at {cut}");
            resumed.Events.OfType<ExecutionTaskCreated>().GroupBy(e => e.Instance).ShouldAllBe(g => g.Count() == 1, $"cut at {cut}");
            resumed.Events.OfType<ExecutionStarted>().Count().ShouldBe(1);
            resumed.Events.OfType<ExecutionCompleted>().Count().ShouldBe(1);
            resumed.State.Tasks.Values.ShouldAllBe(t => t.HasEnded, $"cut at {cut}");
        }
    }

    [Fact]
    public void a_run_that_dies_again_and_again_still_gets_to_its_end()
    {
        IReadOnlyList<JournalEntry> journal = [];
        var now = Story.Start;
        Outcome? outcome = null;
        var lives = 0;
        for (; lives < 500 && outcome?.Ending is null; lives++)
        {
            var flushes = 0;
            outcome = TheStory().Run(
                host =>
                {
                    World(host);
                    host.AfterRecord = h => _ = ++flushes == 1 + (lives % 7) ? h.StopNow() : 0;
                },
                journal,
                now: now);
            journal = Outcome.Reread(outcome.Journal);
            now = outcome.Host.Now;
        }

        lives.ShouldBeGreaterThan(10);
        outcome!.Output.ShouldBe(TheStory().Run(World).Output);
    }

    [Fact]
    public void a_wait_ends_on_time_over_a_restart()
    {
        var story = Story.Of("do:\n  - a:\n      wait: PT1H\n");
        var first = story.Run(h => h.AfterRecord = host => _ = host.Entries.Any(e => e.Event is ExecutionTaskSuspended) ? host.StopNow() : 0);
        first.Ending.ShouldBeNull();
        story.Run(journal: Outcome.Reread(first.Journal), now: Story.Start.AddMinutes(20)).Host.Now.ShouldBe(Story.Start.AddHours(1));
        story.Run(journal: Outcome.Reread(first.Journal), now: Story.Start.AddHours(5)).Host.Now.ShouldBe(Story.Start.AddHours(5));
    }

    [Fact]
    public void a_back_off_ends_on_time_over_a_restart()
    {
        var story = Story.Of("""
            do:
              - a:
                  try:
                    - b:
                        call: test.echo
                  catch: { retry: { delay: PT1H, jitter: { from: PT0S, to: PT10M } } }
            """);
        Action<FakeHost> fails = h => h.On("test.echo", a => a.Instance.Contains('@') ? Json.True : throw new WorkflowFaultException(Fault.Runtime("no")));
        var first = story.Run(h =>
        {
            fails(h);
            h.AfterRecord = host => _ = host.Entries.Any(e => e.Event is ExecutionTaskSuspended) ? host.StopNow() : 0;
        });
        var due = first.Events.OfType<ExecutionTaskSuspended>().Single().Until!.Value;
        var resumed = story.Run(fails, Outcome.Reread(first.Journal), now: Story.Start.AddMinutes(20));
        resumed.ShouldGive("true");
        resumed.Host.Now.ShouldBe(due);
        resumed.Host.Performed.ShouldHaveSingleItem().Instance.ShouldBe("/do/0/a/try@2/0/b");
    }

    [Fact]
    public void a_timeout_counts_over_a_restart()
    {
        var story = Story.Of("do:\n  - a:\n      timeout: { after: PT1H }\n      do:\n        - b:\n            call: test.slow\n            with: { seconds: 9999 }\n");
        var first = story.Run(h => h.AfterRecord = host => _ = host.Entries.Count(e => e.Event is ExecutionTaskStarted) == 2 ? host.StopNow() : 0);
        var resumed = story.Run(journal: Outcome.Reread(first.Journal), now: Story.Start.AddMinutes(20));
        resumed.Fault.Type.ShouldBe(FaultTypes.Timeout);
        resumed.Host.Now.ShouldBe(Story.Start.AddHours(1));
        var late = story.Run(journal: Outcome.Reread(first.Journal), now: Story.Start.AddHours(2));
        late.Fault.Type.ShouldBe(FaultTypes.Timeout);
        late.Host.Performed.ShouldBeEmpty();
        late.State.Tasks["/do/0/a/do/0/b"].Phase.ShouldBe(TaskPhase.Cancelled);
    }

    private static IReadOnlyList<JournalEntry> InFlight(Story story, Action<FakeHost>? world = null) => Outcome.Reread(story.Run(h =>
    {
        world?.Invoke(h);
        h.AfterRecord = host => _ = host.Entries[^1].Event is ExecutionTaskStarted { Arguments: not null } ? host.StopNow() : 0;
    }).Journal);

    [Fact]
    public void a_task_in_flight_that_must_not_be_repeated_ends_the_run_as_interrupted_and_nothing_catches_it()
    {
        var story = Story.Of("""
            do:
              - a:
                  try:
                    - pay:
                        call: test.pay
                        with: { amount: 5 }
                  catch:
                    retry: { limit: { attempt: { count: 5 } } }
                    do:
                      - never:
                          set: { x: 1 }
            """);
        var resumed = story.Run(journal: InFlight(story));
        (resumed.Fault.Type, resumed.Fault.Status, resumed.Fault.Instance).ShouldBe((FaultTypes.Interrupted, 500, "/do/0/a/try/0/pay"));
        resumed.Host.Performed.ShouldBeEmpty();
        RecordedExecution.From(resumed.Journal).FailedInstance.ShouldBe("/do/0/a/try/0/pay");
    }

    [Fact]
    public void a_shell_command_in_flight_is_repeated_only_where_its_task_declares_it()
    {
        var once = Story.Of("do:\n  - a:\n      run: { shell: { command: x } }\n");
        once.Run(journal: InFlight(once)).Fault.Type.ShouldBe(FaultTypes.Interrupted);
        var often = Story.Of("do:\n  - a:\n      run: { shell: { command: x } }\n      metadata: { jarvis: { repeatable: true } }\n");
        var resumed = often.Run(h => h.On("shell", _ => "again"), InFlight(often));
        resumed.ShouldGive("\"again\"");
        resumed.Host.Performed.Single().Attempt.ShouldBe(2);
        resumed.State.Tasks["/do/0/a"].Starts.ShouldBe(2);
    }

    [Fact]
    public void an_http_request_in_flight_is_sent_again_with_the_same_key()
    {
        var story = Story.Of("do:\n  - a:\n      call: http\n      with: { method: post, endpoint: 'https://x.y/' }\n");
        var journal = InFlight(story);
        var resumed = story.Run(h =>
        {
            _ = h.NewId();
            h.On("http", a => ((Activity.Http)a).Headers.Single(x => x.Key == "Idempotency-Key").Value);
        }, journal);
        resumed.ShouldGive("\"id-1\"");
    }

    [Fact]
    public void a_run_that_has_ended_is_not_walked_again()
    {
        var story = TheStory();
        var whole = story.Run(World);
        var again = story.Run(World, Outcome.Reread(whole.Journal));
        again.Output.ShouldBe(whole.Output);
        again.Host.Entries.ShouldBeEmpty();
        var failing = Story.Of("do:\n  - a:\n      raise: { error: { type: 'https://x.y/z', status: 500, title: T } }\n");
        failing.Run(journal: Outcome.Reread(failing.Run().Journal)).Fault.ShouldBe(failing.Run().Fault);
    }

    [Fact]
    public void what_was_in_flight_is_told_as_cancelled_when_a_resumed_run_ends_without_it()
    {
        var story = Story.Of("do:\n  - a:\n      do:\n        - b:\n            call: test.slow\n            with: { seconds: 60 }\n");
        var cancelled = story.Run(h => h.Cancel.Cancel(), InFlight(story));
        cancelled.Ending.ShouldBeOfType<Ending.Cancelled>();
        cancelled.State.Tasks.Values.Select(t => t.Phase).ShouldBe([TaskPhase.Cancelled, TaskPhase.Cancelled]);
        cancelled.Host.Performed.ShouldBeEmpty();
    }

    [Fact]
    public void a_runner_that_stops_records_nothing_more()
    {
        var run = Story.Of("do:\n  - a:\n      call: test.slow\n      with: { seconds: 60 }\n").Run(h =>
            h.AfterRecord = host => _ = host.Entries.Count == 3 ? host.StopNow() : 0);
        run.Ending.ShouldBeNull();
        run.Journal.Count.ShouldBe(3);
    }

    private static DateTimeOffset? Latest(IExecutionEvent e) => e switch
    {
        ExecutionStarted x => x.StartedAt,
        ExecutionTaskCreated x => x.CreatedAt,
        ExecutionTaskStarted x => x.StartedAt,
        ExecutionTaskCompleted x => x.CompletedAt,
        ExecutionTaskFaulted x => x.FaultedAt,
        ExecutionTaskCancelled x => x.CancelledAt,
        ExecutionTaskSuspended x => x.SuspendedAt,
        ExecutionTaskRetried x => x.RetriedAt,
        ExecutionVariablesChanged x => x.At,
        ExecutionCompleted x => x.CompletedAt,
        _ => null,
    };
}
