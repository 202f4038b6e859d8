using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Interpreter;

/// <summary><c>try</c>, <c>catch</c>, <c>retry</c> and time-outs.</summary>
public sealed class TryTests
{
    /// <summary>Fails so many times, then gives "ok".</summary>
    private static Action<FakeHost> FailsFirst(int times, int status = 503) => host =>
    {
        var calls = 0;
        host.On("test.echo", _ => ++calls <= times
            ? throw new WorkflowFaultException(Fault.Communication(status, "Service Unavailable", $"call {calls}"))
            : Json.Of("ok"));
    };

    private static Story Retrying(string retry, string more = "") => Story.Of($$"""
        do:
          - outer:
              try:
                - flaky:
                    call: test.echo
              catch:
                errors: { with: { type: 'https://serverlessworkflow.io/spec/1.0.0/errors/communication', status: 503 } }
                retry: {{retry}}
        {{more}}
        """);

    private static Story Caught(int status) => Story.Of($$"""
        do:
          - tryGetPet:
              try:
                - getPet:
                    call: http
                    with: { method: get, endpoint: 'https://petstore.swagger.io/v2/pet/getPetByName/{petName}' }
              catch:
                errors:
                  with:
                    type: https://serverlessworkflow.io/dsl/errors/types/communication
                    status: {{status}}
                as: err
                do:
                  - setError:
                      set: { error: '${ $err }' }
        """).Given("""{"petName":"Milou"}""");

    private static void NotFound(FakeHost host) => host.On("http", a => new HttpReply(404, "Not Found", [], []).ToOutput((Activity.Http)a));

    [Fact]
    public void a_caught_error_is_handled_and_known_by_its_variable()
    {
        var run = Caught(404).Run(NotFound);
        var error = ((JsonObject)run.Output)["error"] as JsonObject;
        error!["instance"].ShouldBe(Json.Of("/do/0/tryGetPet/try/0/getPet"));
        error["status"].ShouldBe(Json.Of(404));
        error["title"].ShouldBe(Json.Of("Not Found"));
        error["type"].ShouldBe(Json.Of(FaultTypes.Communication));
    }

    [Fact]
    public void an_error_that_does_not_fit_the_filter_goes_on()
    {
        var run = Caught(503).Run(NotFound);
        run.Fault.Status.ShouldBe(404);
        run.State.Tasks["/do/0/tryGetPet"].Phase.ShouldBe(TaskPhase.Faulted);
    }

    [Theory]
    [InlineData("when: $error.status == 500", true)]
    [InlineData("when: $error.status == 501", false)]
    [InlineData("exceptWhen: $error.status == 500", false)]
    [InlineData("errors: { with: { title: Broken } }", true)]
    [InlineData("errors: { with: { instance: /do/0/a/try/0/b } }", true)]
    [InlineData("errors: { with: { details: other } }", false)]
    public void conditions_decide_what_is_caught(string condition, bool caught)
    {
        var run = Story.Of($$"""
            do:
              - a:
                  try:
                    - b:
                        raise: { error: { type: 'https://x.y/z', status: 500, title: Broken } }
                  catch:
                    {{condition}}
                    do:
                      - c:
                          set: { caught: true }
            """).Run();
        (run.Ending is Ending.Completed).ShouldBe(caught);
    }

    [Fact]
    public void a_caught_error_without_a_handler_hands_the_input_on() => Story.Of("""
        do:
          - a:
              try:
                - b:
                    raise: { error: { type: 'https://x.y/z', status: 500 } }
              catch: {}
        """).Given("""{"x":1}""").Run().ShouldGive("""{"x":1}""");

    [Theory]
    [InlineData("{ delay: PT2S, limit: { attempt: { count: 5 } } }", 2 + 2 + 2)]
    [InlineData("{ delay: PT2S, backoff: { constant: {} } }", 2 + 2 + 2)]
    [InlineData("{ delay: PT2S, backoff: { linear: {} } }", 2 + 4 + 6)]
    [InlineData("{ delay: { seconds: 2 }, backoff: { exponential: {} } }", 2 + 4 + 8)]
    [InlineData("{}", 0)]
    public void retries_wait_as_their_backoff_says(string retry, int seconds)
    {
        var run = Retrying(retry).Run(FailsFirst(3));
        run.ShouldGive("\"ok\"");
        run.Host.Now.ShouldBe(Story.Start.AddSeconds(seconds));
        run.Events.OfType<ExecutionTaskRetried>().Select(e => e.Attempt).ShouldBe([2, 3, 4]);
        run.Host.Performed.Select(a => a.Instance).ShouldBe([
            "/do/0/outer/try/0/flaky", "/do/0/outer/try@2/0/flaky", "/do/0/outer/try@3/0/flaky", "/do/0/outer/try@4/0/flaky"]);
    }

