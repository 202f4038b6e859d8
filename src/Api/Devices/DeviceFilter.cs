using System.Globalization;
using System.Text.Json;
using GraphQL;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Api.Runs;
using Jarvis.Projections.Devices;
using Jarvis.Projections.Platform;

namespace Jarvis.Api.Devices;

/// <summary>Which devices a list shows; what is given must all hold.</summary>
public sealed record DeviceFilter
{
    /// <summary>These, at most 200: what stands on a screen.</summary>
    public IEnumerable<Guid>? Ids { get; init; }

    /// <summary>For administrators, who see everybody's.</summary>
    public Guid? OwnerId { get; init; }

    public IEnumerable<DeviceStatus>? Status { get; init; }

    /// <summary>Whether everything on it is paused.</summary>
    public bool? Paused { get; init; }

    /// <summary>Part of the system's name or of the runner's version, or the beginning of the device's id. Names are sealed and cannot be searched.</summary>
    public string? Text { get; init; }
}

/// <summary>The order of a list of devices: by pairing, or by when they were last heard of.</summary>
public enum DeviceOrder { Newest, Oldest, LastSeen }

/// <summary>The conditions of a list of devices.</summary>
public static class DeviceConditions
{
    private const int TextMaxCharacters = 200;

    public static Conditions AddFilter(this Conditions conditions, DeviceFilter? filter)
    {
        var text = string.IsNullOrWhiteSpace(filter?.Text) ? null : filter.Text.Cut(TextMaxCharacters);
        string[]? statuses = filter?.Status?.Select(status => JsonNamingPolicy.CamelCase.ConvertName(status.ToString())).Distinct().ToArray();
        return conditions
            .AddIf(filter?.Ids is not null, "device_id = any(?)", RunList.IdsOf(filter?.Ids))
            .AddIf(filter?.OwnerId is not null, "owner_id = ?", filter?.OwnerId)
            .AddIf(statuses?.Length > 0, "status = any(?)", [statuses])
            .AddIf(filter?.Paused is not null, "(paused_at is not null) = ?", filter?.Paused)
            .AddIf(text is not null, "(strpos(lower(os), lower(?)) > 0 or strpos(version, ?) > 0 or starts_with(device_id::text, lower(?)))", text, text, text);
    }
}

/// <summary>Pages and counts of devices.</summary>
public static partial class DeviceList
{
    private const string Seen = "(extract(epoch from coalesce(last_seen_at, paired_at)) * 1000000)::bigint";

    /// <summary>One row more than the page, in the page's direction.</summary>
    public static Task<List<DeviceRow>> Page(IResolveFieldContext context, DeviceFilter? filter, DeviceOrder order, PageRequest page, ReadPoint point)
    {
        var descending = order != DeviceOrder.Oldest != page.Backward;
        var direction = descending ? "desc" : "asc";
        var key = order == DeviceOrder.LastSeen ? $"({Seen}, paired_position)" : "paired_position";
        return Rows(context, point, $"order by {(order == DeviceOrder.LastSeen ? $"{Seen} {direction}, " : "")}paired_position {direction} limit {page.Size + 1}", conditions =>
        {
            conditions.AddIf(!context.Caller().IsAdministrator, "owner_id = ?", context.Caller().AccountId).AddFilter(filter);
            if (page.Place is { } place)
            {
                long[] numbers = [.. place.Split('|').Select(part => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? number : throw PageRequest.InvalidCursor(page.Backward ? "before" : "after"))];
                if (numbers.Length != (order == DeviceOrder.LastSeen ? 2 : 1))
                {
                    throw PageRequest.InvalidCursor(page.Backward ? "before" : "after");
                }

                conditions.Add($"{key} {(descending ? "<" : ">")} ({string.Join(", ", numbers.Select(_ => "?"))})", [.. numbers.Cast<object?>()]);
            }
        });
    }

    public static string PlaceOf(DeviceRow row, DeviceOrder order)
    {
        var position = row.PairedPosition.ToString(CultureInfo.InvariantCulture);
        return order == DeviceOrder.LastSeen
            ? $"{((row.LastSeenAt ?? row.PairedAt).UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond}|{position}"
            : position;
    }

    /// <summary>Counted up to <see cref="RunList.CountLimit"/>.</summary>
    public static async Task<Count> Count(IResolveFieldContext context, DeviceFilter? filter, ReadPoint point)
    {
        var conditions = new Conditions();
        point.Pick(conditions);
        conditions.AddIf(!context.Caller().IsAdministrator, "owner_id = ?", context.Caller().AccountId).AddFilter(filter);
        var counted = (await context.Service<ViewReader>().Rows(context.Caller(),
            $"select count(*) from (select 1 from {ViewTables.Schema}.devices where {conditions.Sql} limit {RunList.CountLimit + 1}) found",
            conditions.Parameters, static reader => reader.GetInt64(0), context.CancellationToken))[0];
        return new Count((int)Math.Min(counted, RunList.CountLimit), counted <= RunList.CountLimit);
    }
}
