using Jarvis.Domain.Runs;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Projections.Tests.Runs;

public sealed class RunFiguresTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 23, 50, 0, TimeSpan.Zero);
    private static readonly Guid Owner = Guid.Parse("0195f000-0000-7000-8000-000000000002");
    private static readonly Guid Workflow = Guid.Parse("0195f000-0000-7000-8000-000000000003");
    private static readonly Guid Device = Guid.Parse("0195f000-0000-7000-8000-000000000004");

    private static readonly RunRow Pending = new(
        Guid.Parse("0195f000-0000-7000-8000-000000000001"), 1, ViewTables.Open, Owner, 1, RunStatus.Pending, Workflow, "tests", "greeting", 1, "hash",
        RunTrigger.Manual, Owner, null, null, null, null, At, null, null, null, null, RunPriority.Normal, false, null, null, 0, At, null, null, null, 0, null, At, Owner, 1);

    private static readonly RunRow Running = Pending with { Status = RunStatus.Running, DeviceId = Device, StartedAt = At, OccurredAt = At };

    private static readonly RunRow Failed = Running with
    {
        Status = RunStatus.Failed, EndedAt = At.AddSeconds(90), ErrorType = "https://jarvis.ai/errors/x", ErrorInstance = "/do/1/each/do@37/0/copy@2",
    };

    [Fact]
    public void a_run_counts_for_all_for_its_owner_its_workflow_and_its_device()
    {
        var changes = new RunFigureChanges();
        changes.Move(null, Running);
        changes.Figures.Where(figure => figure.Span == FigureSpans.Quarter).Select(figure => (figure.OwnerId, figure.WorkflowId, figure.DeviceId, figure.N)).ShouldBe(
            [(Guid.Empty, Guid.Empty, Guid.Empty, 1L), (Owner, Guid.Empty, Guid.Empty, 1L), (Owner, Workflow, Guid.Empty, 1L), (Owner, Guid.Empty, Device, 1L)], ignoreOrder: true);
        changes.Figures.Select(figure => (figure.Span, figure.Begins)).Distinct().ShouldBe(
            [
                (FigureSpans.Quarter, new DateTimeOffset(2026, 3, 1, 23, 45, 0, TimeSpan.Zero)), (FigureSpans.Hour, new DateTimeOffset(2026, 3, 1, 23, 0, 0, TimeSpan.Zero)),
                (FigureSpans.FourHours, new DateTimeOffset(2026, 3, 1, 20, 0, 0, TimeSpan.Zero)), (FigureSpans.Day, new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero)),
            ], ignoreOrder: true);
    }

    [Fact]
    public void what_moves_leaves_nothing_behind()
    {
        var changes = new RunFigureChanges();
        changes.Move(null, Pending);
        changes.Move(Pending, Running);
        changes.Move(Running, Failed);
        changes.Figures.ShouldAllBe(figure => figure.Failed == 1 && figure.N == 1 && figure.Timed == 1 && figure.DurationMs == 90_000);
        changes.Durations.Single().DurationMs.ShouldBe(90_000);
    }

    [Fact]
    public void what_moves_within_a_day_leaves_its_quarter_and_stays_in_the_day()
    {
        var changes = new RunFigureChanges();
        changes.Move(Running, Running with { OccurredAt = At.AddHours(-5) });
        IEnumerable<int> Of(long n) => changes.Figures.Where(figure => figure.OwnerId == Guid.Empty && figure.Running == n).Select(figure => figure.Span);
        Of(-1).ShouldBe([FigureSpans.Quarter, FigureSpans.Hour, FigureSpans.FourHours], ignoreOrder: true);
        Of(1).ShouldBe([FigureSpans.Quarter, FigureSpans.Hour, FigureSpans.FourHours], ignoreOrder: true);
        changes.Figures.ShouldAllBe(figure => figure.Span != FigureSpans.Day);
    }

    [Fact]
    public void every_time_a_task_is_done_is_one_node()
    {
        RunFigureChanges.NodeOf("/do/1/each/do@37/0/copy@2").ShouldBe("/do/1/each/do/0/copy");
        RunFigureChanges.NodeOf("/do/0/write to a@b.example").ShouldBe("/do/0/write to a@b.example");
        RunFigureChanges.NodeOf(null).ShouldBe("");
        var changes = new RunFigureChanges();
        changes.Move(Running, Failed);
        RunFailureCount Of(int span, int hour, int minute) =>
            new(Owner, Workflow, span, new DateTimeOffset(2026, 3, 1, hour, minute, 0, TimeSpan.Zero), Failed.ErrorType!, "/do/1/each/do/0/copy", 1);
        changes.Failures.ShouldBe([Of(FigureSpans.Quarter, 23, 45), Of(FigureSpans.Hour, 23, 0), Of(FigureSpans.Day, 0, 0)], ignoreOrder: true);
    }

    [Fact]
    public void long_names_are_cut_between_characters()
    {
        var node = RunFigureChanges.NodeOf(new string('x', RunFigureChanges.MaxNameCharacters - 1) + "😀");
        node.Length.ShouldBe(RunFigureChanges.MaxNameCharacters - 1);
    }
}
