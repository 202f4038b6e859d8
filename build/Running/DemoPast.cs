using System.Globalization;
using System.Text.Json.Nodes;

namespace Jarvis.Build.Running;

/// <summary>
/// What the demo's devices did in the past: thirty days of runs in a person's hours, most of which went well. The same for everybody, but for the
/// day it ends on. <c>jarvis demo</c> really runs them, by a clock that stands then.
/// </summary>
public static class DemoPast
{
    public const int Days = 30;

    /// <summary>Runs in order of time.</summary>
    /// <param name="lastDay">How many days ago the device ran for the last time.</param>
    /// <param name="perDay">Runs on a working day, about.</param>
    public static JsonArray Plan(DateTimeOffset now, TimeZoneInfo zone, int lastDay, double perDay, int seed)
    {
        // Chance that is the same at every start, and guards nothing.
#pragma warning disable CA5394
        var chance = new Random(seed);
        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        var runs = new List<(DateTimeOffset At, JsonObject Run)>();
        for (var ago = Days; ago >= lastDay; ago--)
        {
            var day = today.AddDays(-ago);
            var weekend = day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
            var count = (int)Math.Round((weekend ? perDay / 3 : perDay) * (0.6 + (chance.NextDouble() * 0.8)));
            for (var i = 0; i < count; i++)
            {
                var local = DateTime.SpecifyKind(day.AddMinutes((8 * 60) + chance.Next(11 * 60)).AddSeconds(chance.Next(60)), DateTimeKind.Unspecified);
                if (!zone.IsInvalidTime(local) && new DateTimeOffset(local, zone.GetUtcOffset(local)) is var at && at < now.AddMinutes(-30))
                {
                    runs.Add((at, Run(chance)));
                }
            }
        }

        return new JsonArray([.. runs.OrderBy(run => run.At).Select(run =>
        {
            run.Run["at"] = run.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
            return run.Run;
        })]);
    }

    private static JsonObject Run(Random chance) => (chance.Next(10), chance.Next(100)) switch
    {
        (< 3, < 10) => Make("weekly-report", new() { ["template"] = "no-such-template.xlsx" }),
        (< 3, _) => Make("weekly-report", new() { ["seconds"] = chance.Next(10, 90) }),
        (< 6, < 12) => Make("price-check", new() { ["shop"] = "http://127.0.0.1:9/prices" }),
        (< 6, _) => Make("price-check", new() { ["seconds"] = chance.Next(2, 40) }),
        (< 8, < 15) => Retried(Make("invoices", Invoice(chance, off: 1))),
        (< 8, _) => Make("invoices", Invoice(chance, off: 0)),
        (_, < 6) => Make("tidy-downloads", new() { ["seconds"] = 300 }),
        (_, < 12) => Cancelled(Make("tidy-downloads", new() { ["seconds"] = 110 })),
        _ => Make("tidy-downloads", new() { ["seconds"] = chance.Next(2, 60) }),
    };

    private static JsonObject Invoice(Random chance, int off)
    {
        var amounts = Enumerable.Range(0, chance.Next(1, 6)).Select(_ => chance.Next(5, 400)).ToList();
        return new JsonObject
        {
            ["rows"] = new JsonArray([.. amounts.Select(amount => new JsonObject { ["amount"] = amount })]),
            ["stated"] = amounts.Sum() + off,
            ["seconds"] = chance.Next(3, 25),
        };
    }
#pragma warning restore CA5394

    private static JsonObject Make(string name, JsonObject input) =>
        new() { ["file"] = Repository.PathTo("build", "Running", "Past", name + ".yaml"), ["input"] = input };

    // From its failed task, with the sums put right by hand.
    private static JsonObject Retried(JsonObject run)
    {
        run["retry"] = new JsonObject { ["afterSeconds"] = 900, ["input"] = new JsonObject { ["sum"] = 100, ["stated"] = 100, ["rows"] = 3 } };
        return run;
    }

    private static JsonObject Cancelled(JsonObject run)
    {
        run["cancelAfterSeconds"] = 45;
        return run;
    }
}
