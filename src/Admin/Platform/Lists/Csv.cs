using System.Buffers;
using System.Globalization;
using System.Text;

namespace Jarvis.Admin.Platform.Lists;

/// <summary>Rows as comma-separated values (RFC 4180), as spreadsheets open them.</summary>
public static class Csv
{
    public const string Type = "text/csv;charset=utf-8";

    /// <summary>Tells spreadsheets that it is UTF-8.</summary>
    private const char Mark = '\uFEFF';

    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n;\t");

    /// <summary>What a spreadsheet would take for a formula.</summary>
    private static readonly char[] Formula = ['=', '+', '-', '@', '\t', '\r'];

    public static string Of(IEnumerable<IEnumerable<string?>> rows)
    {
        var text = new StringBuilder().Append(Mark);
        foreach (var row in rows)
        {
            text.AppendJoin(',', row.Select(Cell)).Append("\r\n");
        }

        return text.ToString();
    }

    private static string Cell(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return "";
        }

        // A name that somebody else chose must not be carried out where it is opened.
        var safe = Formula.Contains(value[0]) && !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? "'" + value : value;
        return !safe.AsSpan().ContainsAny(Quoted) && safe.Trim() == safe ? safe : "\"" + safe.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }
}
