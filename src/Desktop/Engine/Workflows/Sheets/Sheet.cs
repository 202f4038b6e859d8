using System.Globalization;
using System.Text;
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

    public static CsvConfiguration Configuration(FunctionArguments arguments, bool hasHeader = true) => new(CultureInfo.InvariantCulture)
    {
        Delimiter = arguments.TextOrNull("delimiter") ?? ",",
        HasHeaderRecord = hasHeader,
        NewLine = "\r\n",
        BadDataFound = null,
        MissingFieldFound = null,
        // A cell that begins like a formula would be executed by a spreadsheet that opens the file (OWASP, CSV injection).
        InjectionOptions = arguments.Flag("safe", otherwise: true) ? InjectionOptions.Escape : InjectionOptions.None,
        // Negative numbers are written by Cell as numbers and stay as they are.
        InjectionCharacters = ['=', '@', '+', '\t', '\r'],
    };

    public static (IReadOnlyList<string> Columns, List<Json> Rows) Read(TextReader text, FunctionArguments arguments)
    {
        var hasHeader = arguments.Flag("header", otherwise: true);
        using var csv = new CsvReader(text, Configuration(arguments, hasHeader));
        IReadOnlyList<string>? columns = null;
        var rows = new List<Json>();
        if (hasHeader)
        {
            if (!csv.Read())
            {
                return ([], rows);
            }

            csv.ReadHeader();
            columns = Distinct(csv.HeaderRecord ?? []);
        }

        while (csv.Read())
        {
            if (rows.Count == MaxRows)
            {
                throw new WorkflowFaultException(Fault.Runtime($"The sheet has more than {MaxRows} rows."));
            }

            var cells = csv.Parser.Record ?? [];
            rows.Add(columns is null
                ? Json.Of(cells.Select(cell => Json.Of(cell)))
                : new JsonObject(columns.Select((column, i) => KeyValuePair.Create(column, Json.Of(i < cells.Length ? cells[i] : "")))));
        }

        return (columns ?? [], rows);
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
        await using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: header && arguments.Flag("bom")), leaveOpen: true);
        await using var csv = new CsvWriter(text, Configuration(arguments), leaveOpen: true);
        if (header && columns.Count > 0)
        {
            foreach (var column in columns)
            {
                csv.WriteField(column);
            }

            await csv.NextRecordAsync();
        }

        foreach (var row in rows)
        {
            cancellation.ThrowIfCancellationRequested();
            if (row is JsonObject item)
            {
                foreach (var column in columns)
                {
                    Cell(csv, item[column]);
                }
            }
            else
            {
                foreach (var cell in ((JsonArray)row).Items)
                {
                    Cell(csv, cell);
                }
            }

            await csv.NextRecordAsync();
        }
    }

    private static void Cell(CsvWriter csv, Json? value)
    {
        switch (value)
        {
            case null or JsonNull:
                csv.WriteField("");
                break;
            case JsonString text when text.Value.StartsWith('-') && !double.TryParse(text.Value, CultureInfo.InvariantCulture, out _)
                && csv.Configuration.InjectionOptions == InjectionOptions.Escape:
                csv.WriteField("'" + text.Value);
                break;
            case JsonString text:
                csv.WriteField(text.Value);
                break;
            default:
                csv.WriteField(value.ToString());
                break;
        }
    }

    private static List<string> Distinct(string[] header)
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
