using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Jarvis.Application.Runs;

/// <summary>What the hot path measures of itself, under the server's one meter.</summary>
internal static class IngestMetrics
{
    private static readonly Meter Meter = new("Jarvis");
    private static readonly Counter<long> Events = Meter.CreateCounter<long>("jarvis.ingest.events", "{event}", "Events stored, without repeats");
    private static readonly Counter<long> Refused = Meter.CreateCounter<long>("jarvis.ingest.refused", "{batch}", "Batches refused, by code");
    private static readonly Counter<long> Asked = Meter.CreateCounter<long>("jarvis.ingest.outdated", "{batch}", "Batches for which the database knew otherwise than this process remembered");
    private static readonly Histogram<double> Appends = Meter.CreateHistogram<double>("jarvis.ingest.append", "s", "Judging and storing one commit");
    private static readonly Histogram<int> Coalesced = Meter.CreateHistogram<int>("jarvis.ingest.coalesced", "{batch}", "Batches that shared a commit");

    public static void Committed(long since, int batches)
    {
        Appends.Record(Stopwatch.GetElapsedTime(since).TotalSeconds);
        Coalesced.Record(batches);
    }

    public static void Stored(int events) => Events.Add(events);

    /// <summary>What was remembered of the runs of these batches no longer held.</summary>
    public static void Outdated(int batches) => Asked.Add(batches);

    public static void Refuse(string code) => Refused.Add(1, new KeyValuePair<string, object?>("code", code));
}
