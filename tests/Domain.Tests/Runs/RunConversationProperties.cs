using FsCheck;
using FsCheck.Fluent;
using Jarvis.Domain.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Runs;

/// <summary>Whatever people ask, the PC answers and the clock does, in any order: a conversation only goes forward, and a run ends once.</summary>
[Trait("NoSecondGo", "drawn input")]
public sealed class RunConversationProperties
{
    private const int Conversations = 500;
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly Guid Person = Guid.Parse("0195527b-9d40-7000-8000-000000000001");
    private static readonly Guid Device = Guid.Parse("0195527b-9d40-7000-8000-000000000002");

    [Fact]
    public void a_control_only_goes_forward_and_settles_once() =>
        Check(history =>
        {
            foreach (var control in history.OfType<RunControlRequested>())
            {
                var phases = history.SkipWhile(e => !ReferenceEquals(e, control)).Where(e => ControlOf(e) == control.ControlId).ToList();
                phases.Count(e => e is RunControlAcknowledged).ShouldBeLessThanOrEqualTo(1);
                var settled = phases.FindIndex(e => e is RunControlTookEffect or RunControlRefused or RunControlExpired);
                if (settled >= 0)
                {
                    settled.ShouldBe(phases.Count - 1);
                }
            }
        });

    [Fact]
    public void a_run_ends_once_and_nothing_is_open_after_it() =>
        Check(history =>
        {
            history.Count(e => e is RunCompleted or RunFailed or RunCancelled).ShouldBeLessThanOrEqualTo(1);
            var run = Fold(history);
            if (run.HasEnded)
            {
                run.Controls.ShouldAllBe(control => !control.IsOpen);
                history.FindIndex(e => e is RunCompleted or RunFailed or RunCancelled).ShouldBe(history.Count - 1);
            }
        });

    [Fact]
    public void paused_and_resumed_alternate() =>
        Check(history =>
        {
            var turns = history.Where(e => e is RunPaused or RunResumed).Select(e => e is RunPaused).ToList();
            turns.ShouldBe(turns.Select((_, i) => i % 2 == 0));
        });

    [Fact]
    public void milestones_in_any_batches_with_repeats_give_the_same_run() =>
        Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, 999)).ToArbitrary(), cuts =>
        {
            var told = Told(cuts);
            var whole = Fold([.. Running(), .. Fold(Running()).Report(told).Events]);
            var run = Fold(Running());
            var at = 0;
            foreach (var cut in cuts)
            {
                var from = Math.Max(0, at - cut % 3);
                at = Math.Min(told.Count, at + cut % 4);
                run = run.Report(told.Take(at).Skip(from)).Events.Aggregate(run, (state, e) => Run.Evolve(state, e)!);
            }

            run = run.Report(told).Events.Aggregate(run, (state, e) => Run.Evolve(state, e)!);
            run.Status.ShouldBe(whole.Status);
            run.Error.ShouldBe(whole.Error);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Conversations));

    private static void Check(Action<List<object>> holds) =>
        Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, 99)).ToArbitrary(), steps => holds(Converse(steps))).Check(Config.QuickThrowOnFailure.WithMaxTest(Conversations));

    private static List<object> Converse(int[] steps)
    {
        List<object> history = [.. Running()];
        var asked = new List<Guid>();
        long sequence = 1;
        for (var i = 0; i < steps.Length; i++)
        {
            var run = Fold(history);
            var now = Start.AddSeconds(i * 7);
            var control = asked.Count == 0 ? (Guid?)null : asked[steps[i] % asked.Count];
            var decision = (steps[i] % 12) switch
            {
                0 or 1 or 2 => Ask(run, (ControlKind)(steps[i] % 3), asked, now),
                3 => control is { } id ? run.ExpireControl(id, true, now.AddSeconds(steps[i])) : Domain.Platform.Decision.Of(),
                4 => run.LoseDevice(steps[i] > 90 ? Device : Person, now),
                var kind => run.Report([new ExecutionMilestone(
                    ++sequence, Kind(kind, steps[i]), now, control, steps[i] % 5 == 0 ? "run.busy" : null,
                    new FaultError("https://serverlessworkflow.io/spec/1.0.0/errors/runtime", 500, null, null))]),
            };
            history.AddRange(decision.Events);
        }

        return history;
    }

    private static MilestoneKind Kind(int kind, int step) => kind switch
    {
        5 or 6 => MilestoneKind.ControlAcknowledged,
        7 or 8 => MilestoneKind.ControlEffective,
        9 => MilestoneKind.Suspended,
        10 => MilestoneKind.Resumed,
        _ when step > 90 => MilestoneKind.Cancelled,
        _ when step > 80 => MilestoneKind.Failed,
        _ when step > 70 => MilestoneKind.Completed,
        _ => MilestoneKind.Started,
    };

    private static Domain.Platform.Decision Ask(Run run, ControlKind kind, List<Guid> asked, DateTimeOffset now)
    {
        var id = new Guid(asked.Count + 1, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);
        var decision = run.Ask(new RunControlRequested(id, kind, Person, null, null, now, now.AddSeconds(60), Device, asked.Count + 2));
        if (!decision.IsRefused)
        {
            asked.Add(id);
        }

        return decision;
    }

    private static List<ExecutionMilestone> Told(int[] seed) =>
        [.. seed.Select((value, i) => new ExecutionMilestone(
            i + 2, value > 960 ? MilestoneKind.Completed : value % 2 == 0 ? MilestoneKind.Suspended : MilestoneKind.Resumed, Start.AddSeconds(i)))];

    private static Guid? ControlOf(object @event) => @event switch
    {
        RunControlAcknowledged e => e.ControlId,
        RunControlTookEffect e => e.ControlId,
        RunControlRefused e => e.ControlId,
        RunControlExpired e => e.ControlId,
        _ => null,
    };

    private static object[] Running() =>
    [
        new RunRequested(Person, Device, 1, "ab", "tests", "greeting", RunTrigger.Manual, null, Person, Start, null, null, Start.AddHours(24), null),
        new RunDispatched(Device, 1, Start), new RunGranted(Device, 1, Start), new RunStarted(Start, 1),
    ];

    private static Run Fold(IEnumerable<object> events) => events.Aggregate((Run?)null, Run.Evolve)!;
}
