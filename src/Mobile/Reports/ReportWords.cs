using Jarvis.Client.Platform;

namespace Jarvis.Mobile.Reports;

/// <summary>Words of the statistics.</summary>
public static class ReportWords
{
    public static readonly Word Statistics = new("统计", "Statistics");
    public static readonly Word Period = new("时段", "Period");
    public static readonly Word Today = new("今天", "Today");
    public static readonly Word Week = new("本周", "This week");
    public static readonly Word Month = new("本月", "This month");
    public static readonly Word Device = new("电脑", "Computer");
    public static readonly Word AllDevices = new("全部电脑", "All computers");
    public static readonly Word Zone = new("{0} 至 {1}，按 {2} 时区计算", "{0} to {1}, in the zone {2}");
    public static readonly Word ZoneOneDay = new("{0}，按 {1} 时区计算", "{0}, in the zone {1}");

    public static readonly Word Runs = new("任务", "Runs");
    public static readonly Word Success = new("成功率", "Success");
    public static readonly Word Completed = new("完成", "Completed");
    public static readonly Word Failed = new("失败", "Failed");
    public static readonly Word Cancelled = new("取消", "Cancelled");
    public static readonly Word Open = new("未结束", "Not ended");
    public static readonly Word Durations = new("执行时长", "Duration");
    public static readonly Word DurationsOf = new("{0} 个已结束的任务", "of {0} runs that ended");
    public static readonly Word Average = new("平均", "Mean");
    public static readonly Word Median = new("中位数", "Median");
    public static readonly Word P95 = new("P95", "95th percentile");

    public static readonly Word SuccessTrend = new("近 30 天每天成功率（%）", "Success per day, 30 days (%)");
    public static readonly Word RunsTrend = new("近 30 天每天任务数", "Runs per day, 30 days");
    public static readonly Word Day = new("日期", "Day");
    public static readonly Word Causes = new("失败原因", "Causes of failure");
    public static readonly Word NoFailures = new("这段时间没有失败的任务", "Nothing failed in this time");
    public static readonly Word NoRuns = new("这段时间没有任务", "No runs in this time");
    public static readonly Word AtNode = new("节点 {0}", "node {0}");
    public static readonly Word CauseRuns = new("{0} 次 · 占失败的 {1}", "{0} times · {1} of failures");
    public static readonly Word NoType = new("没有错误类型", "no error type");
}
