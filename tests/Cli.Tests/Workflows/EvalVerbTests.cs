using Jarvis.Cli.Tests.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Cli.Tests.Workflows;

public sealed class EvalVerbTests : IDisposable
{
    private readonly CommandLineUnderTest jarvis = new();

    [Fact]
    public async Task several_results_are_one_json_a_line()
    {
        var result = await jarvis.Run(["eval", ".[] | {n: .}", "--input", "-"], "[1,2]");
        result.ExitCode.ShouldBe(0, result.Errors);
        result.Output.ShouldBe("{\"n\":1}\n{\"n\":2}\n");
    }

    [Fact]
    public async Task an_expression_may_stand_as_in_a_workflow_and_without_input() =>
        (await jarvis.Run(["eval", "${ 1 + 1 }"])).Output.ShouldBe("2\n");

    [Fact]
    public async Task an_expression_that_begins_with_an_at_sign_is_no_file() =>
        (await jarvis.Run(["eval", "@base64", "--input", "-"], "\"hi\"")).Output.ShouldBe("\"aGk=\"\n");

    [Fact]
    public async Task a_byte_order_mark_before_the_input_is_no_part_of_it() =>
        (await jarvis.Run(["eval", ".", "--input", "-"], "\uFEFF[\"é日😀\"]")).Output.ShouldBe("[\"é日😀\"]\n");

    [Theory]
    [InlineData("$.a.map(x => x * 2)", "[2,4]")]
    [InlineData("({ sum: input.a.reduce((x, y) => x + y, 0) })", "{\"sum\":3}")]
    [InlineData("{ first: $input.a[0] }", "{\"first\":1}")]
    [InlineData("const n = $.a.length; n > 1 ? 'many' : 'few'", "\"many\"")]
    [InlineData("undefined", "null")]
    public async Task an_expression_may_be_javascript(string expression, string json) =>
        (await jarvis.Run(["eval", expression, "--language", "javascript", "--input", "-"], """{"a":[1,2]}""")).Output.ShouldBe(json + "\n");

    [Theory]
    [InlineData(1, "error(\"no\")", "no")]
    [InlineData(2, ".[", "column")]
    [InlineData(2, "nosuch(1)", "nosuch")]
    [InlineData(2, "1 + --language javascript", "column")]
    [InlineData(1, "nothing.x --language javascript", "nothing is not defined")]
    [InlineData(2, ". --language cobol", "cobol")]
    [InlineData(2, ". --input -", "not JSON")]
    public async Task what_cannot_be_evaluated_says_why(int exit, string line, string why)
    {
        var arguments = line.Split(" --");
        var result = await jarvis.Run(["eval", arguments[0], .. arguments.Skip(1).SelectMany(a => ("--" + a).Split(' '))], "{broken");
        result.ExitCode.ShouldBe(exit);
        result.Output.ShouldBeEmpty();
        result.Errors.ShouldContain(why);
        result.Errors.ShouldNotContain("   at ");
    }

    public void Dispose() => jarvis.Dispose();
}
