using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Client.Devices;

/// <summary>How a computer is called, and whether it answers.</summary>
public static class PcWords
{
    public static readonly Word Unnamed = new("未命名", "unnamed");
    public static readonly Word Revoked = new("已解绑", "Unbound");
    public static readonly Word OnlineThen = new("{0} 时在线", "Online at {0}");
    private static readonly Word Online = new("在线", "Online");
    private static readonly Word Offline = new("离线", "Offline");
    private static readonly Word Stale = new("失联", "Gone quiet");
    public static readonly Word LastSeen = new("最后在线", "last seen");

    /// <summary>Of one that is online: else two heartbeats would be missing, and it would not be.</summary>
    public static readonly Word HeardOfNow = new("20 秒内", "within 20 s");

    public static Word Of(DeviceStatus status) => status switch
    {
        DeviceStatus.Online => Online,
        DeviceStatus.Stale => Stale,
        DeviceStatus.Revoked => Revoked,
        _ => Offline,
    };
}
