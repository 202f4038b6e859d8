using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Interpreter;

/// <summary>A run that failed goes on in a new run, from the failed task.</summary>
public sealed class ContinuationTests
{
    private const string Backup = """
        do:
          - prepare:
              fork:
                branches:
                  - pack:
                      call: test.echo
                      with: { packed: true }
                  - list:
                      call: test.echo
                      with: { listed: true }
          - early:
              try:
                - always:
                    raise: { error: { type: 'https://x.y/caught', status: 500 } }
              catch:
                do:
                  - handled:
                      call: test.echo
                      with: { handled: true }
          - deliver:
              try:
                - first:
                    call: test.echo
                    with: { first: true }
                - disk:
                    call: test.slow
                    with: { seconds: 0, value: delivered }
              catch:
                retry: { delay: PT1S, limit: { attempt: { count: 2 } } }
          - done:
              set: { result: '${ . }' }
        """;

    private static void NoDisk(FakeHost host) => host.On("test.slow", _ => throw new WorkflowFaultException(Fault.Runtime("no disk")));

    [Fact]
    public void it_inherits_what_was_finished_and_does_the_failed_task_again()
    {
        var story = Story.Of(Backup);
        var failed = story.Run(NoDisk);
        failed.Fault.Detail.ShouldBe("no disk");
        var parent = RecordedExecution.From(Outcome.Reread(failed.Journal));
        parent.FailedInstance.ShouldBe("/do/2/deliver/try@3/1/disk");

        var next = story.Run(inherited: parent.ForContinuation());
        next.ShouldGive("""{"result":"delivered"}""");
        next.Host.Performed.Select(a => a.Instance).ShouldBe(["/do/2/deliver/try@3/1/disk"]);
        next.Events.First().ShouldBeOfType<ExecutionStarted>();
        next.State.Tasks.Keys.ShouldNotContain("/do/0/prepare");
        next.State.Tasks["/do/2/deliver"].Phase.ShouldBe(TaskPhase.Completed);
    }

    [Fact]
    public void a_task_marked_as_done_answers_what_the_person_said()
    {
        var story = Story.Of(Backup);
        var parent = RecordedExecution.From(story.Run(NoDisk).Journal);
        var by = Guid.Parse("0195f2a0-0000-7000-8000-0000000000aa");

        var next = story.Run(NoDisk, inherited: parent.ForContinuation(done: new MarkedDone(parent.FailedInstance!, Json.Of("by hand"), by)));

        next.ShouldGive("""{"result":"by hand"}""");
        next.Host.Performed.ShouldBeEmpty();
        var settled = next.State.Tasks[parent.FailedInstance!];
        (settled.Phase, settled.By).ShouldBe((TaskPhase.Completed, by));
    }

    [Fact]
    public void the_failed_task_may_be_named_by_its_pointer_as_the_error_does()
    {
        var story = Story.Of("do:\n  - a:\n      for: { in: '[1,2]' }\n      do:\n        - b:\n            call: test.slow\n            with: { seconds: 0, value: '${ $item }' }\n");
        var failed = story.Run(h => h.On("test.slow", a => a.Instance.Contains("@2") ? throw new WorkflowFaultException(Fault.Runtime("no")) : Json.True));
        var parent = RecordedExecution.From(failed.Journal);
        parent.FailedInstance.ShouldBe("/do/0/a/do@2/0/b");
        failed.Fault.Instance.ShouldBe("/do/0/a/do/0/b");
        story.Run(inherited: parent.ForContinuation("/do/0/a/do/0/b")).ShouldGive("2");
        story.Run(inherited: parent.ForContinuation(parent.FailedInstance)).ShouldGive("2");
    }

    [Fact]
    public void a_continuing_run_survives_a_crash_like_any_other()
    {
        var story = Story.Of(Backup);
        var inherited = RecordedExecution.From(story.Run(NoDisk).Journal).ForContinuation();
        var whole = story.Run(inherited: inherited);
        for (var cut = 0; cut <= whole.Journal.Count; cut++)
        {
            story.Run(journal: Outcome.Reread(whole.Journal.Take(cut)), inherited: inherited).Output.ShouldBe(whole.Output, $"cut at {cut}");
        }
    }

