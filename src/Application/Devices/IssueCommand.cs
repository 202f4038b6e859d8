using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Marten;
using JasperFx.Events;

namespace Jarvis.Application.Devices;

/// <summary>Puts a command into a device's stream, in the transaction of the decision behind it; it is sent from there.</summary>
public static class IssueCommand
{
    public static void Issue(this IDocumentSession session, IEventStream<DeviceCommands> commands, DeviceCommandIssued command)
    {
        if (commands.Aggregate is null)
        {
            session.Events.StartStream<DeviceCommands>(StreamIds.Commands(command.DeviceId), command);
        }
        else
        {
            commands.AppendOne(command);
        }
    }
}
