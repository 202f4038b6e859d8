using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.JavaScript;
using Jarvis.Domain.Workflows.Language;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Interpreter;

/// <summary><c>evaluate</c>: JavaScript as the second language, and the loose mode.</summary>
public sealed class ExpressionLanguageTests
{
    private static Story JavaScript(string tasks) => Story.Of($"use: {{ secrets: [pass] }}\nevaluate: {{ language: javascript }}\ndo:\n{tasks}");

    [Fact]
    public void expressions_are_javascript_throughout() => JavaScript("""
          - sum:
              if: $.prices.length
              set: { total: '${ $.prices.reduce((a, b) => a + b, 0) }', name: '${ $task.name }', at: '${ new Date().toISOString() }' }
              output: { as: '({ ...$, of: $workflow.input.prices.length })' }
              export: { as: '({ seen: $output.total })' }
          - each:
              for: { each: p, in: $workflow.input.prices, at: i }
              while: $i < 2
              do:
                - add: { set: { list: '${ ($.list ?? []).concat($p + $i) }' } }
          - last: { set: '${ ({ list: $.list, seen: $context.seen }) }' }
        """).Given("""{"prices":[1,2,3]}""").Run().ShouldGive("""{"list":[1,3],"seen":6}""");

    [Fact]
    public void truth_is_javascripts()
    {
        var story = JavaScript("  - a: { if: $.n, set: { ran: true } }\n");
        story.Given("""{"n":0}""").Run().ShouldGive("""{"n":0}""");
        story.Given("""{"n":""}""").Run().ShouldGive("""{"n":""}""");
        story.Given("""{"n":[]}""").Run().ShouldGive("""{"ran":true}""");
    }

    [Theory]
    [InlineData("nothing.at.all", "nothing is not defined")]
    [InlineData("(() => { throw new Error('no') })()", "no")]
    [InlineData("(() => { while (true) {} })()", "statements")]
    [InlineData("(function f() { return f() })()", "recursion")]
    [InlineData("Math.random()", "not a function")]
    [InlineData("eval('1')", "")]
    [InlineData("Array.from({ length: 1e9 }, (_, i) => [i])", "")]
    [InlineData("10n ** 5n", "BigInt")]
    public void what_fails_or_asks_for_too_much_is_an_expression_error(string expression, string words)
    {
        var fault = JavaScript($"  - a: {{ set: {{ v: \"${{ {expression} }}\" }} }}\n").Run().Fault;
        fault.Type.ShouldBe(FaultTypes.Expression);
        fault.Detail!.ShouldContain(words, Case.Insensitive);
    }

    [Theory]
    [InlineData("process.exit(1)")]
    [InlineData("require('fs')")]
    [InlineData("System.IO.File.ReadAllText('/etc/passwd')")]
    [InlineData("importNamespace('System')")]
    [InlineData("$.constructor.constructor('return 1')()")]
    public void there_is_no_way_out(string expression) =>
        Should.Throw<JavaScriptException>(() => Compile(expression).Evaluate(JsonObject.Empty, null, () => Story.Start));

    [Fact]
    public void a_mistake_is_located()
    {
        var problem = DefinitionParser.Parse(Story.Whole("evaluate: { language: javascript }\ndo:\n  - a:\n      set: { v: '${ $.a + }' }\n"), Story.Functions).Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe("language.expression");
        (problem.Line, problem.Column).ShouldBe((9, 27));
        JavaScriptProgram.TryCompile(new string('(', 30_000), out _, out var error).ShouldBeFalse();
        error.ShouldNotBeNull();
    }

    [Fact]
    public void loose_mode_evaluates_every_text_and_keeps_those_that_are_no_expression() => Story
        .Of("evaluate: { mode: loose }\ndo:\n  - a: { set: { n: .n + 1, word: hello world, text: '.n | ascii', strict: '${ .n }', list: [.n, plain], fn: unknown } }\n")
        .Given("""{"n":1}""").Run().ShouldGive("""{"n":2,"word":"hello world","text":"\u0001","strict":1,"list":[1,"plain"],"fn":"unknown"}""");

    [Fact]
    public void what_fails_when_evaluated_is_its_text_in_loose_mode() => Story
        .Of("evaluate: { mode: loose }\ndo:\n  - a: { set: { v: '.n + \"x\"' } }\n").Given("""{"n":1}""").Run().ShouldGive("""{"v":".n + \"x\""}""");

    private static JavaScriptProgram Compile(string source) => JavaScriptProgram.TryCompile(source, out var program, out _) ? program! : throw new InvalidOperationException();
}
