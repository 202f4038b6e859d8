using Jarvis.Engine.Devices;

namespace Jarvis.Engine.Runs;

/// <content>What becomes of the runs of a batch that the server refused.</content>
public sealed partial class SubmissionLoop
{
    private async Task<TimeSpan?> Refused(SubmissionBatch batch, ServerReply<EventsAnswer> reply)
    {
        var named = reply.Problem?.Runs?.Where(run => batch.Runs.ContainsKey(run.Key)).ToArray() ?? [];
        if (named.Length == 0)
        {
            return await RefusedUnnamed(batch, reply);
        }

        TimeSpan? wait = null;
        foreach (var (runId, refused) in named)
        {
            if (refused.Expected is { } expected && refused.Code is null or "run.sequence_gap")
            {
                wait = await Rewind(runId, expected) ?? wait;
            }
            else if (refused.Code == "run.not_found" && batch.Runs[runId].First > 1 && journal.Find(runId)?.Request.Origin == RunOrigin.Local)
            {
                // The server knew the run and does not any more: it was restored. What began here begins there with its first event; refused again, it is parked.
                wait = await Rewind(runId, 1) ?? wait;
            }
            else if (refused.Code == "batch.too_large" && batch.Count > 1)
            {
                gathering.HalveEvents(batch);
            }
            else if (refused.Code == "device.epoch_fenced")
            {
                continue;
            }
            else
            {
                await Park(runId, refused.Code ?? reply.Problem?.Code ?? "event.invalid", refused.Detail ?? reply.Reason);
            }
        }

        return wait;
    }

    /// <summary>The refusal does not say which run it is about: each is sent alone, then in halves, until only the culprit is left.</summary>
    private async Task<TimeSpan?> RefusedUnnamed(SubmissionBatch batch, ServerReply<EventsAnswer> reply)
    {
        if (batch.Runs.Count > 1)
        {
            gathering.Only(batch.Runs.Keys.First());
        }
        else if (batch.Count > 1)
        {
            gathering.HalveEvents(batch);
        }
        else
        {
            await Park(batch.Runs.Keys.First(), reply.Problem?.Code ?? $"http.{(int)reply.Status}", reply.Reason);
        }

        return null;
    }

    private async Task<TimeSpan?> Rewind(Guid runId, long expected)
    {
        var times = rewinds.TryGetValue(runId, out var before) && before.Expected == expected ? before.Times + 1 : 1;
        rewinds[runId] = (expected, times);
        if (!queue.Rewind(runId, expected))
        {
            await Park(runId, "run.sequence_gap", $"The server wants event {expected}, which this journal does not have.");
            return null;
        }

        // The same answer again: give the server time rather than ask in a circle.
        return times > 1 ? backOff.Next() : null;
    }

    private async Task Park(Guid runId, string code, string detail)
    {
        queue.Drop(runId);
        await journal.Park(runId, code, detail);
        voice.Parked(runId, code, detail);
        gathering.Without(runId);
    }
}
