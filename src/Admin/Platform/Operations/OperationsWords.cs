using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Admin.Platform.Operations;

/// <summary>Words of the pages about the system itself.</summary>
public static class OperationsWords
{
    private static readonly Dictionary<string, Word> ByName = new(StringComparer.Ordinal)
    {
        ["Runs"] = new("任务视图", "Views of runs"),
        ["Workflows"] = new("工作流视图", "Views of workflows"),
        ["Devices"] = new("电脑视图", "Views of devices"),
        ["Accounts"] = new("账号视图", "Views of accounts"),
    };

    /// <summary>What a projection is of; its own name where this version does not know it.</summary>
    public static string NameOf(Language language, string projection) => ByName.TryGetValue(projection, out var word) ? language[word] : projection;

    public static readonly Word Health = new("健康状况", "Health");
    public static readonly Word Healthy = new("正常", "Healthy");
    public static readonly Word Degraded = new("降级", "Degraded");
    public static readonly Word Unhealthy = new("故障", "Unhealthy");
    public static readonly Word Lag = new("投影延迟", "Projection lag");
    public static readonly Word Queues = new("消息队列", "Message queues");
    public static readonly Word Queue = new("队列", "Queue");
    public static readonly Word Waiting = new("待处理", "Waiting");
    public static readonly Word Scheduled = new("已排期", "Scheduled");
    public static readonly Word Outgoing = new("待发送", "Outgoing");
    public static readonly Word NoQueues = new("所有队列都是空的", "All queues are empty");
    public static readonly Word NoQueuesText = new("没有消息在等待、排期或发送。", "No message waits, is scheduled, or is to be sent.");
    public static readonly Word Live = new("每 2 秒更新", "Updated every 2 seconds");
    public static readonly Word Head = new("最新事件位置 {0}", "Newest event at {0}");
    public static readonly Word DeadLetters = new("死信", "Dead letters");
    public static readonly Word Projection = new("投影", "Projection");
    public static readonly Word State = new("状态", "State");
    public static readonly Word Position = new("位置", "Position");
    public static readonly Word Behind = new("落后", "Behind");
    public static readonly Word BehindFor = new("落后时长", "Behind for");
    public static readonly Word Tables = new("表", "Tables");
    public static readonly Word Running = new("运行中", "Running");
    public static readonly Word Paused = new("已停在错误处", "Stopped at an error");
    public static readonly Word Stopped = new("未运行", "Not running");
    public static readonly Word Late = new("落后太久", "Late");
    public static readonly Word Rebuild = new("并行重建", "Rebuild beside it");
    public static readonly Word Rebuilding = new("正在重建", "Rebuilding");
    public static readonly Word RebuildText = new("重建在旁边的表里重放全部事件，现有页面照常读旧表。追上后可以比较差异，再切换或丢弃。", "All events are replayed into tables beside the live ones, which go on being read. Once it has caught up, compare, then switch or discard.");
    public static readonly Word NoRebuild = new("没有进行中的重建", "Nothing is being rebuilt");
    public static readonly Word Folding = new("正在重放事件", "Replaying events");
    public static readonly Word Ready = new("已追上，随时可以切换", "Caught up; ready to switch");
    public static readonly Word Failed = new("重建失败", "The rebuild failed");
    public static readonly Word FailedText = new("错误类型 {0}，详情在服务器日志里。现有投影不受影响；丢弃后可以重新开始。", "Error {0}; the server's log has its text. The live projection goes on; discard to begin anew.");
    public static readonly Word Progress = new("重建进度", "Progress of the rebuild");
    public static readonly Word PositionOf = new("位置 {0} / {1}", "position {0} of {1}");
    public static readonly Word StartedAt = new("{0}开始", "begun {0}");
    public static readonly Word Compare = new("比较差异", "Compare");
    public static readonly Word Comparing = new("正在逐行比较…", "Comparing row by row…");
    public static readonly Word Same = new("没有差异", "No difference");
    public static readonly Word SameText = new("截至位置 {0}，{1} 行逐行相同。", "At position {0} all {1} rows are the same.");
    public static readonly Word Differs = new("有差异", "They differ");
    public static readonly Word DiffersText = new("截至位置 {0}：{1} 行只在现有表里，{2} 行只在新表里。", "At position {0}: {1} rows only in the live tables, {2} only in the new ones.");
    public static readonly Word NotCompared = new("还没有比较过", "Not compared yet");
    public static readonly Word Table = new("表", "Table");
    public static readonly Word LiveRows = new("现有行数", "Live rows");
    public static readonly Word NewRows = new("新行数", "New rows");
    public static readonly Word OnlyLive = new("仅现有", "Only live");
    public static readonly Word OnlyNew = new("仅新表", "Only new");
    public static readonly Word Start = new("开始重建", "Start the rebuild");
    public static readonly Word StartTitle = new("并行重建投影“{0}”？", "Rebuild “{0}” beside the live one?");
    public static readonly Word StartEffect = new("会重放到位置 {0} 的全部事件到旁边的表里，占用一些数据库时间；现有页面不受影响。", "All events up to {0} are replayed into tables beside it, which takes some of the database's time. What is read now is not touched.");
    public static readonly Word Started = new("重建已开始", "The rebuild has begun");
    public static readonly Word Switch = new("切换到新投影", "Switch to the new one");
    public static readonly Word SwitchTitle = new("把投影“{0}”切换到重建的版本？", "Switch “{0}” to the rebuilt one?");
    public static readonly Word SwitchEffect = new("新表取代现有的表，现有的表会删除，不能恢复。{0}", "The new tables take the place of the live ones, which are deleted for good. {0}");
    public static readonly Word Switched = new("已切换到新投影", "The new projection is read now");
    public static readonly Word Discard = new("丢弃重建", "Discard the rebuild");
    public static readonly Word DiscardTitle = new("丢弃投影“{0}”的重建？", "Discard the rebuild of “{0}”?");
    public static readonly Word DiscardEffect = new("删除旁边的新表，现有投影照常使用。", "The tables beside it are deleted; the live projection goes on.");
    public static readonly Word Discarded = new("已丢弃重建", "The rebuild was discarded");
    public static readonly Word NotFound = new("没有这个投影", "There is no such projection");
    public static readonly Word Message = new("消息", "Message");
    public static readonly Word Error = new("错误类型", "Error");
    public static readonly Word Attempts = new("尝试次数", "Attempts");
    public static readonly Word SentAt = new("发送时间", "Sent");
    public static readonly Word Replaying = new("等待重放", "About to be replayed");
    public static readonly Word Id = new("编号", "Id");
    public static readonly Word Facts = new("携带的编号和数字", "Its ids and numbers");
    public static readonly Word NoFacts = new("没有可以显示的编号或数字", "It carries none that may be shown");
    public static readonly Word ErrorClosed = new("错误原文可能含个人内容，只在服务器日志里。", "The error's own words may hold personal content; they stand in the server's log alone.");
    public static readonly Word NoDeadLetters = new("没有死信", "No dead letters");
    public static readonly Word NoDeadLettersText = new("处理失败的消息会出现在这里，可以重放或丢弃。", "Messages that could not be handled appear here, to be replayed or discarded.");
    public static readonly Word Replay = new("重放", "Replay");
    public static readonly Word ReplayTitle = new("重放 {0} 条死信？", "Replay {0} dead letters?");
    public static readonly Word ReplayEffect = new("它们会放回队列再处理一次：{0}。若原因还在，会再次变成死信。", "They are put back to be handled again: {0}. If the cause is still there, they come back.");
    public static readonly Word Replayed = new("已放回队列", "Put back");
    public static readonly Word DiscardLetters = new("丢弃", "Discard");
    public static readonly Word DiscardLettersTitle = new("永久丢弃 {0} 条死信？", "Discard {0} dead letters for good?");
    public static readonly Word DiscardLettersEffect = new("它们要做的事不会再发生，也不能恢复：{0}。", "What they were to do does not happen, and they cannot be brought back: {0}.");
    public static readonly Word LettersDiscarded = new("已丢弃", "Discarded");

    public static readonly Word Database = new("数据库", "Database");
    public static readonly Word Views = new("投影", "Projections");
    public static readonly Word Outward = new("对外发令", "Orders to computers");

    /// <summary>What a check looks at; null for one that is newer than this app.</summary>
    public static Word? CheckOf(string name) => name switch { "database" => Database, "views" => Views, "outward" => Outward, _ => null };

    public static Word Of(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => Healthy,
        HealthStatus.Degraded => Degraded,
        _ => Unhealthy,
    };

    public static Word Of(ProjectionState state) => state switch
    {
        ProjectionState.Running => Running,
        ProjectionState.Paused => Paused,
        _ => Stopped,
    };

    public static Word Of(RebuildPhase phase) => phase switch
    {
        RebuildPhase.Ready => Ready,
        RebuildPhase.Failed => Failed,
        _ => Folding,
    };
}
