namespace Jarvis.Api.Tests.Platform;

/// <summary>The system's clock, moved forward by the test.</summary>
public sealed class MovableTime : TimeProvider
{
    private TimeSpan ahead;

    public void Move(TimeSpan by) => ahead += by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
}
