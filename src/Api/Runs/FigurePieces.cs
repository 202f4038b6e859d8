using Jarvis.Api.Platform;
using Jarvis.Projections.Runs;

namespace Jarvis.Api.Runs;

/// <summary>
/// Steps of statistics taken apart into spans that figures are kept for: whole days where they are kept, whole hours at their ends, quarters of an hour at the
/// ends of those. Few rows are added up, however many runs they count, and the sums are exact in any zone.
/// </summary>
public sealed class FigurePieces
{
    private readonly List<int> steps = [];
    private readonly List<short> spans = [];
    private readonly List<DateTimeOffset> begins = [];
    private readonly List<DateTimeOffset> ends = [];

    private FigurePieces()
    {
    }

    /// <param name="bounds">Where each step begins, ascending, and where the last one ends.</param>
    /// <param name="kept">The spans that are kept, the shortest first.</param>
    public static FigurePieces Of(IReadOnlyList<DateTimeOffset> bounds, IReadOnlyList<int> kept)
    {
        var pieces = new FigurePieces();
        for (var step = 1; step < bounds.Count; step++)
        {
            pieces.Add(step, bounds[step - 1], bounds[step], kept, kept.Count - 1);
        }

        return pieces;
    }

    /// <summary>The pieces as rows <c>p(step, span, begins, ends)</c> of a query, steps from 1; their parameters are added to the others.</summary>
    public string Sql(Conditions conditions)
    {
        var first = conditions.Parameters.Count + 1;
        conditions.Parameters.AddRange([steps.ToArray(), spans.ToArray(), begins.ToArray(), ends.ToArray()]);
        return $"unnest(${first}::int[], ${first + 1}::smallint[], ${first + 2}::timestamptz[], ${first + 3}::timestamptz[]) p(step, span, begins, ends)";
    }

    private void Add(int step, DateTimeOffset from, DateTimeOffset to, IReadOnlyList<int> kept, int longest)
    {
        if (from >= to)
        {
            return;
        }

        var span = kept[longest];
        if (longest == 0)
        {
            Add(step, span, from, to);
            return;
        }

        var last = FigureSpans.Begin(to, span);
        var first = FigureSpans.Begin(from, span);
        first = first < from ? first.AddMinutes(span) : first;
        if (first >= last)
        {
            Add(step, from, to, kept, longest - 1);
            return;
        }

        Add(step, from, first, kept, longest - 1);
        Add(step, span, first, last);
        Add(step, last, to, kept, longest - 1);
    }

    private void Add(int step, int span, DateTimeOffset from, DateTimeOffset to)
    {
        steps.Add(step);
        spans.Add((short)span);
        begins.Add(from);
        ends.Add(to);
    }
}
