using System.Globalization;
using System.Text;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Engine.Workflows.Sheets;

/// <summary>Reads workbooks (ECMA-376, .xlsx). Cells come as they are typed: text, number, boolean, date; an empty one is null, a formula is its last result.</summary>
internal static class WorkbookReader
{
    /// <summary>Most characters of one part of the package once inflated, so that a small file cannot fill the memory.</summary>
    private const long MaxPartCharacters = 128L * 1024 * 1024;

    public static (string Sheet, IReadOnlyList<string> Sheets, IReadOnlyList<string> Columns, List<Json> Rows) Read(
        string path, byte[] bytes, Json? wanted, bool hasHeader)
    {
        using var document = Open(path, new MemoryStream(bytes, writable: false), editable: false);
        try
        {
            var workbook = document.WorkbookPart!;
            var sheets = Sheets(workbook);
            var (name, part) = Find(path, workbook, sheets, wanted);
            var rows = Rows(path, workbook, part).ToList();
            var names = sheets.Select(sheet => sheet.Name!.Value!).ToList();
            if (!hasHeader)
            {
                return (name, names, [], [.. rows.Select(row => Json.Of(row))]);
            }

            var header = rows.Count == 0 ? [] : rows[0].Select(cell => cell is JsonString text ? text.Value : cell is JsonNull ? "" : cell.ToString()).ToArray();
            var (columns, named) = Sheet.Named(header, rows.Skip(1).ToList(), Json.Null);
            return (name, names, columns, named);
        }
        catch (Exception broken) when (IsBroken(broken))
        {
            throw NotAWorkbook(path, broken);
        }
    }

    /// <summary>Opens a workbook; faults where the bytes are none.</summary>
    public static SpreadsheetDocument Open(string path, Stream stream, bool editable)
    {
        SpreadsheetDocument? document = null;
        try
        {
            document = SpreadsheetDocument.Open(stream, editable, new OpenSettings { MaxCharactersInPart = MaxPartCharacters });
            return document.WorkbookPart?.Workbook is null ? throw new InvalidDataException("It holds no workbook.") : document;
        }
        catch (Exception broken) when (IsBroken(broken))
        {
            document?.Dispose();
            throw NotAWorkbook(path, broken);
        }
    }

    public static IReadOnlyList<DocumentFormat.OpenXml.Spreadsheet.Sheet> Sheets(WorkbookPart workbook) =>
        [.. workbook.Workbook!.Sheets?.Elements<DocumentFormat.OpenXml.Spreadsheet.Sheet>()
            .Where(sheet => sheet is { Name.Value: not null, Id.Value: not null } && workbook.GetPartById(sheet.Id.Value) is WorksheetPart) ?? []];

    /// <summary>The rows that hold something, cell by cell.</summary>
    public static IEnumerable<List<Json>> Rows(string path, WorkbookPart workbook, WorksheetPart part)
    {
        var values = new CellValues(workbook);
        var shared = workbook.SharedStringTablePart?.SharedStringTable?.Elements<SharedStringItem>().Select(TextOf).ToArray() ?? [];
        using var reader = OpenXmlReader.Create(part);
        var count = 0;
        while (reader.Read())
        {
            if (reader.ElementType != typeof(Row) || !reader.IsStartElement)
            {
                continue;
            }

            var cells = new List<Json>();
            foreach (var cell in ((Row)reader.LoadCurrentElement()!).Elements<Cell>())
            {
                var column = cell.CellReference?.Value is { Length: > 0 } reference ? ColumnOf(reference) : cells.Count;
                if (column >= Sheet.MaxColumns)
                {
                    throw new WorkflowFaultException(Fault.Runtime($"{path} has more than {Sheet.MaxColumns} columns."));
                }

                while (cells.Count <= column)
                {
                    cells.Add(Json.Null);
                }

                cells[column] = ValueOf(cell, shared, values);
            }

            if (cells.TrueForAll(cell => cell is JsonNull))
            {
                continue;
            }

            if (++count > Sheet.MaxRows + 1)
            {
                throw new WorkflowFaultException(Fault.Runtime($"{path} has more than {Sheet.MaxRows} rows."));
            }

            yield return cells;
        }
    }

    /// <summary>The letters of a cell's place, from 0: <c>A</c> is 0, <c>AA</c> 26.</summary>
    public static int ColumnOf(string reference)
    {
        var column = 0;
        foreach (var letter in reference.TakeWhile(char.IsAsciiLetter).Take(4))
        {
            column = (column * 26) + (char.ToUpperInvariant(letter) - 'A' + 1);
        }

        return Math.Max(column - 1, 0);
    }

    public static (string Name, WorksheetPart Part) Find(
        string path, WorkbookPart workbook, IReadOnlyList<DocumentFormat.OpenXml.Spreadsheet.Sheet> sheets, Json? wanted)
    {
        var found = wanted switch
        {
            null => sheets.Count > 0 ? sheets[0] : null,
            JsonNumber number => sheets.ElementAtOrDefault((int)number.Value - 1),
            _ => sheets.FirstOrDefault(sheet => string.Equals(sheet.Name!.Value, (wanted as JsonString)?.Value, StringComparison.OrdinalIgnoreCase)),
        };
        return found is null
            ? throw new WorkflowFaultException(Fault.Runtime(
                $"{path} has no sheet {wanted}; it has {string.Join(", ", sheets.Take(20).Select(sheet => $"'{sheet.Name!.Value}'"))}."))
            : (found.Name!.Value!, (WorksheetPart)workbook.GetPartById(found.Id!.Value!));
    }

    private static Json ValueOf(Cell cell, string[] shared, CellValues values)
    {
        var kind = cell.DataType?.Value ?? DocumentFormat.OpenXml.Spreadsheet.CellValues.Number;
        if (kind == DocumentFormat.OpenXml.Spreadsheet.CellValues.InlineString)
        {
            return cell.InlineString is { } inline ? Json.Of(TextOf(inline)) : Json.Null;
        }

        if (cell.CellValue?.Text is not { } text)
        {
            return Json.Null;
        }

        if (kind == DocumentFormat.OpenXml.Spreadsheet.CellValues.SharedString)
        {
            return int.TryParse(text, CultureInfo.InvariantCulture, out var i) && (uint)i < (uint)shared.Length ? Json.Of(shared[i]) : Json.Null;
        }

        if (kind == DocumentFormat.OpenXml.Spreadsheet.CellValues.Boolean)
        {
            return Json.Of(text is "1" or "true");
        }

        if (kind != DocumentFormat.OpenXml.Spreadsheet.CellValues.Number)
        {
            // The text of a formula, an ISO date, or an error such as #N/A.
            return Json.Of(text);
        }

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            return text.Length == 0 ? Json.Null : Json.Of(text);
        }

        return values.DateText(number, cell.StyleIndex?.Value ?? 0) is { } date ? Json.Of(date) : Json.Of(number);
    }

    // Without the phonetic hints that Asian texts carry beside their characters.
    private static string TextOf(RstType item)
    {
        if (item.Text is { } plain)
        {
            return plain.Text;
        }

        var text = new StringBuilder();
        foreach (var run in item.Elements<Run>())
        {
            text.Append(run.Text?.Text);
        }

        return text.ToString();
    }

    private static bool IsBroken(Exception failure) =>
        failure is OpenXmlPackageException or InvalidDataException or FileFormatException or System.Xml.XmlException or FormatException or KeyNotFoundException or ArgumentOutOfRangeException;

    private static WorkflowFaultException NotAWorkbook(string path, Exception cause) => new(Fault.Runtime($"{path} is not a workbook: {cause.Message}"), cause);
}
