using System.Runtime.CompilerServices;
using GraphQL;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Api.Runs;
using Jarvis.Projections.Devices;
using Jarvis.Projections.Platform;

namespace Jarvis.Api.Devices;

/// <summary>A device changed: its row as of that change.</summary>
public sealed record DeviceChange(DeviceNode Device, Position Position, Cursor Cursor);

/// <summary>Live views of devices.</summary>
public sealed class DeviceSubscriptions
{
    private const int CatchUp = 200;

    /// <summary>Changes of the devices that a filter finds, each once every lower position is settled. Without a cursor from now on.</summary>
    public static async IAsyncEnumerable<DeviceChange> DevicesChanged(
        IResolveFieldContext context, Cursor? after, DeviceFilter? filter, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var caller = context.Caller();
        var views = context.Service<ViewReader>();
        await foreach (var (from, to) in SettledChanges.Of(context, DevicesView.Name, RunChangeCursor.From(after), cancel))
        {
            var place = from;
            while (true)
            {
                var conditions = new Conditions().AddIf(!caller.IsAdministrator, "owner_id = ?", caller.AccountId)
                    .AddFilter(filter)
                    .Add("from_position > ? and from_position <= ?", place, to);
                var rows = await views.Rows<DeviceRow>(caller,
                    $"select {RowMapper<DeviceRow>.Columns} from {ViewTables.Schema}.devices where {conditions.Sql} order by from_position limit {CatchUp}",
                    conditions.Parameters, cancel);
                foreach (var row in rows)
                {
                    await context.Window().Take(cancel);
                    yield return new DeviceChange(new DeviceNode(row, new ReadPoint(null, row.FromPosition)), new Position(row.FromPosition), RunChangeCursor.Of(row.FromPosition));
                }

                if (rows.Count < CatchUp)
                {
                    break;
                }

                place = rows[^1].FromPosition;
            }
        }
    }
}
