using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Interpreter;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Interpreter;

/// <summary>Lists, flow directives, <c>switch</c>, <c>for</c>, <c>raise</c>, functions of <c>use</c>.</summary>
public sealed class FlowTests
{
    private const string Colours = """
        do:
          - switchColor:
              switch:
                - red: { when: '.color == "red"', then: setRed }
                - green: { when: '.color == "green"', then: setGreen }
                - other: { then: setOther }
          - setRed:
              set: { colors: '${ .colors + [ "red" ] }' }
              then: end
          - setGreen:
              set: { colors: '${ .colors + [ "green" ] }' }
              then: end
          - setOther:
              set: { colors: '${ .colors + [ $input.color ] }' }
        """;

    [Fact]
    public void tasks_run_in_the_order_of_the_list()
    {
        var run = Story.Of("""
            do:
              - setRed:
                  set: { colors: '${ .colors + [ "red" ] }' }
              - setGreen:
                  set: { colors: '${ .colors + [ "green" ] }' }
            """).Run();
        run.ShouldGive("""{"colors":["red","green"]}""");
        run.CompletedNames.ShouldBe(["setRed", "setGreen"]);
    }

    [Fact]
    public void then_leads_to_another_task_and_end_ends()
    {
        var run = Story.Of("""
            do:
              - setRed:
                  set: { colors: '${ .colors + [ "red" ] }' }
                  then: setGreen
              - setBlue:
                  set: { colors: '${ .colors + [ "blue" ] }' }
                  then: end
              - setGreen:
                  set: { colors: '${ .colors + [ "green" ] }' }
                  then: setBlue
            """).Run();
        run.ShouldGive("""{"colors":["red","green","blue"]}""");
    }

    [Fact]
    public void a_task_visited_again_is_a_new_instance()
    {
        var run = Story.Of("""
            do:
              - count:
                  set: { n: '${ .n + 1 }' }
              - again:
                  switch:
                    - more: { when: .n < 3, then: count }
            """).Given("""{"n":0}""").Run();
        run.ShouldGive("""{"n":3}""");
        run.Events.OfType<ExecutionTaskCompleted>().Where(e => e.Task == "/do/0/count").Select(e => e.Instance)
            .ShouldBe(["/do/0/count", "/do/0/count@2", "/do/0/count@3"]);
    }

    [Fact]
    public void exit_leaves_its_list_and_end_leaves_the_workflow() => Story.Of("""
        do:
          - inner:
              do:
                - a:
                    set: { a: 1 }
                    then: exit
                - b:
                    set: { b: 1 }
          - nested:
              do:
                - c:
                    set: '${ . + { c: 1 } }'
                    then: end
                - d:
                    set: { d: 1 }
              output: { as: '. + { left: true }' }
          - e:
              set: { e: 1 }
        """).Run().ShouldGive("""{"a":1,"c":1,"left":true}""");

    [Theory]
    [InlineData("red", """{"colors":["red"]}""")]
    [InlineData("green", """{"colors":["green"]}""")]
    [InlineData("yellow", """{"colors":["yellow"]}""")]
    public void switch_takes_the_first_case_that_holds_or_the_default(string color, string output) =>
        Story.Of(Colours).Given($$"""{"color":"{{color}}"}""").Run().ShouldGive(output);

    [Fact]
    public void a_switch_without_a_fitting_case_follows_its_own_then() => Story.Of("""
        do:
          - choose:
              switch:
                - red: { when: '.color == "red"', then: next }
              then: end
          - next:
              set: { wrong: true }
        """).Given("""{"color":"blue"}""").Run().ShouldGive("""{"color":"blue"}""");

    [Fact]
    public void for_goes_over_a_collection_with_item_and_index() => Story.Of("""
        do:
          - loopColors:
              for:
                each: color
                in: .colors
              do:
                - markProcessed:
                    set:
                      processed: '${ { colors: (.processed.colors + [ $color ]), indexes: (.processed.indexes + [ $index ])} }'
        """).Given("""{"colors":["red","green","blue"]}""").Run()
        .ShouldGive("""{"processed":{"colors":["red","green","blue"],"indexes":[0,1,2]}}""");

