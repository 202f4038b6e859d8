namespace Jarvis.Client.Platform;

/// <summary>Words of <see cref="DayField"/>.</summary>
public static class DayWords
{
    public static readonly Word Form = new("年-月-日", "yyyy-mm-dd");
    public static readonly Word Choose = new("选择日期：{0}", "Choose the day: {0}");
    public static readonly Word Before = new("上个月", "Month before");
    public static readonly Word After = new("下个月", "Month after");
    public static readonly Word Today = new("今天", "Today");
    public static readonly Word None = new("清除", "Clear");
    public static readonly Word Wrong = new("请写成 2026-01-31 这样的日期", "Write a day like 2026-01-31");
}
