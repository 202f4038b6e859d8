using Jarvis.Domain.Accounts;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Workflows;
using Marten.Events;

namespace Jarvis.Application.Platform;

/// <summary>Which streams hold which events, for those of which there are few beside the streams of runs.</summary>
public static class StreamKinds
{
    private static readonly (Type Events, Type Stream)[] Few =
        [(typeof(IAccountEvent), typeof(Account)), (typeof(IDeviceEvent), typeof(Device)), (typeof(IWorkflowEvent), typeof(Workflow))];

    /// <summary>The kind of stream, by its name in the store, that alone holds events of all these types; null where there is none, or it is one of many streams.</summary>
    public static string? Of(IEnumerable<Type> types, EventGraph events)
    {
        var all = types.ToArray();
        foreach (var (marker, stream) in Few)
        {
            if (all.Length > 0 && all.All(marker.IsAssignableFrom))
            {
                return events.AggregateAliasFor(stream);
            }
        }

        return null;
    }
}
