using Jarvis.Cli.Tests.Platform;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace Jarvis.Cli.Tests.Runs;

public sealed class DemoVerbTests : IDisposable
{
    private readonly CommandLineUnderTest jarvis = new();

    [Fact]
    public async Task a_plan_is_lived_through_by_a_clock_that_stands_in_the_past()
    {
        jarvis.Write("demo.yaml", Workflow("tags: { demo: 'true' }"));
        var plan = jarvis.Write("plan.json", $$$"""
            [{"at":"2026-01-05T08:00:00Z","file":"demo.yaml","input":{"seconds":40}},
             {"at":"2026-01-06T08:00:00Z","file":"demo.yaml","input":{"seconds":1,"fails":true},"retry":{"afterSeconds":600,"input":{"fails":false} } },
             {"at":"2026-01-07T08:00:00Z","file":"demo.yaml","input":{"seconds":3000},"cancelAfterSeconds":60},
             {"at":"{{{DateTime.UtcNow.AddDays(2):O}}}","file":"demo.yaml"}]
            """);
        var result = await jarvis.Run(["demo", plan, "--home", jarvis.Home]);
        result.ExitCode.ShouldBe(0, result.Errors);

        var runs = Runs().OrderBy(run => run.Requested).ToList();
        runs.Select(run => run.Status).ShouldBe([3, 4, 3, 5]); // completed, faulted, completed by its retry, cancelled; what lies ahead was not run
        runs[0].Requested.ShouldBe(new DateTime(2026, 1, 5, 8, 0, 0), TimeSpan.FromHours(1));
        (runs[0].Ended - runs[0].Requested).ShouldBeGreaterThan(TimeSpan.FromSeconds(40));
        (runs[2].Requested - runs[1].Ended).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(600));
        runs[2].Continues.ShouldNotBeNull();
        runs[3].Requested.Date.ShouldBe(new DateTime(2026, 1, 7));
    }

    [Fact]
    public async Task a_workflow_that_is_not_marked_as_a_demo_is_refused()
    {
        jarvis.Write("real.yaml", Workflow("tags: { topic: real }"));
        var plan = jarvis.Write("plan.json", """[{"at":"2026-01-05T08:00:00Z","file":"real.yaml"}]""");
        var result = await jarvis.Run(["demo", plan, "--home", jarvis.Home]);
        result.ExitCode.ShouldBe(2);
        result.Errors.ShouldContain("'demo'");
        File.Exists(Path.Combine(jarvis.Home, "journal.db")).ShouldBeFalse();
    }

    public void Dispose() => jarvis.Dispose();

    private static string Workflow(string tags) => $$"""
        document: { dsl: '1.0.0', namespace: demo, name: lived, version: '1.0.0', {{tags}} }
        do:
          - rest: { wait: '${ "PT\($workflow.input.seconds // 1)S" }' }
          - fail: { if: '${ .fails == true }', raise: { error: { type: https://jarvis.ai/demo/no, status: 500 } } }
        """;

    private List<(int Status, DateTime Requested, DateTime Ended, string? Continues)> Runs()
    {
        using var journal = new SqliteConnection($"Data Source={Path.Combine(jarvis.Home, "journal.db")};Mode=ReadOnly;Pooling=False");
        journal.Open();
        using var command = journal.CreateCommand();
        command.CommandText = "select status, requested_at, ended_at, continues_run from runs";
        using var reader = command.ExecuteReader();
        var found = new List<(int, DateTime, DateTime, string?)>();
        while (reader.Read())
        {
            found.Add((reader.GetInt32(0), Instant(reader.GetInt64(1)), Instant(reader.GetInt64(2)), reader.IsDBNull(3) ? null : reader.GetString(3)));
        }

        return found;

        static DateTime Instant(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime;
    }
}
