using System.Runtime.CompilerServices;
using GraphQL;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Domain.Platform;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;

namespace Jarvis.Api.Runs;

/// <summary>A run got on: its progress as of that event.</summary>
public sealed record RunProgressChange(RunReference Run, RunProgress Progress, Position Position, Cursor Cursor);

/// <summary>Live progress of the runs on a screen.</summary>
public sealed class RunProgressSubscriptions
{
    /// <summary>Between two looks, so that nobody is told of a run more than four times a second.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>How far runs are, of those named (at most 200), as it changes. What lies between two answers is left out: the latest says it all.</summary>
    public static async IAsyncEnumerable<RunProgressChange> RunsProgress(
        IResolveFieldContext context, IEnumerable<Guid> ids, Cursor? after, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var caller = context.Caller();
        var views = context.Service<ViewReader>();
        Guid[] visible = [.. ids.Distinct().Take(RunList.MaxIds + 1)];
        if (visible.Length is 0 or > RunList.MaxIds)
        {
            throw new RefusalError(new Refusal("input.invalid", $"Name 1 to {RunList.MaxIds} runs.", "ids"));
        }

        await foreach (var (from, to) in SettledChanges.Of(context, RunsView.Name, RunChangeCursor.From(after), cancel))
        {
            var rows = await views.Rows<RunProgressRow>(caller,
                $"select {RowMapper<RunProgressRow>.Columns} from {ViewTables.Schema}.run_progress where run_id = any($1) and position > $2 order by position",
                [visible, from], cancel);
            foreach (var row in rows.Where(row => row.Position <= to))
            {
                await context.Window().Take(cancel);
                yield return new RunProgressChange(
                    new RunReference(row.RunId), new RunProgress(row.Percent, row.Current, row.At), new Position(row.Position), RunChangeCursor.Of(row.Position));
            }

            await Task.Delay(Pause, cancel);
        }
    }
}
