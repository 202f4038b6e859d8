using System.Text.Unicode;
using CsvHelper;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Engine.Workflows.Sheets;

/// <summary>CSV (RFC 4180) as the sheet functions read and write it. Rows are objects by column name.</summary>
internal static class Sheet
{
    /// <summary>Most rows of one sheet that a run holds.</summary>
    public const int MaxRows = 200_000;

    /// <summary>Most columns of one sheet.</summary>
    public const int MaxColumns = 2_000;

    /// <summary>Whether a file is a workbook by its name.</summary>
    public static bool IsWorkbook(string path) => Path.GetExtension(path).ToLowerInvariant() is ".xlsx" or ".xlsm";

    /// <summary>A new workbook holds no macros, and programs refuse one that is named as if it did.</summary>
    public static void RefuseMacros(string path)
    {
        if (string.Equals(Path.GetExtension(path), ".xlsm", StringComparison.OrdinalIgnoreCase))
        {
            throw new WorkflowFaultException(Fault.Validation($"{path}: a new workbook has a name that ends with .xlsx."));
        }
    }

    /// <summary>Reads a CSV file.</summary>
    /// <exception cref="WorkflowFaultException">It is not UTF-8, or not CSV.</exception>
    public static (IReadOnlyList<string> Columns, List<Json> Rows) Read(string path, byte[] bytes, FunctionArguments arguments)
    {
        if (!Utf8.IsValid(bytes))
        {
            throw new WorkflowFaultException(Fault.Runtime($"{path} is not UTF-8 text."));
        }

        try
        {
            return Read(bytes, arguments);
        }
        catch (CsvFormatException malformed)
        {
            throw new WorkflowFaultException(Fault.Runtime($"{path} is not CSV: {malformed.Message}"), malformed);
        }
    }

    /// <summary>Rows of a CSV text. Where they hold more than the header names, the columns go on by their numbers.</summary>
    /// <exception cref="CsvFormatException">A quote is never closed.</exception>
    public static (IReadOnlyList<string> Columns, List<Json> Rows) Read(byte[] bytes, FunctionArguments arguments)
    {
        var hasHeader = arguments.Flag("header", otherwise: true);
        using var csv = CsvReader.Create(bytes, new CsvReaderOptions
        {
            Separator = Separator(arguments),
            HasHeader = hasHeader,
            TrackLineNumbers = true,
            MissingField = CsvMissingFieldHandling.ReturnEmpty,
            OnMalformedRecord = RefuseOpenQuote,
        });
        csv.ReadHeader();
        var rows = new List<Json[]>();
        while (csv.Read())
        {
            if (rows.Count == MaxRows)
            {
                throw new WorkflowFaultException(Fault.Runtime($"The sheet has more than {MaxRows} rows."));
            }

            rows.Add([.. Enumerable.Range(0, csv.FieldCount).Select(i => Json.Of(csv.GetString(i)))]);
        }

        return hasHeader ? Named([.. csv.Headers], rows, Json.Of("")) : ([], [.. rows.Select(row => Json.Of(row))]);
    }

    /// <summary>Rows as objects by the names of their columns; a cell that the row lacks is <paramref name="missing"/>.</summary>
    public static (IReadOnlyList<string> Columns, List<Json> Rows) Named(string[] header, IReadOnlyList<IReadOnlyList<Json>> rows, Json missing)
    {
        var width = rows.Select(row => Filled(row)).DefaultIfEmpty(0).Max();
        var columns = Distinct(width > header.Length ? [.. header, .. Enumerable.Repeat("", width - header.Length)] : header);
        return (columns, [.. rows.Select(row => new JsonObject(
            columns.Select((column, i) => KeyValuePair.Create(column, i < row.Count ? row[i] : missing)).ToList()))]);
    }

    /// <summary>How many of a row's cells there are up to the last that holds something.</summary>
    private static int Filled(IReadOnlyList<Json> row)
    {
        var count = row.Count;
        while (count > 0 && row[count - 1] is JsonNull or JsonString { Value.Length: 0 })
        {
            count--;
        }

        return count;
    }

