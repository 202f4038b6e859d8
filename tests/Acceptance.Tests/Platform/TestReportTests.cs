using Jarvis.Build.Testing;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Acceptance.Tests.Platform;

/// <summary>What build/test counts: a sum that says "0 failed" must mean it.</summary>
public sealed class TestReportTests : IDisposable
{
    private const string OneOfEach = """
        <assemblies><assembly total="3" passed="1" failed="1" skipped="1" errors="0"><collection>
          <test name="adds" result="Pass"/>
          <test name="subtracts" result="Fail"><failure><message>2 is not 1</message><stack-trace>at Sums</stack-trace></failure></test>
          <test name="browses" result="Skip"><reason>no browser</reason></test>
        </collection></assembly></assemblies>
        """;

    private const string AllPassed = """<assemblies><assembly total="2" passed="2" failed="0" skipped="0" errors="0"/></assemblies>""";

    private const string BrokenFixture = """
        <assemblies><assembly total="1" passed="1" failed="0" skipped="0" errors="1"><errors>
          <error type="test-collection-cleanup" name="Database"><failure><message>still in use</message></failure></error>
        </errors></assembly></assemblies>
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void passed_failed_and_skipped_are_counted_and_told_by_name()
    {
        var report = Read(OneOfEach, exitCode: 1);

        (report.Passed, report.Failed, report.Skipped).ShouldBe((1, 1, 1));
        report.Failures.ShouldHaveSingleItem().ShouldBe(new FailedTest("subtracts", "2 is not 1", "at Sums", SecondGo: true));
        report.SkipReasons.ShouldBe(["no browser"]);
    }

    [Fact]
    public void a_clean_up_that_fails_is_a_failure() => Read(BrokenFixture, exitCode: 1).Failed.ShouldBe(1);

    [Fact]
    public void a_program_that_ended_badly_though_every_test_passed_is_a_failure()
    {
        var report = Read(AllPassed, exitCode: 134);

        (report.Passed, report.Failed).ShouldBe((2, 1));
    }

    [Fact]
    public void a_report_that_was_cut_short_is_a_failure() => Read(OneOfEach[..60], exitCode: 139).Failed.ShouldBe(1);

    [Fact]
    public void no_report_at_all_is_a_failure_that_shows_the_last_words()
    {
        var report = TestReport.Read("Domain.Tests", folder.File("none.xml"), 134, "Stack overflow.");

        report.Failed.ShouldBe(1);
        report.Failures.Single().Message.ShouldContain("Stack overflow.");
    }

    [Fact]
    public void a_test_that_passes_alone_is_told_as_unsteady_and_counted_as_passed()
    {
        var first = Read(Ran("takes_turns", "Fail"), exitCode: 1);

        first.ForASecondGo.ShouldBe(["Sums.takes_turns"]);
        var report = first.After(Read(Ran("takes_turns", "Pass"), exitCode: 0));
        (report.Passed, report.Failed).ShouldBe((1, 0));
        report.Unsteady.ShouldHaveSingleItem().Name.ShouldBe("takes_turns");
    }

    [Fact]
    public void a_test_that_fails_twice_is_a_failure()
    {
        var first = Read(Ran("takes_turns", "Fail"), exitCode: 1);
        var report = first.After(first);

        (report.Passed, report.Failed, report.Unsteady.Count).ShouldBe((0, 1, 0));
    }

    [Fact]
    public void a_second_go_that_ran_nothing_or_crashed_mends_nothing()
    {
        var first = Read(Ran("takes_turns", "Fail"), exitCode: 1);

        first.After(Read("<assemblies><assembly total=\"0\" passed=\"0\" failed=\"0\" skipped=\"0\" errors=\"0\"/></assemblies>", exitCode: 0)).Failed.ShouldBe(1);
        first.After(TestReport.Read("Domain.Tests", folder.File("none.xml"), 134, "Stack overflow.")).Failed.ShouldBe(1);
    }

    [Fact]
    public void where_chance_is_the_test_one_failure_is_a_finding() =>
        Read(Ran("survives", "Fail", "<traits><trait name=\"NoSecondGo\" value=\"kills\"/></traits>"), exitCode: 1).ForASecondGo.ShouldBeEmpty();

    [Fact]
    public void many_failures_and_broken_fixtures_get_no_second_go()
    {
        Read(BrokenFixture, exitCode: 1).ForASecondGo.ShouldBeEmpty();
        var four = string.Concat(Enumerable.Range(0, 4).Select(n => $"""<test name="t{n}" type="Sums" method="t{n}" result="Fail"/>"""));
        Read($"""<assemblies><assembly total="4" passed="0" failed="4" skipped="0" errors="0"><collection>{four}</collection></assembly></assemblies>""", exitCode: 1)
            .ForASecondGo.ShouldBeEmpty();
    }

    private static string Ran(string test, string result, string traits = "") => $"""
        <assemblies><assembly total="1" passed="{(result == "Pass" ? 1 : 0)}" failed="{(result == "Fail" ? 1 : 0)}" skipped="0" errors="0"><collection>
          <test name="{test}" type="Sums" method="{test}" result="{result}">{traits}</test>
        </collection></assembly></assemblies>
        """;

    private TestReport Read(string xml, int exitCode)
    {
        var file = folder.File("report.xml");
        File.WriteAllText(file, xml);
        return TestReport.Read("Domain.Tests", file, exitCode, "");
    }
}
