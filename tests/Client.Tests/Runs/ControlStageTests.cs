using Jarvis.Client.Schema;
using Jarvis.Mobile.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Runs;

/// <summary>What a page says of a control that was asked for.</summary>
public sealed class ControlStageTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(ControlPhase.Requested, 1, ControlProgress.Asked)]
    [InlineData(ControlPhase.Requested, 15, ControlProgress.Silent)]
    [InlineData(ControlPhase.Acknowledged, 60, ControlProgress.Heard)]
    [InlineData(ControlPhase.Effective, 60, ControlProgress.None)]
    [InlineData(ControlPhase.Expired, 60, ControlProgress.Expired)]
    [InlineData(ControlPhase.Refused, 60, ControlProgress.Refused)]
    public void it_is_as_far_as_the_pc_has_said(ControlPhase phase, int secondsAgo, ControlProgress progress) =>
        ControlStage.Of(RunStatus.Running, [Control(phase, secondsAgo)], Now).Progress.ShouldBe(progress);

    [Fact]
    public void the_last_control_counts()
    {
        var stage = ControlStage.Of(RunStatus.Running, [Control(ControlPhase.Requested, 2, ControlKind.Cancel), Control(ControlPhase.Expired, 100)], Now);

        (stage.Progress, stage.Kind).ShouldBe((ControlProgress.Asked, ControlKind.Cancel));
    }

    [Theory]
    [InlineData(RunStatus.Completed)]
    [InlineData(RunStatus.Failed)]
    [InlineData(RunStatus.Cancelled)]
    public void a_run_that_ended_is_as_it_is(RunStatus status) =>
        ControlStage.Of(status, [Control(ControlPhase.Requested, 1)], Now).ShouldBe(ControlStage.None);

    [Fact]
    public void more_force_is_offered_only_once_it_takes_long()
    {
        ControlStage.Of(RunStatus.Running, [Control(ControlPhase.Acknowledged, 14, ControlKind.Cancel)], Now).TakesLong.ShouldBeFalse();
        ControlStage.Of(RunStatus.Running, [Control(ControlPhase.Acknowledged, 15, ControlKind.Cancel)], Now).TakesLong.ShouldBeTrue();
    }

    private static ControlView Control(ControlPhase phase, int secondsAgo, ControlKind kind = ControlKind.Pause) => new()
    {
        Id = Guid.NewGuid(), Kind = kind, Phase = phase, RequestedAt = Now.AddSeconds(-secondsAgo), AcknowledgedAt = null, EndedAt = null, Deadline = Now.AddMinutes(1), Code = null,
        DeviceWasOnline = true, GraceSeconds = null, Reason = null, RequestedBy = new ControlView.RequestedByNode { Id = Guid.NewGuid(), Email = null },
    };
}
