using System.Globalization;

namespace Jarvis.Client.Platform;

/// <summary>Numbers, times and durations as the person reads them, without the runtime's culture data.</summary>
public sealed class Formats(Language language, TimeProvider time)
{
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB"];

    private static readonly Word JustNow = new("刚刚", "just now");
    private static readonly Word MinutesAgo = new("{0} 分钟前", "{0} min ago");
    private static readonly Word HoursAgo = new("{0} 小时前", "{0} h ago");
    private static readonly Word InMinutes = new("{0} 分钟后", "in {0} min");
    private static readonly Word InHours = new("{0} 小时后", "in {0} h");
    private static readonly Word InAMoment = new("马上", "in a moment");
    private static readonly Word Today = new("今天", "Today");
    private static readonly Word Yesterday = new("昨天", "Yesterday");
    private static readonly Word[] Weekdays =
    [
        new("周日", "Sun"), new("周一", "Mon"), new("周二", "Tue"), new("周三", "Wed"), new("周四", "Thu"), new("周五", "Fri"), new("周六", "Sat"),
    ];

    private static readonly Word[] WeekdayHeads = [new("日", "Su"), new("一", "Mo"), new("二", "Tu"), new("三", "We"), new("四", "Th"), new("五", "Fr"), new("六", "Sa")];

    private static readonly Word MonthOf = new("{0}年{1}月", "{2} {0}");

    /// <summary>The person's zone: the account's, else this device's.</summary>
    public TimeZoneInfo Zone { get; set; } = time.LocalTimeZone;

    public DateTimeOffset Now => time.GetUtcNow();

    public string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public string Number(double value, int decimals = 1) => value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>A share of one as a percentage.</summary>
    public string Share(double? value) => value is { } share ? (share * 100).ToString(share is 0 or 1 ? "0" : "0.0", CultureInfo.InvariantCulture) + "%" : "—";

    public string Bytes(double value)
    {
        var unit = 0;
        while (value >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return value.ToString(unit == 0 || value >= 100 ? "0" : "0.#", CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    /// <summary>38 毫秒; 4.2 秒; 3 分 12 秒; 2 小时 5 分; 3 天 4 小时.</summary>
    public string Duration(double? seconds)
    {
        if (seconds is not { } given)
        {
            return "—";
        }

        if (given is > 0 and < 0.9995)
        {
            return Unit(Math.Max(1, (int)Math.Round(given * 1000)), "毫秒", "ms");
        }

        if (given < 10)
        {
            return Unit(Math.Max(0, given).ToString(given is 0 ? "0" : "0.0", CultureInfo.InvariantCulture), "秒", "s");
        }

        var whole = TimeSpan.FromSeconds(Math.Round(given));
        return whole switch
        {
            { TotalMinutes: < 1 } => Unit(whole.Seconds, "秒", "s"),
            { TotalHours: < 1 } => Pair(whole.Minutes, "分", "min", whole.Seconds, "秒", "s"),
            { TotalDays: < 1 } => Pair(whole.Hours, "小时", "h", whole.Minutes, "分", "min"),
            _ => Pair((int)whole.TotalDays, "天", "d", whole.Hours, "小时", "h"),
        };
    }

    /// <summary>Relative within a day, else the date; what stands in the title is <see cref="Instant"/>.</summary>
    public string Ago(DateTimeOffset at)
    {
        var past = Now - at;
        var size = past.Duration();
        return size switch
        {
            { TotalSeconds: < 60 } => language[past >= TimeSpan.Zero ? JustNow : InAMoment],
            { TotalMinutes: < 60 } => language[past > TimeSpan.Zero ? MinutesAgo : InMinutes, (int)size.TotalMinutes],
            { TotalHours: < 24 } => language[past > TimeSpan.Zero ? HoursAgo : InHours, (int)size.TotalHours],
            _ => Day(at) + " " + Clock(at),
        };
    }

    /// <summary>Date, time to the second and zone.</summary>
    public string Instant(DateTimeOffset at)
    {
        var there = Local(at);
        return there.ToString("yyyy-MM-dd HH:mm:ss ", CultureInfo.InvariantCulture) + Offset(there.Offset);
    }

    public string Clock(DateTimeOffset at) => Local(at).ToString("HH:mm", CultureInfo.InvariantCulture);

    public string ClockWithSeconds(DateTimeOffset at) => Local(at).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>今天, 昨天, 3月5日, 2025年3月5日.</summary>
    public string Day(DateTimeOffset at)
    {
        var day = DateOnly.FromDateTime(Local(at).DateTime);
        return Day(day);
    }

    public string Day(DateOnly day)
    {
        var today = DateOnly.FromDateTime(Local(Now).DateTime);
        return day == today ? language[Today]
            : day == today.AddDays(-1) ? language[Yesterday]
            : language.IsChinese
                ? (day.Year == today.Year ? "" : day.Year.ToString(CultureInfo.InvariantCulture) + "年") + day.Month.ToString(CultureInfo.InvariantCulture) + "月" + day.Day.ToString(CultureInfo.InvariantCulture) + "日"
                : day.ToString(day.Year == today.Year ? "MMM d" : "MMM d, yyyy", CultureInfo.InvariantCulture);
    }

    /// <summary>2026年11月, November 2026.</summary>
    public string Month(DateOnly day) => language[MonthOf, day.Year, day.Month, day.ToString("MMMM", CultureInfo.InvariantCulture)];

    /// <summary>As a month's columns are headed: 一, Mo.</summary>
    public string WeekdayHead(DateOnly day) => language[WeekdayHeads[(int)day.DayOfWeek]];

    public string Weekday(DateOnly day) => language[Weekdays[(int)day.DayOfWeek]];

    public DateTimeOffset Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone);

    private static string Offset(TimeSpan offset) =>
        "UTC" + (offset < TimeSpan.Zero ? "−" : "+") + offset.ToString(@"hh\:mm", CultureInfo.InvariantCulture);

    private string Unit(object value, string zh, string en) => string.Create(CultureInfo.InvariantCulture, $"{value} {(language.IsChinese ? zh : en)}");

    private string Pair(int large, string largeZh, string largeEn, int small, string smallZh, string smallEn) =>
        small == 0 ? Unit(large, largeZh, largeEn) : Unit(large, largeZh, largeEn) + " " + Unit(small, smallZh, smallEn);
}
