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
        report.Failures.ShouldHaveSingleItem().ShouldBe(new FailedTest("subtracts", "2 is not 1", "at Sums"));
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

    private TestReport Read(string xml, int exitCode)
    {
        var file = folder.File("report.xml");
        File.WriteAllText(file, xml);
        return TestReport.Read("Domain.Tests", file, exitCode, "");
    }
}
