using System.Diagnostics;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Jq;

/// <summary>No program takes more than it may, and none ends the process.</summary>
public sealed class JqLimitTests
{
    private const int SmallStackBytes = 512 * 1024;

    [Theory]
    [InlineData("[range(1e6)] | length", "1000000")]
    [InlineData("last(range(100000))", "99999")]
    [InlineData("[limit(100000; repeat(1))] | length", "100000")]
    [InlineData("def f: if . > 100000 then . else . + 1 | f end; 0 | f", "100001")]
    [InlineData("def count(to): if . < to then . + 1 | count(to) else . end; 0 | count(100000)", "100000")]
    [InlineData("0 | until(. >= 1000000; . + 1)", "1000000")]
    [InlineData("[0 | recurse(if . < 100000 then . + 1 else empty end)] | length", "100001")]
    [InlineData("reduce range(200000) as $i ([]; . + [$i]) | length", "200000")]
    [InlineData("reduce range(100000) as $i ({}; .[\"k\\($i % 5000)\"] += 1) | length", "5000")]
    [InlineData("reduce range(50000) as $i ({}; . + {\"\\($i)\": $i}) | length", "50000")]
    [InlineData("reduce range(9000) as $i ([]; [.]) | tojson | fromjson | flatten", "[]")]
    [InlineData("first(repeat(1))", "1")]
    public void long_work_that_does_not_nest_is_done(string source, string expected) =>
        JqProgram.Compile(source).EvaluateFirst(Json.Null).ToString().ShouldBe(expected);

    [Theory]
    [InlineData("def f: f; f", JqLimit.Steps)]
    [InlineData("[repeat(empty)]", JqLimit.Steps)]
    [InlineData("0 | until(false; . + 1)", JqLimit.Steps)]
    [InlineData("last(range(1e12))", JqLimit.Steps)]
    [InlineData("[limit(1e9; repeat(1))]", JqLimit.Steps)]
    [InlineData("[range(30)] | combinations(30)", JqLimit.Steps)]
    [InlineData("def f: 1 + f; f", JqLimit.Depth)]
    [InlineData("def f: [f]; f", JqLimit.Depth)]
    [InlineData("def f: f, f; f", JqLimit.Depth)]
    [InlineData("def f: try f catch f; f", JqLimit.Depth)]
    [InlineData("recurse(., .)", JqLimit.Depth)]
    [InlineData("reduce range(100) as $i (\"x\"; . + .)", JqLimit.OutputSize)]
    [InlineData("reduce range(100) as $i ([1]; . + .)", JqLimit.OutputSize)]
    [InlineData("\"x\" * 1e8", JqLimit.OutputSize)]
    [InlineData("[range(1e5) | \"0123456789\" * 1000]", JqLimit.OutputSize)]
    [InlineData(".[1e8] = 1", JqLimit.OutputSize)]
    [InlineData("\"\\(\"a\" * 1e6)\" * 100", JqLimit.OutputSize)]
    [InlineData("(\"a\" * 40) + \"!\" | test(\"^(a+)+(?=b)$\")", JqLimit.Matching)]
    public void too_much_is_refused_by_the_name_of_its_limit(string source, JqLimit limit)
    {
        var watch = Stopwatch.StartNew();
        var program = JqProgram.Compile(source);
        var limits = new JqLimits(Steps: 2_000_000, OutputSize: 20_000_000);
        Should.Throw<JqLimitException>(() => program.Evaluate(Json.Null, limits: limits).Count()).Limit.ShouldBe(limit);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void a_limit_is_not_caught_by_the_program() =>
        Should.Throw<JqLimitException>(() => JqProgram.Compile("try (def f: 1 + f; f) catch 1, (def g: g; g)?")
            .EvaluateFirst(Json.Null, limits: new JqLimits(Steps: 100_000)));

    [Fact]
    public void the_depth_is_the_number_of_calls_inside_each_other()
    {
        var program = JqProgram.Compile("def f($n): if $n == 0 then 0 else 1 + f($n - 1) end; f(.)");
        program.EvaluateFirst(40, limits: new JqLimits(Depth: 200)).ShouldBe(Json.Of(40));
        Should.Throw<JqLimitException>(() => program.EvaluateFirst(400, limits: new JqLimits(Depth: 200))).Limit.ShouldBe(JqLimit.Depth);
    }

    [Fact]
    public void cancellation_ends_an_evaluation()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        Should.Throw<OperationCanceledException>(() => JqProgram.Compile("last(repeat(1))")
            .EvaluateFirst(Json.Null, limits: new JqLimits(Steps: long.MaxValue / 2), cancellation: source.Token));
    }

    [Theory]
    [InlineData("(", ".", ")", 50_000)]
    [InlineData("[", ".", "]", 50_000)]
    [InlineData("{a:", "1", "}", 30_000)]
    [InlineData("-", "1", "", 100_000)]
    [InlineData("1+", "1", "", 50_000)]
    [InlineData(".|", ".", "", 50_000)]
    [InlineData("try ", "1", "", 40_000)]
    [InlineData("def f: ", ".", "; f", 15_000)]
    [InlineData("\"\\(", "1", ")\"", 20_000)]
    [InlineData("if . then ", "1", " end", 10_000)]
    public void a_source_that_nests_too_deeply_is_refused(string before, string middle, string after, int times) => OnSmallStack(() =>
    {
        var source = string.Concat(Enumerable.Repeat(before, times)) + middle + string.Concat(Enumerable.Repeat(after, times));
        Should.Throw<JqSyntaxException>(() => JqProgram.Compile(source));
    });

    [Theory]
    [InlineData("def f: (., .) | f; f")]
    [InlineData("def f: reduce 1 as $x (.; f); f")]
    [InlineData("def f: .a |= f; f")]
    [InlineData("def f: \"\\(f, f)\"; f")]
    [InlineData("def f: {a: (f, f)}; f")]
    [InlineData("def f: . as [$a] ?// $a | f; f")]
    [InlineData("def f: \"a\" | gsub(\"a\"; f); f")]
    [InlineData("def f: sort_by(f); [[[]]] | f | f | f")]
    [InlineData("def f: walk(f); [1] | f")]
    [InlineData("def f(g): f(g | (., 1)) | g; f(.)")]
    [InlineData("reduce range(20000) as $i ([]; [.]) | [.. | length], (. == .), sort, tojson, [paths], tostream")]
    [InlineData("reduce range(20000) as $i (0; {a: .}) | . * ., contains(.), walk(.), flatten")]
    [InlineData("[limit(100000; repeat(\"[\"))] | add | fromjson")]
    public void deep_work_on_a_small_stack_ends_with_an_exception_not_with_the_process(string source) => OnSmallStack(() =>
    {
        try
        {
            _ = JqProgram.Compile(source).Evaluate(Json.Null, limits: new JqLimits(Steps: 3_000_000)).Count();
        }
        catch (Exception exception) when (exception is JqLimitException or JqException)
        {
            exception.Message.ShouldNotBeEmpty();
        }
    });

    private static void OnSmallStack(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    action();
                }
                catch (Exception exception)
                {
                    failure = exception;
                }
            },
            SmallStackBytes);
        thread.Start();
        thread.Join();
        failure.ShouldBeNull();
    }
}
