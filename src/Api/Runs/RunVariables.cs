using GraphQL;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;

namespace Jarvis.Api.Runs;

/// <summary>The variables of a run as they stood after a task.</summary>
/// <param name="Sequence">The runner's event that is the last one in them.</param>
/// <param name="Context">Every variable by name; null for a caller who may not see it.</param>
/// <param name="Changed">What the last task changed.</param>
/// <param name="Removed">What it took away.</param>
public sealed record RunVariables(int Sequence, string Task, string Instance, DateTimeOffset At, Position Position, Json? Context, Json? Changed, Json? Removed);

/// <summary>Puts the variables together from the changes up to a task, a chunk at a time.</summary>
public sealed class RunVariableHistory(ViewReader views, RecordedEvents recorded)
{
    private const int Chunk = 500;

    /// <exception cref="RefusalError"><c>input.invalid</c>: both places at once.</exception>
    public async Task<RunVariables?> After(IResolveFieldContext context, RunRow run, ReadPoint point, int? afterSequence, string? afterTask)
    {
        if (afterSequence is not null && afterTask is not null)
        {
            throw new RefusalError(new Refusal("input.invalid", "Give afterSequence or afterTask (an instance), or neither.", "afterSequence"));
        }

        var conditions = new Conditions().Add("run_id = ?", run.RunId)
            .AddIf(point.Position is not null, "position <= ?", point.Position)
            .AddIf(afterSequence is not null, "sequence <= ?", (long?)afterSequence)
            .AddIf(afterTask is not null, "(instance = ? or task = ?)", afterTask, afterTask);
        var last = (await views.Rows<RunVariablesRow>(context.Caller(),
            $"select {RowMapper<RunVariablesRow>.Columns} from {ViewTables.Schema}.run_variables where {conditions.Sql} order by sequence desc limit 1",
            conditions.Parameters, context.CancellationToken)).FirstOrDefault();
        if (last is null)
        {
            return null;
        }

        var number = checked((int)last.Sequence);
        if (context.Caller().AccountId != run.OwnerId)
        {
            return new RunVariables(number, last.Task, last.Instance, last.At, new Position(last.Position), null, null, null);
        }

        var (variables, change) = await Fold(context, run.RunId, last.Sequence);
        return new RunVariables(
            number, last.Task, last.Instance, last.At, new Position(last.Position), variables, Revealed.Value(change?.Changed), Revealed.Value(change?.Removed));
    }

    private async Task<(Json Variables, ExecutionVariablesChanged? Last)> Fold(IResolveFieldContext context, Guid runId, long upTo)
    {
        var stream = StreamIds.Execution(runId);
        var variables = new OrderedDictionary<string, Json>(StringComparer.Ordinal);
        ExecutionVariablesChanged? last = null;
        long after = 0;
        while (true)
        {
            var sequences = await views.Rows(context.Caller(),
                $"select sequence from {ViewTables.Schema}.run_variables where run_id = $1 and sequence > $2 and sequence <= $3 order by sequence limit {Chunk}",
                [runId, after, upTo], static reader => reader.GetInt64(0), context.CancellationToken);
            var events = await recorded.At([.. sequences.Select(_ => stream)], [.. sequences], context.CancellationToken);
            foreach (var e in (await recorded.Unseal(events, context.CancellationToken)).OrderBy(e => e.Version))
            {
                last = (ExecutionVariablesChanged)e.Data;
                if (Revealed.Value(last.Changed) is JsonObject changed)
                {
                    foreach (var (name, value) in changed.Members)
                    {
                        variables[name] = value;
                    }
                }

                if (Revealed.Value(last.Removed) is JsonArray removed)
                {
                    foreach (var name in removed.Items.OfType<JsonString>())
                    {
                        variables.Remove(name.Value);
                    }
                }
            }

            if (sequences.Count < Chunk)
            {
                return (last?.Changed is Content.Erased ? Revealed.Value(last.Changed)! : new JsonObject(variables), last);
            }

            after = sequences[^1];
        }
    }
}