    [Fact]
    public void a_continuing_run_that_fails_again_can_be_continued_again()
    {
        var story = Story.Of(Backup);
        var first = RecordedExecution.From(story.Run(NoDisk).Journal);
        var second = story.Run(NoDisk, inherited: first.ForContinuation());
        second.Fault.Detail.ShouldBe("no disk");
        var again = RecordedExecution.From(second.Journal, first.ForContinuation());
        again.FailedInstance.ShouldBe("/do/2/deliver/try@3/1/disk");
        story.Run(inherited: again.ForContinuation()).ShouldGive("""{"result":"delivered"}""");
    }

    [Fact]
    public void a_fork_that_failed_keeps_its_finished_branches()
    {
        var story = Story.Of("""
            do:
              - both:
                  fork:
                    branches:
                      - ok:
                          call: test.pay
                          with: { amount: 1 }
                      - bad:
                          do:
                            - w:
                                wait: PT1S
                            - x:
                                call: test.slow
                                with: { seconds: 1, value: 2 }
                      - long:
                          call: test.slow
                          with: { seconds: 50, value: 3 }
            """);
        var failed = story.Run(h => h.On("test.slow", async (a, c) =>
        {
            await h.Delay(TimeSpan.FromSeconds(a.Instance.EndsWith("/x", StringComparison.Ordinal) ? 0 : 50), c);
            throw new WorkflowFaultException(Fault.Runtime("no"));
        }));
        var next = story.Run(inherited: RecordedExecution.From(failed.Journal).ForContinuation());
        next.ShouldGive("""[{"amount":1,"currency":"EUR"},2,3]""");
        next.Host.Performed.Select(a => a.Task).ShouldBe(["/do/0/both/fork/branches/1/bad/do/1/x", "/do/0/both/fork/branches/2/long"], ignoreOrder: true);
    }

    private const string Deliveries = """
        do:
          - all:
              for: { in: '[1,2,3]' }
              do:
                - prepare: { call: test.echo, with: { to: '${ $item }' } }
                - send: { call: test.pay, with: { amount: '${ .to }' } }
        """;

    [Fact]
    public void a_retry_goes_on_at_its_iteration_with_a_corrected_input()
    {
        var story = Story.Of(Deliveries);
        var failed = story.Run(h => h.On("test.pay", a => a.Instance.Contains("@2", StringComparison.Ordinal) ? throw new WorkflowFaultException(Fault.Runtime("no")) : Json.True));
        var parent = RecordedExecution.From(Outcome.Reread(failed.Journal));
        parent.FailedInstance.ShouldBe("/do/0/all/do@2/1/send");

        // The error names the task, whose first iteration has the same name and is finished.
        failed.Fault.Instance.ShouldBe("/do/0/all/do/1/send");
        var next = story.Run(inherited: parent.ForContinuation(failed.Fault.Instance, correctedInput: Json.Parse("""{"to":20}""")));

        next.ShouldGive("""{"amount":3,"currency":"EUR"}""");
        next.Host.Performed.Select(a => a.Instance).ShouldBe(["/do/0/all/do@2/1/send", "/do/0/all/do@3/0/prepare", "/do/0/all/do@3/1/send"]);
        ((Activity.Function)next.Host.Performed[0]).Arguments.ShouldBe(Json.Parse("""{"amount":20,"currency":"EUR"}"""));
    }

    [Fact]
    public void a_correction_stays_when_its_task_fails_again_until_another_one_takes_its_place()
    {
        var story = Story.Of(Deliveries);
        void Never(FakeHost h) => h.On("test.pay", _ => throw new WorkflowFaultException(Fault.Runtime("no")));
        var first = RecordedExecution.From(story.Run(Never).Journal).ForContinuation(correctedInput: Json.Parse("""{"to":20}"""));
        var again = RecordedExecution.From(story.Run(Never, inherited: first).Journal, first);

        Amount(again.ForContinuation()).ShouldBe("20");
        Amount(again.ForContinuation(correctedInput: Json.Parse("""{"to":30}"""))).ShouldBe("30");

        string Amount(RecordedExecution inherited) =>
            ((JsonObject)((Activity.Function)story.Run(inherited: inherited).Host.Performed[0]).Arguments)["amount"]!.ToString();
    }
}