    [Fact]
    public void a_retry_that_is_used_up_leaves_the_error() =>
        Retrying("{ delay: PT1S, limit: { attempt: { count: 2 } } }").Run(FailsFirst(3)).Fault.Detail.ShouldBe("call 3");

    [Fact]
    public void a_retry_that_is_used_up_is_handled_where_there_is_a_handler() => Story.Of("""
        do:
          - outer:
              try:
                - flaky:
                    call: test.echo
              catch:
                retry: { limit: { attempt: { count: 1 } } }
                do:
                  - handle:
                      set: { last: '${ $error.detail }' }
        """).Run(FailsFirst(9)).ShouldGive("""{"last":"call 2"}""");

    [Fact]
    public void retries_end_with_the_time_they_may_take() =>
        Retrying("{ delay: PT10S, limit: { duration: PT25S } }").Run(FailsFirst(9)).Fault.Detail.ShouldBe("call 3");

    [Theory]
    [InlineData("{ when: $error.status == 500 }")]
    [InlineData("{ exceptWhen: $error.status == 503 }")]
    public void a_retrys_conditions_are_asked(string retry) => Retrying(retry).Run(FailsFirst(1)).Fault.Detail.ShouldBe("call 1");

    [Fact]
    public void jitter_adds_something_between_its_bounds()
    {
        var run = Retrying("{ delay: PT1S, jitter: { from: PT1S, to: PT3S } }").Run(FailsFirst(1));
        (run.Host.Now - Story.Start).TotalSeconds.ShouldBeInRange(2, 4);
    }

    [Fact]
    public void an_attempt_that_takes_too_long_is_tried_again()
    {
        var calls = 0;
        var run = Story.Of("""
            do:
              - outer:
                  try:
                    - slow:
                        call: test.echo
                  catch: { retry: { limit: { attempt: { count: 3, duration: PT5S } } } }
            """).Run(host => host.On("test.echo", async (_, c) =>
        {
            await host.Delay(TimeSpan.FromSeconds(++calls < 3 ? 60 : 1), c);
            return "ok";
        }));
        run.ShouldGive("\"ok\"");
        run.Host.Now.ShouldBe(Story.Start.AddSeconds(11));
        run.Host.Interrupted.Count.ShouldBe(2);
    }

    [Fact]
    public void a_task_that_takes_too_long_faults_with_timeout()
    {
        var run = Story.Of("""
            do:
              - outer:
                  do:
                    - slow:
                        call: test.slow
                        with: { seconds: 60 }
                  timeout: { after: { seconds: 5 } }
            """).Run();
        (run.Fault.Type, run.Fault.Status, run.Fault.Instance).ShouldBe((FaultTypes.Timeout, 408, "/do/0/outer"));
        run.Host.Now.ShouldBe(Story.Start.AddSeconds(5));
        run.State.Tasks["/do/0/outer/do/0/slow"].Phase.ShouldBe(TaskPhase.Cancelled);
        run.State.Tasks["/do/0/outer"].Phase.ShouldBe(TaskPhase.Faulted);
    }

    [Fact]
    public void a_timeout_can_be_caught() => Story.Of("""
        use: { timeouts: { short: { after: PT1S } } }
        do:
          - a:
              try:
                - slow:
                    timeout: short
                    wait: PT1H
              catch:
                errors: { with: { type: 'https://serverlessworkflow.io/spec/1.0.0/errors/timeout' } }
                do:
                  - b:
                      set: { late: '${ $error.instance }' }
        """).Run().ShouldGive("""{"late":"/do/0/a/try/0/slow"}""");

    [Fact]
    public void a_workflow_that_takes_too_long_faults_with_timeout()
    {
        var fault = Story.Of("timeout: { after: PT10S }\ndo:\n  - a:\n      wait: PT1H\n").Run().Fault;
        (fault.Type, fault.Status).ShouldBe((FaultTypes.Timeout, 408));
    }

    [Fact]
    public void a_task_within_its_time_is_not_touched() =>
        Story.Of("do:\n  - a:\n      timeout: { after: PT10S }\n      wait: PT9S\n").Run().Host.Now.ShouldBe(Story.Start.AddSeconds(9));

    [Fact]
    public void cancelling_is_not_caught()
    {
        var run = Story.Of("""
            do:
              - a:
                  try:
                    - slow:
                        call: test.slow
                        with: { seconds: 60 }
                  catch:
                    do:
                      - never:
                          set: { x: 1 }
            """).Run(host => host.On("test.slow", async (_, c) =>
        {
            host.Cancel.Cancel();
            await host.Delay(TimeSpan.FromSeconds(60), c);
            return Json.Null;
        }));
        run.Ending.ShouldBeOfType<Ending.Cancelled>();
        run.State.Tasks["/do/0/a/try/0/slow"].Phase.ShouldBe(TaskPhase.Cancelled);
    }
}
