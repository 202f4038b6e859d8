using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Interpreter;

/// <summary>dsl.md, "Data Flow" and "Runtime expression arguments".</summary>
public sealed class DataFlowTests
{
    [Theory]
    [InlineData(470, false)]
    [InlineData(490, true)]
    [InlineData(9000, true)]
    public void a_value_that_nests_deeper_than_can_be_read_back_is_an_error_of_its_task(int levels, bool fails)
    {
        var story = Story.Of($$"""
            do:
              - deep:
                  try:
                    - nest: { set: { v: '${ reduce range({{levels}}) as $i (null; [.]) }' } }
                  catch:
                    as: e
                    do:
                      - told: { set: { type: '${ $e.type }', at: '${ $e.instance }' } }
              - short: { if: '.v != null', set: { v: kept } }
            """);
        story.Run().ShouldGive(fails ? $$"""{"type":"{{FaultTypes.Expression}}","at":"/do/0/deep/try/0/nest"}""" : """{"v":"kept"}""");
    }

    [Fact]
    public void set_builds_its_output_from_the_input() => Story.Of("""
        do:
          - setShape:
              set:
                shape: circle
                size: ${ .configuration.size }
                fills: [ '${ .configuration.fill }', none ]
        """).Given("""{"configuration":{"size":{"width":6},"fill":"red"}}""").Run()
        .ShouldGive("""{"shape":"circle","size":{"width":6},"fills":["red","none"]}""");

    [Fact]
    public void set_takes_one_expression_as_well() =>
        Story.Of("do:\n  - a:\n      set: ${ .x }\n").Given("""{"x":[1,2]}""").Run().ShouldGive("[1,2]");

    [Fact]
    public void a_tasks_input_is_filtered_for_that_task() => Story.Of("""
        do:
          - setPlayerId:
              input:
                from: .user.claims.subject
              set:
                playerId: ${ . }
        """).Given("""{"user":{"claims":{"subject":"6AsnRgGEB0q2O7ux9JXFAw"}}}""").Run().ShouldGive("""{"playerId":"6AsnRgGEB0q2O7ux9JXFAw"}""");

    [Fact]
    public void each_output_is_the_next_input_and_a_non_object_is_as_good() => Story.Of("""
        do:
          - one:
              call: test.echo
              with: { id: 1 }
              output: { as: .id }
          - two:
              call: test.echo
              with: { id: 2 }
              output: { as: '{ ids: [ $input, .id ] }' }
        """).Run().ShouldGive("""{"ids":[1,2]}""");

    [Fact]
    public void a_workflows_input_and_output_are_transformed() => Story.Of("""
        input: { from: '.outer' }
        output: { as: { result: '${ .a }', raw: '${ $workflow.input.outer.n }' } }
        do:
          - a:
              set: { a: '${ .n + 1 }' }
        """).Given("""{"outer":{"n":1}}""").Run().ShouldGive("""{"result":2,"raw":1}""");

    [Fact]
    public void export_replaces_the_context_that_begins_as_the_transformed_input() => Story.Of("""
        do:
          - a:
              set: { x: 1 }
              export: { as: '$context + { x: $output.x, seen: $input.start }' }
          - b:
              set: { context: '${ $context }' }
        """).Given("""{"start":true}""").Run().ShouldGive("""{"context":{"start":true,"x":1,"seen":true}}""");

    [Fact]
    public void expressions_know_task_workflow_and_runtime() => Story.Of("""
        do:
          - a:
              set:
                name: ${ $task.name }
                reference: ${ $task.reference }
                kind: ${ $task.definition | keys }
                input: ${ $task.input }
                started: ${ $task.startedAt.iso8601 }
                workflow: ${ $workflow.definition.document.name }
                id: ${ $workflow.id }
                epoch: ${ $workflow.startedAt.epoch.seconds }
                runtime: ${ $runtime.name }
              output: { as: '. + { raw: $task.output.name }' }
        """).Given("""{"i":1}""").Run().ShouldGive("""
        {"name":"a","reference":"/do/0/a","kind":["output","set"],"input":{"i":1},"started":"2026-03-01T12:00:00.000Z","workflow":"story",
         "id":"0195f2a0-0000-7000-8000-000000000001","epoch":1772366400,"runtime":"jarvis","raw":"a"}
        """);

