using Jarvis.Client.Platform;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Platform;

/// <summary>Numbers and times as people read them, in their zone.</summary>
public sealed class FormatsTests
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 5, 8, 0, 0, TimeSpan.Zero));
    private readonly Language language = new(new MemoryBrowser());
    private readonly Formats formats;

    public FormatsTests() => formats = new Formats(language, clock) { Zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai") };

    [Theory]
    [InlineData(null, "—", "—")]
    [InlineData(0.0, "0 秒", "0 s")]
    [InlineData(0.0004, "1 毫秒", "1 ms")]
    [InlineData(0.42, "420 毫秒", "420 ms")]
    [InlineData(0.9996, "1.0 秒", "1.0 s")]
    [InlineData(4.2, "4.2 秒", "4.2 s")]
    [InlineData(59.6, "1 分", "1 min")]
    [InlineData(192.0, "3 分 12 秒", "3 min 12 s")]
    [InlineData(7500.0, "2 小时 5 分", "2 h 5 min")]
    [InlineData(273600.0, "3 天 4 小时", "3 d 4 h")]
    public void a_duration(double? seconds, string chinese, string english)
    {
        formats.Duration(seconds).ShouldBe(chinese);
        language.Use(Tongue.English);
        formats.Duration(seconds).ShouldBe(english);
    }

    [Theory]
    [InlineData(-20, "刚刚")]
    [InlineData(20, "马上")]
    [InlineData(-300, "5 分钟前")]
    [InlineData(7200, "2 小时后")]
    [InlineData(-86_400, "昨天 16:00")]
    [InlineData(-86_400 * 3, "3月2日 16:00")]
    [InlineData(-86_400 * 365, "2025年3月5日 16:00")]
    public void a_time_relative_within_a_day(int seconds, string said) => formats.Ago(clock.GetUtcNow().AddSeconds(seconds)).ShouldBe(said);

    [Fact]
    public void an_instant_stands_in_the_persons_zone_and_names_it() =>
        formats.Instant(clock.GetUtcNow()).ShouldBe("2026-03-05 16:00:00 UTC+08:00");

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1536, "1.5 KB")]
    [InlineData(3_221_225_472, "3 GB")]
    public void a_size(double bytes, string said) => formats.Bytes(bytes).ShouldBe(said);
}
