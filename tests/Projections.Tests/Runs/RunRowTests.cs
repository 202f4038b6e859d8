using JasperFx.Events;
using Jarvis.Domain.Runs;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Projections.Tests.Runs;

public sealed class RunRowTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 23, 50, 0, TimeSpan.Zero);
    private static readonly Guid Run = Guid.Parse("0195f000-0000-7000-8000-000000000001");
    private static readonly Guid Owner = Guid.Parse("0195f000-0000-7000-8000-000000000002");
    private static readonly Guid Device = Guid.Parse("0195f000-0000-7000-8000-000000000003");

    private static readonly RunRequested Requested = new(
        Owner, null, null, "hash", "tests", "greeting", RunTrigger.Manual, null, Owner, At, null, null, null, null);

    [Fact]
    public void a_requested_run_is_pending_and_occurred_when_it_was_requested()
    {
        var row = Fold(Requested)!;
        row.Status.ShouldBe(RunStatus.Pending);
        row.OccurredAt.ShouldBe(At);
        row.FromPosition.ShouldBe(1);
        row.ToPosition.ShouldBe(ViewTables.Open);
    }

    [Fact]
    public void it_has_the_priority_it_was_requested_with_until_that_is_changed()
    {
        Fold(Requested)!.Priority.ShouldBe(RunPriority.Normal);
        Fold(Requested with { Priority = RunPriority.Low })!.Priority.ShouldBe(RunPriority.Low);
        Fold(Requested with { Priority = RunPriority.Low }, new RunPriorityChanged(RunPriority.High, Owner, At, null))!.Priority.ShouldBe(RunPriority.High);
    }

    [Fact]
    public void a_started_run_occurred_by_its_own_clock_corrected_by_the_offset()
    {
        var row = Fold(Requested, new RunGranted(Device, 1, At), new RunStarted(At.AddMinutes(15), 1))!;
        row.Status.ShouldBe(RunStatus.Running);
        row.StartedAt.ShouldBe(At.AddMinutes(15));
        row.OccurredAt.ShouldBe(At.AddMinutes(5));
        row.ClockOffsetMs.ShouldBe(600_000);
    }

    /// <summary>The ends of .NET's range are infinity to the database.</summary>
    [Fact]
    public void a_clock_that_is_millennia_off_puts_no_run_at_the_end_of_all_times()
    {
        Fold(Requested, new RunGranted(Device, 1, At), new RunStarted(DateTimeOffset.MaxValue, 1))!.OccurredAt.Year.ShouldBe(9000);
        Fold(Requested, new RunGranted(Device, 1, At), new RunStarted(DateTimeOffset.MinValue, 1))!.OccurredAt.Year.ShouldBe(1900);
    }

    [Fact]
    public void an_event_of_no_run_makes_no_row() => Fold(new RunStarted(At, 1)).ShouldBeNull();

    [Fact]
    public void a_control_that_ended_is_no_longer_open()
    {
        var control = Guid.NewGuid();
        var row = Fold(
            Requested, new RunControlRequested(control, ControlKind.Pause, Owner, null, null, At, At.AddMinutes(1), Device, 1), new RunControlExpired(control, At.AddMinutes(1), true))!;
        row.ControlsOpen.ShouldBe(0);
    }

    [Fact]
    public void versions_follow_each_other_without_a_gap_within_a_batch_and_across_batches()
    {
        var stored = Fold(Requested)!;
        var versions = new Versions<RunRow>([stored]);
        versions.Put(RunRow.Evolve(stored, Event(5, new RunStarted(At, 1)), null, _ => 0)!);
        versions.Put(RunRow.Evolve(versions.Find(Run), Event(9, new RunCompleted(At, 2)), null, _ => 0)!);
        versions.Closed.ShouldBe([new ClosedVersion(Run, 5)]);
        versions.Added.Select(row => (row.FromPosition, row.ToPosition)).ShouldBe([(5, 9), (9, ViewTables.Open)]);
    }

    [Fact]
    public void counts_move_with_the_status_and_cancel_out_within_a_batch()
    {
        var tallies = new RunTallies();
        var pending = Fold(Requested)!;
        var running = pending with { Status = RunStatus.Running };
        tallies.Move(null, pending);
        tallies.Move(pending, running);
        tallies.Counts.Select(count => (count.Status, count.N)).ShouldBe([(RunStatus.Running, 1L)]);
    }

    private static RunRow? Fold(params object[] events)
    {
        RunRow? row = null;
        var position = 0;
        foreach (var @event in events)
        {
            row = RunRow.Evolve(row, Event(++position, @event), null, device => device == Device ? 600_000 : 0);
        }

        return row;
    }

    private static IEvent Event(long position, object data)
    {
        var @event = JasperFx.Events.Event.For(data);
        @event.StreamId = Run;
        @event.Sequence = position;
        @event.Version = position;
        @event.Timestamp = At;
        return @event;
    }
}
