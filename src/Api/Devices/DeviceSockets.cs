using System.Collections.Concurrent;
using Jarvis.Api.Accounts;
using Jarvis.Application.Platform;
using Jarvis.Domain.Devices;
using JasperFx.Events;

namespace Jarvis.Api.Devices;

/// <summary>
/// The open command sockets of this process, by device: wakes one when a command of its device was committed, closes the older
/// when a newer hello comes, and every one of a device that was revoked. A socket in another process learns the same from its
/// next heartbeat.
/// </summary>
public sealed class DeviceSockets(EventFeed feed, Sessions sessions, ILogger<DeviceSockets> log) : IHostedService
{
    /// <summary>Sockets of one device, in this process, that were opened; a newer hello closes the older, so more than a few are a fault or an attack.</summary>
    private const int MaxOpenedByDevice = 8;

    private readonly ConcurrentDictionary<Guid, RunnerConversation> open = new();
    private readonly ConcurrentDictionary<Guid, int> opened = new();

    /// <summary>False where the device has too many sockets; else call <see cref="Closed"/> when it is closed.</summary>
    public bool MayOpen(Guid deviceId)
    {
        if (opened.AddOrUpdate(deviceId, 1, static (_, n) => n + 1) <= MaxOpenedByDevice)
        {
            return true;
        }

        Closed(deviceId);
        return false;
    }

    public void Closed(Guid deviceId)
    {
        if (opened.AddOrUpdate(deviceId, 0, static (_, n) => n - 1) == 0)
        {
            opened.TryRemove(KeyValuePair.Create(deviceId, 0));
        }
    }

    /// <summary>Takes the device's place; the conversation that had it is fenced.</summary>
    public void Enter(RunnerConversation conversation)
    {
        RunnerConversation? older = null;
        open.AddOrUpdate(conversation.DeviceId, conversation, (_, known) =>
        {
            older = known;
            return conversation;
        });
        older?.End(RunnerClose.Fenced);
    }

    public void Leave(RunnerConversation conversation) => open.TryRemove(KeyValuePair.Create(conversation.DeviceId, conversation));

    public Task StartAsync(CancellationToken cancellationToken)
    {
        feed.Committed += Look;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        feed.Committed -= Look;
        foreach (var conversation in open.Values)
        {
            conversation.End(RunnerClose.GoingAway);
        }

        return Task.CompletedTask;
    }

    private void Look(IReadOnlyList<IEvent> events)
    {
        foreach (var @event in events)
        {
            if (@event.Data is DeviceCommandIssued issued && open.TryGetValue(issued.DeviceId, out var conversation))
            {
                conversation.Wake();
            }
            else if (@event.Data is DeviceRevoked)
            {
                if (open.TryGetValue(@event.StreamId, out var revoked))
                {
                    revoked.End(RunnerClose.Revoked);
                }

                _ = EndSessions(@event.StreamId);
            }
        }
    }

    /// <summary>Soon, not surely: what counts is that a revoked device's refresh, hello and batches are refused by its presence.</summary>
    private async Task EndSessions(Guid deviceId)
    {
        try
        {
            await sessions.EndOfDevice(deviceId, "revoked", CancellationToken.None);
        }
        catch (Npgsql.NpgsqlException exception)
        {
            log.LogWarning(exception, "The sessions of revoked device {Device} could not be ended", deviceId);
        }
    }
}
