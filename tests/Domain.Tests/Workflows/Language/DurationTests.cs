using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Language;

public sealed class DurationTests
{
    [Theory]
    [InlineData("PT15M", 900)]
    [InlineData("P1DT12H", 129_600)]
    [InlineData("PT0.25S", 0.25)]
    [InlineData("P2W", 1_209_600)]
    [InlineData("P1Y", 31_536_000)]
    [InlineData("P1M", 2_592_000)]
    [InlineData("PT1M1.5S", 61.5)]
    public void an_iso_8601_text_is_read(string text, double seconds)
    {
        Durations.TryParse(text, out var duration).ShouldBeTrue();
        duration.ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Theory]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("P1DT")]
    [InlineData("1H")]
    [InlineData("PT-5S")]
    [InlineData("PT1H ")]
    [InlineData("P100Y")]
    public void anything_else_is_refused(string text) => Durations.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void an_object_of_units_is_read()
    {
        Durations.TryRead(Json.Parse("""{"minutes":1,"milliseconds":500}"""), out var duration, out _).ShouldBeTrue();
        duration.ShouldBe(TimeSpan.FromMilliseconds(60_500));
        Durations.TryRead(Json.Parse("""{"minutes":-1}"""), out _, out var why).ShouldBeFalse();
        why!.ShouldContain("minutes");
        Durations.TryRead(Json.Of(5), out _, out _).ShouldBeFalse();
    }
}
