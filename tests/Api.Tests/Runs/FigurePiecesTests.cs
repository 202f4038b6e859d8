using Jarvis.Api.Platform;
using Jarvis.Api.Runs;
using Jarvis.Projections.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Runs;

/// <summary>Pieces of a period hold every quarter of an hour once, in its own step, whatever the zone.</summary>
public sealed class FigurePiecesTests
{
    private static readonly DateTimeOffset Day = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void every_quarter_stands_in_one_piece_of_its_step()
    {
        var chance = new Random(11);
        for (var round = 0; round < 200; round++)
        {
            int[] cuts = [.. Enumerable.Range(0, 4).Select(_ => chance.Next(1, 400)).Distinct().Order()];
            DateTimeOffset[] bounds = [Day, .. cuts.Select(quarters => Day.AddMinutes(15 * quarters))];
            bounds[0] = Day.AddMinutes(-15 * chance.Next(0, 100));
            foreach (var kept in new[] { FigureSpans.OfFigures, FigureSpans.OfFailures })
            {
                var seen = new Dictionary<DateTimeOffset, int>();
                foreach (var (step, span, from, to) in Pieces(bounds, kept))
                {
                    for (var begin = FigureSpans.Begin(from, span); begin < to; begin = begin.AddMinutes(span))
                    {
                        begin.ShouldBeGreaterThanOrEqualTo(from);
                        for (var quarter = begin; quarter < begin.AddMinutes(span); quarter = quarter.AddMinutes(15))
                        {
                            seen.TryAdd(quarter, step).ShouldBeTrue("a quarter is counted twice");
                        }
                    }
                }

                for (var quarter = bounds[0]; quarter < bounds[^1]; quarter = quarter.AddMinutes(15))
                {
                    var step = bounds.Count(bound => bound <= quarter);
                    seen.Remove(quarter, out var found).ShouldBeTrue("a quarter is left out");
                    found.ShouldBe(step);
                }

                seen.ShouldBeEmpty();
            }
        }
    }

    [Fact]
    public void a_period_of_whole_days_is_one_piece_and_an_odd_zone_needs_quarters_only_at_the_ends()
    {
        Pieces([Day, Day.AddDays(30)], FigureSpans.OfFailures).ShouldHaveSingleItem().Span.ShouldBe(FigureSpans.Day);
        var kathmandu = Day.AddMinutes(-345);
        Pieces([kathmandu, kathmandu.AddDays(1)], FigureSpans.OfFigures).Select(piece => (piece.Span, (piece.To - piece.From).TotalMinutes))
            .ShouldBe([(15, 45.0), (60, 60.0), (240, 20 * 60.0), (60, 2 * 60.0), (15, 15.0)]);
        Pieces([Day.AddHours(-8), Day.AddHours(16)], FigureSpans.OfFigures).ShouldHaveSingleItem().Span.ShouldBe(FigureSpans.FourHours);
    }

    private static IEnumerable<(int Step, int Span, DateTimeOffset From, DateTimeOffset To)> Pieces(DateTimeOffset[] bounds, IReadOnlyList<int> kept)
    {
        var conditions = new Conditions();
        FigurePieces.Of(bounds, kept).Sql(conditions);
        var (steps, spans) = ((int[])conditions.Parameters[0]!, (short[])conditions.Parameters[1]!);
        var (from, to) = ((DateTimeOffset[])conditions.Parameters[2]!, (DateTimeOffset[])conditions.Parameters[3]!);
        return steps.Select((step, i) => (step, (int)spans[i], from[i], to[i]));
    }
}
