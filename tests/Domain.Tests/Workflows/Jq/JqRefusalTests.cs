using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Jq;

/// <summary>What is no program is refused when it is compiled, with its place.</summary>
public sealed class JqRefusalTests
{
    [Theory]
    [InlineData(".a | frobnicate(1)", "frobnicate/1 is not defined", 5, 10)]
    [InlineData("def f: 1; f(2)", "f/1 is not defined", 10, 1)]
    [InlineData("map(nope)", "nope/0 is not defined", 4, 4)]
    [InlineData("1 + $x", "$x is not defined", 4, 2)]
    [InlineData("break $out", "$*label-out is not defined", 0, 10)]
    [InlineData("[1, 2", "syntax error, unexpected the end of the program, expecting ']'", 5, 0)]
    [InlineData("1 +", "syntax error, unexpected the end of the program, expecting an expression", 3, 0)]
    [InlineData("{a: }", "syntax error, unexpected '}', expecting an expression", 4, 1)]
    [InlineData("(1]", "syntax error, unexpected ']'", 2, 1)]
    [InlineData("\"abc", "syntax error, unterminated string literal", 1, 3)]
    [InlineData("\"a\\qb\"", "Invalid escape", 2, 2)]
    [InlineData("{(1): 2}", "Cannot use number (1) as object key", 2, 1)]
    [InlineData(". as [] | 1", "syntax error, unexpected ']', expecting $name, '[' or '{'", 6, 1)]
    [InlineData("1 < 2 < 3", "syntax error, unexpected '<', expecting parentheses, because this operator does not chain", 6, 1)]
    [InlineData("if 1 then 2", "syntax error, unexpected the end of the program, expecting 'end'", 11, 0)]
    [InlineData("reduce . as $x (0)", "syntax error, unexpected ')', expecting ';'", 17, 1)]
    [InlineData("@nope", "nope is not a valid format", 0, 5)]
    [InlineData("import \"a\" as a; 1", "Modules are not available: 'import' cannot be used here", 0, 6)]
    [InlineData("include \"a\"; 1", "Modules are not available: 'include' cannot be used here", 0, 7)]
    [InlineData("1 | halt_error", "halt_error/0 is not available here", 4, 10)]
    [InlineData("now", "now/0 is not available here", 0, 3)]
    [InlineData("env", "env/0 is not available here", 0, 3)]
    [InlineData("$ENV", "$ENV is not defined", 0, 4)]
    [InlineData("[inputs]", "input/0 is not available here", 1, 6)]
    [InlineData("input_filename", "input_filename/0 is not available here", 0, 14)]
    [InlineData("1 ~ 2", "syntax error, unexpected character '~'", 2, 1)]
    public void a_mistake_is_told_with_its_place(string source, string message, int position, int length)
    {
        JqProgram.TryCompile(source, null, out var program, out var error).ShouldBeFalse();
        program.ShouldBeNull();
        error.ShouldBe(new JqSyntaxError(message, position, length));
        Should.Throw<JqSyntaxException>(() => JqProgram.Compile(source)).Position.ShouldBe(position);
    }

    [Fact]
    public void a_mistake_in_a_later_line_counts_from_the_start_of_the_source()
    {
        JqProgram.TryCompile(".a\n| .b\n| what", null, out _, out var error);
        error!.Position.ShouldBe(10);
    }

    [Fact]
    public void what_the_environment_gives_may_be_used()
    {
        var inputs = new Queue<Json>([1, 2]);
        var world = new JqEnvironment
        {
            Now = () => DateTimeOffset.UnixEpoch.AddSeconds(90),
            Variables = Json.Of(("HOME", "/home/a")) as JsonObject,
            NextInput = () => inputs.TryDequeue(out var next) ? next : null,
            InputFilename = "in.json",
            Zone = TimeZoneInfo.CreateCustomTimeZone("two", TimeSpan.FromHours(2), "two", "two"),
        };

        JqProgram.Compile("[now, env.HOME, $ENV.HOME, inputs, input_filename, (0 | strflocaltime(\"%H:%M %z\"))]", null, world)
            .EvaluateFirst(Json.Null)
            .ToString().ShouldBe("""[90,"/home/a","/home/a",1,2,"in.json","02:00 +0200"]""");
    }

    [Fact]
    public void a_program_longer_than_allowed_is_refused() =>
        Should.Throw<JqSyntaxException>(() => JqProgram.Compile(new string(' ', JqProgram.MaxSourceLength + 1)));
}
