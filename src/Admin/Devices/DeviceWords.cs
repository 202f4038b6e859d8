using Jarvis.Client.Platform;

namespace Jarvis.Admin.Devices;

/// <summary>Words of the devices' pages.</summary>
public static class DeviceWords
{
    public static readonly Word Status = new("状态", "State");
    public static readonly Word Name = new("名称", "Name");
    public static readonly Word Owner = new("所有者", "Owner");
    public static readonly Word Os = new("系统", "System");
    public static readonly Word Version = new("版本", "Version");
    public static readonly Word LastSeen = new("最后在线", "Last seen");
    public static readonly Word Paired = new("绑定时间", "Paired");
    public static readonly Word AtOnce = new("并行上限", "At once");
    public static readonly Word Clock = new("时钟偏差", "Clock is off by");
    public static readonly Word ClockSeconds = new("时钟偏差（秒）", "Clock is off by (s)");
    public static readonly Word Id = new("编号", "Id");
    public static readonly Word Search = new("搜索", "Search");
    public static readonly Word SearchHint = new("编号开头或系统", "Beginning of an id, or a system");
    public static readonly Word Paused = new("全部暂停", "Paused as a whole");
    public static readonly Word Yes = new("是", "Yes");
    public static readonly Word No = new("否", "No");
    public static readonly Word None = new("还没有电脑", "No devices yet");
    public static readonly Word NoneText = new("任何账号绑定电脑后，电脑会出现在这里。", "Once any account pairs a computer, it appears here.");
    public static readonly Word Runs = new("这台电脑的任务", "Runs of this device");
    public static readonly Word Running = new("执行中", "Running");
    public static readonly Word Failed = new("失败", "Failed");
    public static readonly Word All = new("全部", "All");
    public static readonly Word Closed = new("名称和地址是所有者的内容，对管理员不开放。", "Its name and address are its owner's; administrators do not see them.");
}
