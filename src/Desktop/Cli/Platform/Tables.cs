using System.Globalization;
using Spectre.Console;

namespace Jarvis.Cli.Platform;

/// <summary>Tables on stdout: boxed on a terminal, tab-separated where another program reads.</summary>
internal static class Tables
{
    /// <summary>Characters that a column has at least where its cells are longer.</summary>
    private const int LeastColumn = 10;

    /// <summary>Characters around a column.</summary>
    private const int Gap = 3;

    /// <param name="whenEmpty">What to do where there is no row; on stderr.</param>
    public static void Print(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows, string? whenEmpty = null)
    {
        var all = rows.ToList();
        if (all.Count == 0 && whenEmpty is not null)
        {
            Console.Error.WriteLine(whenEmpty);
        }

        if (Console.IsOutputRedirected)
        {
            Console.Out.WriteLine(string.Join('\t', columns));
            foreach (var row in all)
            {
                Console.Out.WriteLine(string.Join('\t', row.Select(OneLine)));
            }

            return;
        }

        if (!Fits(columns, all))
        {
            foreach (var row in all)
            {
                foreach (var (column, cell) in columns.Zip(row))
                {
                    Console.Out.WriteLine($"{column}: {OneLine(cell)}");
                }

                Console.Out.WriteLine();
            }

            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))));
        }

        foreach (var row in all)
        {
            table.AddRow(row.Select(cell => new Text(OneLine(cell))));
        }

        AnsiConsole.Write(table);
    }

    /// <summary>Whether each column has room for its cells, or for a line of some words; below that a table is not read any more.</summary>
    private static bool Fits(IReadOnlyList<string> columns, List<IReadOnlyList<string>> rows) =>
        columns.Select((name, i) => Math.Min(Math.Max(name.Length, rows.Select(row => row[i].Length).DefaultIfEmpty(0).Max()), LeastColumn) + Gap).Sum() <= AnsiConsole.Profile.Width;

    /// <summary>An instant of the server in this PC's time.</summary>
    public static string Local(string? instant) =>
        DateTimeOffset.TryParse(instant, CultureInfo.InvariantCulture, out var at)
            ? at.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : "";

    // Names come from other people: no control character reaches the terminal.
    private static string OneLine(string cell) => string.Concat(cell.Select(c => char.IsControl(c) ? ' ' : c));
}
