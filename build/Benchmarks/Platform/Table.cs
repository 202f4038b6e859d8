using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jarvis.Benchmarks.Platform;

internal static class Report
{
    /// <summary>What is being done goes to standard error; standard output holds the table alone.</summary>
    public static void Say(string line) => Console.Error.WriteLine(line);

    public static string Number(double value) => Math.Abs(value) switch
    {
        >= 1000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };
}

/// <summary>The measured rows as Markdown and as JSON.</summary>
internal static class Table
{
    public static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Print(IReadOnlyList<Row> rows, TextWriter output)
    {
        string[] head = ["#", "work", "ours", "beside", "peer", "ratio", "rounds", "first", "goal", "reached"];
        List<string[]> lines = [head, [.. head.Select(_ => "---")]];
        lines.AddRange(rows.Select(Cells));
        var widths = Enumerable.Range(0, head.Length).Select(i => lines.Max(line => line[i].Length)).ToArray();
        foreach (var line in lines)
        {
            output.WriteLine("| " + string.Join(" | ", line.Select((cell, i) => cell == "---" ? new string('-', widths[i]) : cell.PadRight(widths[i]))) + " |");
        }

        output.WriteLine();
        foreach (var row in rows.Where(row => row.Notes is not null))
        {
            output.WriteLine($"{row.Figure}, {row.Work}: {row.Notes}");
        }

        output.WriteLine();
        foreach (var row in rows.Where(row => row.Limit is not null && row.Met != "goal"))
        {
            output.WriteLine($"{row.Figure} is held back: {row.Limit}");
        }
    }

    public static object AsJson(IReadOnlyList<Row> rows, Rounds rounds) => new
    {
        MeasuredAt = DateTimeOffset.UtcNow,
        Machine = new { Cores = Environment.ProcessorCount, Processor = Processor(), Memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes },
        Rounds = rounds.Count,
        SecondsPerRound = rounds.Length.TotalSeconds,
        Figures = rows.Select(row => new
        {
            row.Figure, row.Work, Ours = Rounded(row.Ours), Peer = Rounded(row.Peer), row.Unit, row.PeerName, Ratio = Rounded(row.Ratio),
            Lowest = Rounded(row.Spread?.Low), Highest = Rounded(row.Spread?.High), row.Target?.First, row.Target?.Goal, row.Met, row.Notes,
            Limit = row.Met == "goal" ? null : row.Limit,
        }),
    };

    private static string[] Cells(Row row)
    {
        if (row.HasFailed)
        {
            return [row.Figure, row.Work, "", "", "", "", "", "", "", "failed"];
        }

        var sign = row.Target?.Better == Better.Lower ? "≤ " : "";
        return
        [
            row.Figure, row.Work, $"{Report.Number(row.Ours)} {row.Unit}", row.PeerName, row.Peer is { } peer ? $"{Report.Number(peer)} {row.Unit}" : "",
            row.Peer is null ? "" : row.Ratio.ToString("0.00", CultureInfo.InvariantCulture),
            row.Spread is { } spread ? FormattableString.Invariant($"{spread.Low:0.00} to {spread.High:0.00}") : "",
            row.Target is { } first ? sign + Report.Number(first.First) : "", row.Target is { } goal ? sign + Report.Number(goal.Goal) : "", row.Met,
        ];
    }

    private static double? Rounded(double? value) => value is { } number ? Math.Round(number, 4) : null;

    private static string? Processor() =>
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
            : null;
}
