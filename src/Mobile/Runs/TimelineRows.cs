using Jarvis.Client.Schema;

namespace Jarvis.Mobile.Runs;

/// <summary>A node on the time axis.</summary>
public sealed record TimelineSpan(string Instance, string? Kind, RunTaskStatus Status, int Attempts, DateTimeOffset From, DateTimeOffset To, bool IsOpen);

/// <summary>One row of a run's timeline: a node with its place on the axis (shares of one), or a stretch in which nothing happened.</summary>
/// <param name="Span">Null for a stretch.</param>
/// <param name="IdleSeconds">Of a stretch; else 0.</param>
public sealed record TimelineRow(TimelineSpan? Span, double Start, double Width, double IdleSeconds);

/// <summary>
/// Lays nodes out on an axis from which long idle stretches are cut: a burst, an hour of waiting and another burst are two bursts with “1 h idle”
/// between them, not two dots.
/// </summary>
public static class TimelineRows
{
    /// <summary>A stretch this much longer than all work together, and longer than <see cref="ShortestGap"/>, is cut.</summary>
    private const double GapShare = 0.2;

    public static readonly TimeSpan ShortestGap = TimeSpan.FromSeconds(5);

    /// <summary>How wide a cut stretch is drawn, as a share of the work.</summary>
    private const double CutShare = 0.03;

    private const double Narrowest = 0.008;

    public static IReadOnlyList<TimelineRow> Of(IReadOnlyList<TimelineSpan> spans)
    {
        if (spans.Count == 0)
        {
            return [];
        }

        var ordered = spans.OrderBy(span => span.From).ThenByDescending(span => span.To).ToList();
        // A node that waits for others (a for, a try, a wait) covers them; only those that stand alone count as work.
        var leaves = ordered.Where(span => !ordered.Any(other => other != span && IsInside(other.Instance, span.Instance)) && span.Kind != "wait").ToList();
        var work = Merge(leaves.Count == 0 ? ordered : leaves);
        var worked = Math.Max(work.Sum(part => (part.To - part.From).TotalSeconds), 0.001);
        var gaps = work.Zip(work.Skip(1), (left, right) => (From: left.To, right.From)).Select(gap => (gap.From, To: gap.Item2))
            .Where(gap => gap.To - gap.From > ShortestGap && (gap.To - gap.From).TotalSeconds > worked * GapShare).ToList();
        var first = ordered[0].From;
        var cut = worked * CutShare;
        double Place(DateTimeOffset at)
        {
            var seconds = (at - first).TotalSeconds;
            foreach (var (from, to) in gaps.Where(gap => gap.From < at))
            {
                var inside = ((at < to ? at : to) - from).TotalSeconds;
                seconds -= inside - (cut * inside / (to - from).TotalSeconds);
            }

            return seconds;
        }

        var whole = Math.Max(ordered.Max(span => Place(span.To)), 0.001);
        var rows = new List<TimelineRow>();
        var next = 0;
        foreach (var span in ordered)
        {
            while (next < gaps.Count && gaps[next].To <= span.From)
            {
                rows.Add(new TimelineRow(null, Place(gaps[next].From) / whole, cut / whole, (gaps[next].To - gaps[next].From).TotalSeconds));
                next++;
            }

            var start = Place(span.From) / whole;
            rows.Add(new TimelineRow(span, Math.Min(start, 1 - Narrowest), Math.Max(Narrowest, (Place(span.To) / whole) - start), 0));
        }

        return rows;
    }

    private static bool IsInside(string inner, string outer) => inner.Length > outer.Length && inner.StartsWith(outer, StringComparison.Ordinal) && (inner[outer.Length] is '/' or '@');

    private static List<(DateTimeOffset From, DateTimeOffset To)> Merge(IEnumerable<TimelineSpan> spans)
    {
        var merged = new List<(DateTimeOffset From, DateTimeOffset To)>();
        foreach (var span in spans)
        {
            if (merged.Count > 0 && span.From <= merged[^1].To)
            {
                merged[^1] = (merged[^1].From, span.To > merged[^1].To ? span.To : merged[^1].To);
            }
            else
            {
                merged.Add((span.From, span.To));
            }
        }

        return merged;
    }
}
