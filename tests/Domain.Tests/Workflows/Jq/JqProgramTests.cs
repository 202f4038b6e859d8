using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Jq;

public sealed class JqProgramTests
{
    [Fact]
    public void variables_are_given_by_name_at_each_evaluation()
    {
        var program = JqProgram.Compile("$input.a + $n", ["input", "n", "unused"]);

        program.EvaluateFirst(Json.Null, Variables(("input", Json.Of(("a", 1))), ("n", 2))).ShouldBe(Json.Of(3));
        program.EvaluateFirst(Json.Null, Variables(("input", Json.Of(("a", 5))))).ShouldBe(Json.Of(5));
    }

    [Fact]
    public void a_variable_that_was_not_declared_is_refused() =>
        Should.Throw<JqSyntaxException>(() => JqProgram.Compile("$a", ["b"])).Message.ShouldBe("$a is not defined");

    [Fact]
    public void results_before_an_error_are_handed_out()
    {
        var seen = new List<Json>();
        var error = Should.Throw<JqException>(() =>
        {
            foreach (var value in JqProgram.Compile("1, 2, error({why: 3})").Evaluate(Json.Null))
            {
                seen.Add(value);
            }
        });

        seen.ShouldBe([Json.Of(1), Json.Of(2)]);
        error.Value.ShouldBe(Json.Of(("why", 3)));
    }

    [Fact]
    public void the_first_result_is_null_where_there_is_none()
    {
        JqProgram.Compile("empty").EvaluateFirst(1).ShouldBe(Json.Null);
        JqProgram.Compile("1, error").EvaluateFirst(1).ShouldBe(Json.Of(1));
    }

    [Fact]
    public void an_empty_program_hands_its_input_on() => JqProgram.Compile("  # nothing\n").EvaluateFirst(7).ShouldBe(Json.Of(7));

    [Fact]
    public async Task one_program_serves_many_threads_at_once()
    {
        var program = JqProgram.Compile("def f(g): [.[] | . as $x | g | [$x, .]]; reduce f(. * $k)[] as [$a, $b] ({}; .[\"\\($a)\"] = $b)", ["k"]);
        var input = Json.Parse("[1,2,3,4,5,6,7,8,9,10,11,12]");
        var tasks = Enumerable.Range(1, 16).Select(k => Task.Run(() =>
        {
            for (var i = 0; i < 200; i++)
            {
                var result = (JsonObject)program.EvaluateFirst(input, Variables(("k", k)));
                result["12"].ShouldBe(Json.Of(12 * k));
                result.Count.ShouldBe(12);
            }
        }));
        await Task.WhenAll(tasks);
    }

    [Fact]
    public void an_input_is_never_changed()
    {
        var input = Json.Parse("""{"a":[1,2],"b":{"c":1}}""");
        var before = input.ToString();

        foreach (var source in new[] { ".a += [3] | .a += [4]", ".b.d = 1 | .b.e = 2", "del(.a)", ".a[5] = 1", ".b |= with_entries(.value += 1)" })
        {
            JqProgram.Compile(source).EvaluateFirst(input);
            JqProgram.Compile($"({source}), ({source})").Evaluate(input).Distinct().Count().ShouldBe(1);
        }

        input.ToString().ShouldBe(before);
    }

    [Fact]
    public void branches_that_grow_from_one_value_do_not_see_each_other()
    {
        JqProgram.Compile("[1] + [2] | [. + [3], . + [4], (. + [5] | . + [6])], .").Evaluate(Json.Null).Select(r => r.ToString())
            .ShouldBe(["[[1,2,3],[1,2,4],[1,2,5,6]]", "[1,2]"]);
        JqProgram.Compile("{a: 1} | .b = 2 | [.c = 3, .d = 4, (.e = 5 | .c = 6)], .").Evaluate(Json.Null).Select(r => r.ToString())
            .ShouldBe(["""[{"a":1,"b":2,"c":3},{"a":1,"b":2,"d":4},{"a":1,"b":2,"e":5,"c":6}]""", """{"a":1,"b":2}"""]);
    }

    private static Dictionary<string, Json> Variables(params (string Name, Json Value)[] variables) =>
        variables.ToDictionary(v => v.Name, v => v.Value);
}