    [Fact]
    public void while_ends_a_loop_and_names_of_nested_loops_stay_apart() => Story.Of("""
        do:
          - outer:
              for: { each: x, in: '[1,2,3]', at: i }
              while: $x < 3
              do:
                - inner:
                    for: { in: '[10,20]' }
                    do:
                      - add:
                          set: { seen: '${ .seen + [ $x * $item + $i ] }' }
        """).Run().ShouldGive("""{"seen":[10,20,21,41]}""");

    [Fact]
    public void exit_in_a_loop_ends_one_iteration_and_end_ends_everything() => Story.Of("""
        do:
          - loop:
              for: { in: '[1,2,3,4]' }
              do:
                - choose:
                    switch:
                      - two: { when: $item == 2, then: exit }
                      - four: { when: $item == 4, then: end }
                - add:
                    set: { seen: '${ .seen + [ $item ] }' }
          - never:
              set: { wrong: true }
        """).Run().ShouldGive("""{"seen":[1,3]}""");

    [Fact]
    public void a_loop_over_nothing_hands_its_input_on() =>
        Story.Of("do:\n  - a:\n      for: { in: '[]' }\n      do:\n        - b:\n            set: { x: 1 }\n").Given("""{"y":1}""").Run().ShouldGive("""{"y":1}""");

    [Fact]
    public void a_loop_over_something_else_than_an_array_is_an_expression_error() =>
        Story.Of("do:\n  - a:\n      for: { in: .x }\n      do:\n        - b:\n            set: { x: 1 }\n").Run().Fault.Type.ShouldBe(FaultTypes.Expression);

    [Fact]
    public void raise_faults_with_the_error_and_the_pointer_of_the_task()
    {
        var fault = Story.Of("""
            do:
              - raiseError:
                  raise:
                    error:
                      status: 400
                      type: https://serverlessworkflow.io/errors/types/compliance
                      title: Compliance Error
            """).Run().Fault;
        fault.ShouldBe(new Fault("https://serverlessworkflow.io/errors/types/compliance", 400, "Compliance Error", null, "/do/0/raiseError"));
    }

    [Fact]
    public void raise_computes_its_texts_and_can_name_an_error()
    {
        var fault = Story.Of("""
            use:
              errors:
                notImplemented:
                  type: https://serverlessworkflow.io/errors/not-implemented
                  status: 500
                  detail: ${ "The workflow '\($workflow.definition.document.name)' is not done" }
            do:
              - notImplemented:
                  raise: { error: notImplemented }
            """).Run().Fault;
        fault.Detail.ShouldBe("The workflow 'story' is not done");
    }

    [Fact]
    public void a_function_of_use_is_called_with_its_arguments_as_input() => Story.Of("""
        use:
          functions:
            double:
              input: { schema: { document: { required: [n] } } }
              set: { n: '${ .n * 2 }' }
            quadruple:
              do:
                - one:
                    call: double
                    with: { n: '${ .n }' }
                - two:
                    call: double
        do:
          - a:
              call: quadruple
              with: { n: '${ .start }' }
              output: { as: .n }
        """).Given("""{"start":3}""").Run().ShouldGive("12");

    [Fact]
    public void functions_that_call_each_other_in_a_circle_are_refused() =>
        Jarvis.Domain.Workflows.Language.DefinitionParser.Parse(
            Story.Whole("use:\n  functions:\n    f:\n      call: g\n    g:\n      call: f\ndo:\n  - a:\n      call: f\n"), Story.Functions)
            .Problems.Select(p => p.Code).Distinct().ShouldBe(["language.recursion"]);

    [Fact]
    public void wait_lasts_as_long_as_it_says()
    {
        var run = Story.Of("do:\n  - a:\n      wait: { minutes: 10 }\n  - b:\n      wait: ${ .time }\n").Given("""{"time":"PT5M"}""").Run();
        run.Host.Now.ShouldBe(Story.Start.AddMinutes(15));
        run.Events.OfType<ExecutionTaskSuspended>().Select(e => e.Until).ShouldBe([Story.Start.AddMinutes(10), Story.Start.AddMinutes(15)]);
        run.ShouldGive("""{"time":"PT5M"}""");
    }
}