    // The rest of the file would be one cell, and rows that are added behind it as well.
    private static void RefuseOpenQuote(CsvMalformedRecord record)
    {
        if (record.Reason == CsvMalformedReason.UnterminatedQuote)
        {
            throw new CsvFormatException($"a quote in the row that begins in line {record.LineNumber} is never closed.");
        }
    }

    /// <summary>The columns to write: those asked for, else every key of the rows in the order of first appearance.</summary>
    public static IReadOnlyList<string> Columns(FunctionArguments arguments, IReadOnlyList<Json> rows)
    {
        if (arguments["columns"] is JsonArray asked)
        {
            return [.. asked.Items.Select(c => ((JsonString)c).Value)];
        }

        var columns = new OrderedDictionary<string, bool>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (row is JsonObject item)
            {
                foreach (var key in item.Members.Keys)
                {
                    columns.TryAdd(key, true);
                }
            }
        }

        return columns.Count <= MaxColumns
            ? [.. columns.Keys]
            : throw new WorkflowFaultException(Fault.Validation($"The argument 'rows' has more than {MaxColumns} columns."));
    }

    public static async Task Write(
        Stream stream, FunctionArguments arguments, IReadOnlyList<string> columns, IReadOnlyList<Json> rows, bool header, CancellationToken cancellation)
    {
        var safe = arguments.Flag("safe", otherwise: true);
        await using var csv = CsvWriter.Create(stream, new CsvWriterOptions
        {
            Separator = Separator(arguments),
            WriteByteOrderMark = header && arguments.Flag("bom"),
            // A cell that begins like a formula would be executed by a spreadsheet that opens the file (OWASP, CSV injection).
            Injection = safe ? CsvInjection.Escape : CsvInjection.None,
        }, leaveOpen: true);
        if (header && columns.Count > 0)
        {
            await csv.WriteRecordAsync([.. columns], cancellation);
        }

        foreach (var row in rows)
        {
            IEnumerable<Json?> cells = row is JsonObject item ? columns.Select(column => item[column]) : ((JsonArray)row).Items;
            foreach (var cell in cells)
            {
                Cell(csv, cell);
            }

            await csv.EndRecordAsync(cancellation);
        }

        await csv.FlushAsync(cancellation);
    }

    private static char Separator(FunctionArguments arguments) => (arguments.TextOrNull("delimiter") ?? ",") is [var one] && char.IsAscii(one) && one is not ('"' or '\r' or '\n')
        ? one
        : throw new WorkflowFaultException(Fault.Validation("The argument 'delimiter' is one ASCII character, such as a comma, a semicolon or a tab, and neither a quote nor a line end."));

    private static void Cell(CsvWriter csv, Json? value)
    {
        switch (value)
        {
            case null or JsonNull:
                csv.WriteField("");
                break;
            case JsonNumber number:
                // As a number, so that a negative one is not taken for a formula.
                csv.WriteField(number.Value, default);
                break;
            case JsonString text:
                csv.WriteField(text.Value);
                break;
            default:
                csv.WriteField(value.ToString());
                break;
        }
    }

    /// <summary>Column names as keys: an empty one gets its number, one that comes again a count.</summary>
    public static List<string> Distinct(string[] header)
    {
        if (header.Length > MaxColumns)
        {
            throw new WorkflowFaultException(Fault.Runtime($"The sheet has more than {MaxColumns} columns."));
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        var columns = new List<string>(header.Length);
        foreach (var (name, i) in header.Select((name, i) => (name.Trim('\uFEFF', ' '), i)))
        {
            var unique = name.Length == 0 ? $"column{i + 1}" : name;
            for (var n = 2; !seen.Add(unique); n++)
            {
                unique = $"{name}_{n}";
            }

            columns.Add(unique);
        }

        return columns;
    }
}