    [Fact]
    public void a_skipped_task_hands_its_input_on_and_its_then_does_not_count()
    {
        var run = Story.Of("""
            do:
              - a:
                  if: .x == 2
                  set: { x: 5 }
                  then: end
              - b:
                  set: { x: '${ .x + 1 }' }
            """).Given("""{"x":1}""").Run();
        run.ShouldGive("""{"x":2}""");
        run.State.Tasks["/do/0/a"].Phase.ShouldBe(TaskPhase.Skipped);
    }

    [Theory]
    [InlineData("input: { schema: { document: { required: [x] } } }\ndo:\n  - a:\n      set: { x: 1 }\n", "/input")]
    [InlineData("output: { schema: { document: { required: [y] } } }\ndo:\n  - a:\n      set: { x: 1 }\n", "/output")]
    [InlineData("do:\n  - a:\n      input: { schema: { document: { required: [x] } } }\n      set: { x: 1 }\n", "/do/0/a")]
    [InlineData("do:\n  - a:\n      output: { schema: { document: { required: [y] } } }\n      set: { x: 1 }\n", "/do/0/a")]
    [InlineData("do:\n  - a:\n      export: { schema: { document: { required: [y] } }, as: . }\n      set: { x: 1 }\n", "/do/0/a")]
    public void data_that_breaks_its_schema_is_a_validation_error(string text, string instance)
    {
        var fault = Story.Of(text).Run().Fault;
        (fault.Type, fault.Status, fault.Instance).ShouldBe((FaultTypes.Validation, 400, instance));
    }

    [Fact]
    public void an_expression_that_fails_is_an_expression_error()
    {
        var fault = Story.Of("do:\n  - a:\n      set: { x: '${ .a + 1 | error(\"no\") }' }\n").Run().Fault;
        (fault.Type, fault.Status, fault.Instance).ShouldBe((FaultTypes.Expression, 400, "/do/0/a"));
        fault.Detail!.ShouldContain("no");
    }

    [Fact]
    public void an_expression_without_end_is_an_expression_error() =>
        Story.Of("do:\n  - a:\n      set: { x: '${ [range(1e12)] }' }\n").Run().Fault.Type.ShouldBe(FaultTypes.Expression);

    [Fact]
    public void defaults_of_the_input_schema_are_put_in() => Story.Of("""
        input: { schema: { document: { properties: { n: { type: integer, default: 7 } } } } }
        do:
          - a:
              set: { n: '${ .n }' }
        """).Run().ShouldGive("""{"n":7}""");

    [Fact]
    public void now_is_the_instant_at_which_a_task_began_and_in_its_output_that_at_which_it_ended() => Story.Of("""
        do:
          - nap:
              input: { from: '{ begun: now }' }
              wait: ${ "PT\(now - .begun + 5)S" }
              output: { as: '.took = now - .begun | del(.begun)' }
        """).Run().ShouldGive("""{"took":5}""");

    [Fact]
    public void every_task_tells_the_variables_it_changed()
    {
        var run = Story.Of("""
            do:
              - a:
                  set: { x: 1 }
                  export: { as: '{ kept: .x }' }
              - b:
                  set: '${ . }'
            """).Run();
        var changed = run.Events.OfType<ExecutionVariablesChanged>().ToList();
        changed.ShouldHaveSingleItem().Changed.Reveal().ShouldBe(Json.Parse("""{"output":{"x":1},"context":{"kept":1}}"""));
    }

    [Fact]
    public void a_pure_task_is_one_flush_of_created_started_completed_and_variables()
    {
        var host = Story.Of("do:\n  - a:\n      set: { x: 1 }\n").Run().Host;
        host.Flushes.ShouldBe([1, 5, 6]);
        host.Entries.Select(e => e.Event.GetType()).ShouldBe([
            typeof(ExecutionStarted), typeof(ExecutionTaskCreated), typeof(ExecutionTaskStarted), typeof(ExecutionTaskCompleted),
            typeof(ExecutionVariablesChanged), typeof(ExecutionCompleted)]);
    }
}
