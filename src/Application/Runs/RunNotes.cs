using Jarvis.Domain.Runs;

namespace Jarvis.Application.Runs;

/// <summary>Runs of which this process knows all that was decided, because they began with a commit of its own and nobody asked anything of them since.</summary>
internal static class RunNotes
{
    /// <summary>Has the run take note of what its PC told in the commit that brings it, so that no message needs to.</summary>
    public static ExecutionAppend Note(ExecutionAppend append, NotedRun known, IReadOnlyList<ExecutionMilestone> milestones)
    {
        var notes = known.Run.Report(milestones).Events;
        return append with
        {
            Notes = notes,
            Noted = new NotedRun(notes.Aggregate(known.Run, (run, @event) => Run.Evolve(run, @event)!), known.Version + notes.Count),
        };
    }

    /// <summary>
    /// The streams of the runs whose memory was asked, as long as they were known to be: also where nothing was to be noted, since a longer one may know better.
    /// </summary>
    public static IEnumerable<KeyValuePair<Guid, long>> Versions(IEnumerable<ExecutionAppend> appends) =>
        appends.Where(append => append is { Noted: not null, Beginning.Count: 0 }).Select(append => KeyValuePair.Create(append.RunId, append.Noted!.Version - append.Notes.Count));
}
