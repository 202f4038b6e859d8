using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Mobile.Runs;

/// <summary>Words of a run's log.</summary>
public static class RunLogWords
{
    public static readonly Word Search = new("在日志里搜索", "Search the log");
    public static readonly Word Level = new("级别", "Level");
    public static readonly Word Node = new("节点", "Task");
    public static readonly Word AllNodes = new("全部节点", "All tasks");
    public static readonly Word AllLevels = new("全部级别", "All levels");
    public static readonly Word Info = new("信息及以上", "Info and above");
    public static readonly Word Warning = new("警告及以上", "Warnings and above");
    public static readonly Word Error = new("只看错误", "Errors only");
    public static readonly Word Lines = new("{0} 行", "{0} lines");
    public static readonly Word Earlier = new("更早的日志", "Earlier lines");
    public static readonly Word SearchOn = new("继续向前搜索", "Search further back");
    public static readonly Word None = new("还没有日志", "No log yet");
    public static readonly Word NoneText = new("节点执行时写下的每一行会出现在这里。", "Each line that a task writes appears here.");
    public static readonly Word Live = new("实时", "live");
    public static readonly Word Copy = new("复制日志", "Copy the log");

    public static readonly (LogSeverity? Level, Word Word)[] Levels = [(null, AllLevels), (LogSeverity.Info, Info), (LogSeverity.Warning, Warning), (LogSeverity.Error, Error)];
}
