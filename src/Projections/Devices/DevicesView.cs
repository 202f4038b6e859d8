using System.Text.Json;
using System.Text.Json.Serialization;
using JasperFx.Events;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Projections.Platform;
using Marten;

namespace Jarvis.Projections.Devices;

/// <summary>How a device can be reached.</summary>
public enum DeviceStatus { Offline, Online, Stale, Revoked }

/// <summary>A device as its owner sees it. Name and address stay sealed: the columns hold the stored form of the content.</summary>
/// <param name="Scopes">Names of what it may do; null for everything.</param>
/// <param name="Capabilities">What the PC can do, as JSON; null while its runner has not told.</param>
public sealed record DeviceRow(
    Guid DeviceId, long FromPosition, long ToPosition, Guid OwnerId, long PairedPosition, DeviceStatus Status, string Name, string Os, string Version,
    string? Address, long Epoch, long ClockOffsetMs, DateTimeOffset PairedAt, DateTimeOffset? ConnectedAt, DateTimeOffset? LastSeenAt,
    DateTimeOffset? RevokedAt, DateTimeOffset? PausedAt, Guid? PausedBy, int? AtOnce, DateTimeOffset ChangedAt, long StreamVersion,
    long? ClockUncertaintyMs = null, DateTimeOffset? ClockAt = null, Guid? RevokedBy = null, IReadOnlyList<string>? Scopes = null, string? Capabilities = null,
    DateTimeOffset? CapabilitiesAt = null)
    : IVersioned<DeviceRow>
{
    [JsonIgnore]
    public Guid Key => DeviceId;

    /// <summary>What the PC can do; null while its runner has not told.</summary>
    [JsonIgnore]
    public DeviceCapabilities? Can => Capabilities is null ? null : JsonSerializer.Deserialize<DeviceCapabilities>(Capabilities, EventJson.Stored);

    public bool May(DeviceScope scope) => Scopes is null || Scopes.Contains(scope.ToString(), StringComparer.OrdinalIgnoreCase);

    public DeviceRow Until(long position) => this with { ToPosition = position };

    public static DeviceRow? Evolve(DeviceRow? row, IEvent @event)
    {
        var next = @event.Data switch
        {
            DevicePaired e => new DeviceRow(
                @event.StreamId, 0, 0, e.OwnerId, @event.Sequence, DeviceStatus.Offline, ViewJson.Sealed(e.Name)!, e.Os, e.Version, null, 0, 0, e.PairedAt, null, null,
                null, null, null, null, default, 0, Scopes: Names(e.Scopes)),
            _ when row is null => null,
            DeviceRenamed e => row with { Name = ViewJson.Sealed(e.Name)! },
            DeviceConnected e => row with
            {
                Status = DeviceStatus.Online, Epoch = e.Epoch, Os = e.Os, Version = e.Version, Address = ViewJson.Sealed(e.Address),
                ClockOffsetMs = e.ClockOffsetMilliseconds, ClockUncertaintyMs = e.ClockUncertaintyMilliseconds, ClockAt = e.ConnectedAt, ConnectedAt = e.ConnectedAt, LastSeenAt = e.ConnectedAt,
            },
            DeviceChanged e => row with { Os = e.Os, Version = e.Version, Address = ViewJson.Sealed(e.Address), LastSeenAt = e.ChangedAt },
            DeviceBecameStale e => row with { Status = DeviceStatus.Stale, LastSeenAt = e.LastSeenAt },
            DeviceReturned e => row with { Status = DeviceStatus.Online, LastSeenAt = e.ReturnedAt },
            DeviceWentOffline e => row with { Status = DeviceStatus.Offline, LastSeenAt = e.LastSeenAt },
            DevicePaused e => row with { PausedAt = e.PausedAt, PausedBy = e.By },
            DeviceResumed => row with { PausedAt = null, PausedBy = null },
            DeviceLimitChanged e => row with { AtOnce = e.AtOnce },
            DeviceScopesChanged e => row with { Scopes = Names(e.Scopes) },
            DeviceCapabilitiesReported e => row with { Capabilities = JsonSerializer.Serialize(e.Capabilities, EventJson.Stored), CapabilitiesAt = e.ReportedAt },
            DeviceClockMeasured e => row with { ClockOffsetMs = e.OffsetMilliseconds, ClockUncertaintyMs = e.UncertaintyMilliseconds, ClockAt = e.MeasuredAt },
            DeviceRevoked e => row with { Status = DeviceStatus.Revoked, RevokedAt = e.RevokedAt, RevokedBy = e.By },
            _ => row,
        };
        if (next is null)
        {
            return null;
        }

        // What still comes from a device after its revocation does not bring it back.
        var status = row?.Status == DeviceStatus.Revoked ? DeviceStatus.Revoked : next.Status;
        return next with
        {
            Status = status, FromPosition = @event.Sequence, ToPosition = ViewTables.Open, ChangedAt = @event.Timestamp, StreamVersion = @event.Version,
        };
    }

    private static IReadOnlyList<string>? Names(IReadOnlyList<DeviceScope>? scopes) => scopes is null ? null : [.. scopes.Select(scope => scope.ToString())];
}

/// <summary>The devices and how they can be reached.</summary>
public sealed class DevicesView : View
{
    public new const string Name = "Devices";

    public DevicesView(string schema = ViewTables.Schema)
        : base(Name, schema, "devices")
    {
        foreach (var type in EventNames.All.Keys.Where(typeof(IDeviceEvent).IsAssignableFrom))
        {
            IncludeType(type);
        }
    }

    public override View In(string schema) => new DevicesView(schema);

    public override Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation) =>
        FoldVersions<DeviceRow>(operations, events, "devices", "device_id", DeviceRow.Evolve, cancellation);
}
