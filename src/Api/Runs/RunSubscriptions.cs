using System.Globalization;
using System.Runtime.CompilerServices;
using GraphQL;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;

namespace Jarvis.Api.Runs;

/// <summary>A run changed: its row as of that change.</summary>
public sealed record RunChange(RunNode Run, Position Position, Cursor Cursor);

/// <summary>Live views of runs.</summary>
public sealed class RunSubscriptions
{
    private const int CatchUp = 200;

    /// <summary>One run's events at commit, in stream order, from a cursor on (from its beginning without one); none twice, none left out.</summary>
    public static async IAsyncEnumerable<RunEventNode> RunChanged(
        IResolveFieldContext context, Guid id, Cursor? after, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var mayRead = await MayRead(context, id, cancel);
        await foreach (var (e, place) in Events(context, id, RunCursor.From(after), mayRead, cancel))
        {
            await context.Window().Take(cancel);
            yield return RunEventNode.Of(id, e, place, mayRead);
        }
    }

    /// <summary>One run's log lines as they come.</summary>
    public static async IAsyncEnumerable<RunLogEntry> RunLog(
        IResolveFieldContext context, Guid id, Cursor? after, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var mayRead = await MayRead(context, id, cancel);
        var seen = after is { } cursor
            ? RunLogPlace.From(cursor.Place() ?? throw PageRequest.InvalidCursor("after"), "after") : new RunLogPlace(0, int.MaxValue);
        // The event of the cursor may hold further lines, so it is read again.
        await foreach (var (e, _) in Events(context, id, new RunCursor(long.MaxValue, Math.Max(0, seen.Sequence - 1)), mayRead, cancel))
        {
            if (e.Data is not ExecutionLogged logged)
            {
                continue;
            }

            foreach (var (line, text) in Runs.RunLog.TextsOf(logged).Where(pair => e.Version > seen.Sequence || pair.Line > seen.Line))
            {
                var facts = logged.Lines[line];
                await context.Window().Take(cancel);
                yield return Runs.RunLog.Entry(
                    new RunLogRow(id, e.Version, line, Guid.Empty, e.Position, facts.At, (short)facts.Severity, facts.Instance), mayRead ? text : null);
            }
        }
    }

    /// <summary>Changes of the runs that a filter finds, each once every lower position is settled. Without a cursor from now on.</summary>
    public static async IAsyncEnumerable<RunChange> RunsChanged(
        IResolveFieldContext context, Cursor? after, RunFilter? filter, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var caller = context.Caller();
        var views = context.Service<ViewReader>();
        await foreach (var (from, to) in SettledChanges.Of(context, RunsView.Name, RunChangeCursor.From(after), cancel))
        {
            var place = from;
            while (true)
            {
                var conditions = RunList.Of(caller, filter, null).Add("from_position > ? and from_position <= ?", place, to);
                var rows = await views.Rows<RunRow>(caller,
                    $"select {RowMapper<RunRow>.Columns} from {ViewTables.Schema}.runs where {conditions.Sql} order by from_position limit {CatchUp}",
                    conditions.Parameters, cancel);
                foreach (var row in rows)
                {
                    await context.Window().Take(cancel);
                    yield return new RunChange(
                        new RunNode(row, new ReadPoint(row.FromPosition, row.FromPosition)), new Position(row.FromPosition), RunChangeCursor.Of(row.FromPosition));
                }

                if (rows.Count < CatchUp)
                {
                    break;
                }

                place = rows[^1].FromPosition;
            }
        }
    }

    private static async Task<bool> MayRead(IResolveFieldContext context, Guid id, CancellationToken cancel)
    {
        var caller = context.Caller();
        var recorded = context.Service<RecordedEvents>();
        // Rights from the stream itself: the view may not have the run yet that was just started.
        var first = (await recorded.After(id, 0, null, 1, cancel)).FirstOrDefault();
        if (first?.Data is not RunRequested requested || (requested.OwnerId != caller.AccountId && !caller.IsAdministrator))
        {
            throw new RefusalError(RunRefusals.NotFound);
        }

        return requested.OwnerId == caller.AccountId;
    }

    private static async IAsyncEnumerable<(RecordedEvent Event, RunCursor Place)> Events(
        IResolveFieldContext context, Guid id, RunCursor place, bool mayRead, [EnumeratorCancellation] CancellationToken cancel)
    {
        var timeline = context.Service<RunTimeline>();
        using var following = context.Service<LiveEvents>().Follow(id);
        var caughtUp = false;
        var losses = 0;
        while (true)
        {
            var more = following.Added;
            if (losses != following.Losses)
            {
                (losses, caughtUp) = (following.Losses, false);
            }

            if (caughtUp && Next(following.Kept, place) is { } live)
            {
                foreach (var kept in live)
                {
                    var e = mayRead ? await kept.Clear.Value.WaitAsync(cancel) : kept.Sealed;
                    place = place.Past(RunEventNode.IsExecution(e), e.Version);
                    yield return (e, place);
                }
            }
            else
            {
                // From the store: everything behind the cursor at first, and whatever fell out of what is kept later.
                var events = await timeline.After(id, place, null, CatchUp, cancel);
                foreach (var e in await timeline.Clear(events, mayRead, cancel))
                {
                    place = place.Past(RunEventNode.IsExecution(e), e.Version);
                    yield return (e, place);
                }

                caughtUp = events.Count < CatchUp;
                if (!caughtUp)
                {
                    continue;
                }
            }

            await more.WaitAsync(cancel);
        }
    }

    /// <summary>The kept events behind a place, in stream order; null where some between were dropped or not kept.</summary>
    private static List<LiveEvent>? Next(IReadOnlyList<LiveEvent> kept, RunCursor place)
    {
        var next = new List<LiveEvent>();
        var at = place;
        foreach (var live in kept)
        {
            var execution = RunEventNode.IsExecution(live.Sealed);
            var seen = execution ? at.Execution : at.Run;
            if (live.Sealed.Version <= seen)
            {
                continue;
            }

            if (live.Sealed.Version != seen + 1)
            {
                return null;
            }

            at = at.Past(execution, live.Sealed.Version);
            next.Add(live);
        }

        return next;
    }
}
