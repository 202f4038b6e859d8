using System.Buffers;
using System.Globalization;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Engine.Workflows.Sheets;

/// <summary>One sheet to write.</summary>
internal sealed record SheetContent(string Name, IReadOnlyList<string> Columns, IReadOnlyList<Json> Rows);

/// <summary>Writes workbooks. Texts are never formulas; a text that is an ISO 8601 date becomes a date unless dates are not wanted.</summary>
internal static class WorkbookWriter
{
    /// <summary>Most characters of one cell, the limit of the programs that open it.</summary>
    public const int MaxCellCharacters = 32_767;

    /// <summary>Most characters of a sheet's name.</summary>
    public const int MaxNameCharacters = 31;

    /// <summary>Own number formats begin here (18.8.30).</summary>
    private const uint FirstOwnFormat = 164;

    private static readonly SearchValues<char> NotInNames = SearchValues.Create("[]:*?/\\");

    private const string DateCode = "yyyy\\-mm\\-dd";

    private const string InstantCode = DateCode + "\\ hh:mm:ss";

    public static byte[] Write(IReadOnlyList<SheetContent> sheets, bool header, bool dates)
    {
        using var memory = new MemoryStream();
        using (var document = SpreadsheetDocument.Create(memory, SpreadsheetDocumentType.Workbook))
        {
            var workbook = document.AddWorkbookPart();
            workbook.Workbook = new Workbook(new DocumentFormat.OpenXml.Spreadsheet.Sheets());
            var styles = AddStyles(workbook);
            foreach (var sheet in sheets)
            {
                AddSheet(workbook, sheet, header, dates ? styles : styles with { Date = 0, Instant = 0 });
            }

            workbook.Workbook.Save();
        }

        return memory.ToArray();
    }

    /// <summary>The workbook with rows added at the end of a sheet, which is made where it is missing. Everything else stays as it is.</summary>
    public static byte[] Append(string path, byte[] old, string? wanted, FunctionArguments arguments, IReadOnlyList<Json> rows, bool dates)
    {
        using var memory = new MemoryStream();
        memory.Write(old);
        using (var document = WorkbookReader.Open(path, memory, editable: true))
        {
            var workbook = document.WorkbookPart!;
            var styles = AddStyles(workbook);
            styles = dates ? styles : styles with { Date = 0, Instant = 0 };
            var sheets = WorkbookReader.Sheets(workbook);
            if (wanted is not null && !sheets.Any(sheet => string.Equals(sheet.Name!.Value, wanted, StringComparison.OrdinalIgnoreCase)))
            {
                AddSheet(workbook, new SheetContent(Name(wanted), Sheet.Columns(arguments, rows), rows), header: true, styles);
            }
            else
            {
                AddRows(path, workbook, WorkbookReader.Find(path, workbook, sheets, wanted is null ? null : Json.Of(wanted)).Part, rows, styles);
            }

            workbook.Workbook!.Save();
        }

        return memory.ToArray();
    }

    /// <summary>A name that a sheet may have.</summary>
    public static string Name(string name) => name.Length is > 0 and <= MaxNameCharacters && !name.AsSpan().ContainsAny(NotInNames) && name[0] != '\'' && name[^1] != '\''
        ? name
        : throw new WorkflowFaultException(Fault.Validation(
            $"'{name}' cannot be a sheet's name: 1 to {MaxNameCharacters} characters, none of [ ] : * ? / \\, no quote at either end."));

    private static void AddRows(string path, WorkbookPart workbook, WorksheetPart part, IReadOnlyList<Json> rows, Styles styles)
    {
        var first = WorkbookReader.Rows(path, workbook, part).FirstOrDefault();
        IReadOnlyList<string> columns = first is null
            ? Sheet.Columns(new FunctionArguments(JsonObject.Empty), rows)
            : Sheet.Distinct([.. first.Select(cell => (cell as JsonString)?.Value ?? (cell is JsonNull ? "" : cell.ToString()))]);
        var unknown = rows.OfType<JsonObject>().SelectMany(row => row.Members.Keys).FirstOrDefault(key => !columns.Contains(key));
        if (unknown is not null)
        {
            throw new WorkflowFaultException(Fault.Runtime($"{path} has no column '{unknown}'."));
        }

        var worksheet = part.Worksheet!;
        var data = worksheet.GetFirstChild<SheetData>() ?? worksheet.AppendChild(new SheetData());
        var index = data.Elements<Row>().Select(row => row.RowIndex?.Value ?? 0).DefaultIfEmpty(0u).Max();
        if (first is null)
        {
            data.AppendChild(RowOf(++index, columns.Select(column => Json.Of(column)), styles.Header, styles));
        }

        foreach (var row in rows)
        {
            data.AppendChild(RowOf(++index, Cells(row, columns), 0, styles));
        }

        // It names the used range, which has grown.
        worksheet.GetFirstChild<SheetDimension>()?.Remove();
        worksheet.Save();
    }

    private static void AddSheet(WorkbookPart workbook, SheetContent content, bool header, Styles styles)
    {
        var part = workbook.AddNewPart<WorksheetPart>();
        using (var writer = OpenXmlWriter.Create(part))
        {
            writer.WriteStartElement(new Worksheet());
            if (header && content.Columns.Count > 0)
            {
                writer.WriteElement(new SheetViews(new SheetView(
                    new Pane { VerticalSplit = 1, TopLeftCell = "A2", ActivePane = PaneValues.BottomLeft, State = PaneStateValues.Frozen }) { WorkbookViewId = 0 }));
            }

            writer.WriteStartElement(new SheetData());
            var index = 0u;
            if (header && content.Columns.Count > 0)
            {
                writer.WriteElement(RowOf(++index, content.Columns.Select(column => Json.Of(column)), styles.Header, styles));
            }

            foreach (var row in content.Rows)
            {
                writer.WriteElement(RowOf(++index, Cells(row, content.Columns), 0, styles));
            }

            writer.WriteEndElement();
            writer.WriteEndElement();
        }

        var sheets = workbook.Workbook!.Sheets ??= new DocumentFormat.OpenXml.Spreadsheet.Sheets();
        sheets.AppendChild(new DocumentFormat.OpenXml.Spreadsheet.Sheet
        {
            Id = workbook.GetIdOfPart(part),
            Name = content.Name,
            SheetId = sheets.Elements<DocumentFormat.OpenXml.Spreadsheet.Sheet>().Select(sheet => sheet.SheetId?.Value ?? 0).DefaultIfEmpty(0u).Max() + 1,
        });
    }

    private static IEnumerable<Json?> Cells(Json row, IReadOnlyList<string> columns) =>
        row is JsonObject item ? columns.Select(column => item[column]) : ((JsonArray)row).Items;

    private static Row RowOf(uint index, IEnumerable<Json?> values, uint style, Styles styles)
    {
        var row = new Row { RowIndex = index };
        var column = 0;
        foreach (var value in values)
        {
            if (column >= Sheet.MaxColumns)
            {
                throw new WorkflowFaultException(Fault.Validation($"A row has more than {Sheet.MaxColumns} cells."));
            }

            if (CellOf(value, style, styles) is { } cell)
            {
                cell.CellReference = Letters(column) + index.ToString(CultureInfo.InvariantCulture);
                row.AppendChild(cell);
            }

            column++;
        }

        return row;
    }

    private static Cell? CellOf(Json? value, uint style, Styles styles)
    {
        switch (value)
        {
            case null or JsonNull:
                return null;
            case JsonNumber number when double.IsFinite(number.Value):
                return new Cell { CellValue = new CellValue(number.Value), StyleIndex = style };
            case JsonBoolean flag:
                return new Cell { CellValue = new CellValue(flag.Value), DataType = DocumentFormat.OpenXml.Spreadsheet.CellValues.Boolean, StyleIndex = style };
            case JsonString text when styles.Date > 0 && style == 0 && CellValues.Serial(text.Value) is { } date:
                return new Cell { CellValue = new CellValue(date.Days), StyleIndex = date.HasTime ? styles.Instant : styles.Date };
            default:
                var written = value is JsonString plain ? plain.Value : value.ToString();
                if (written.Length > MaxCellCharacters)
                {
                    throw new WorkflowFaultException(Fault.Validation($"A cell holds {written.Length} characters; at most {MaxCellCharacters} go into one."));
                }

                return new Cell
                {
                    DataType = DocumentFormat.OpenXml.Spreadsheet.CellValues.InlineString,
                    InlineString = new InlineString(new Text(Printable(written)) { Space = SpaceProcessingModeValues.Preserve }),
                    StyleIndex = style,
                };
        }
    }

    // XML 1.0 has no way to write most control characters and halves of surrogate pairs.
    private static string Printable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!System.Xml.XmlConvert.IsXmlChar(text[i]) && !(i + 1 < text.Length && System.Xml.XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i])))
            {
                return new string([.. text.EnumerateRunes().SelectMany(rune => rune.Value is 0xFFFD or < 0x20 and not (9 or 10 or 13) ? " " : rune.ToString())]);
            }

            i += char.IsHighSurrogate(text[i]) ? 1 : 0;
        }

        return text;
    }

    private static string Letters(int column) =>
        column < 26 ? ((char)('A' + column)).ToString() : Letters((column / 26) - 1) + (char)('A' + (column % 26));

    private static Styles AddStyles(WorkbookPart workbook)
    {
        var part = workbook.WorkbookStylesPart ?? workbook.AddNewPart<WorkbookStylesPart>();
        var sheet = part.Stylesheet ??= new Stylesheet(
            new Fonts(new Font()), new Fills(new Fill(new PatternFill { PatternType = PatternValues.None }), new Fill(new PatternFill { PatternType = PatternValues.Gray125 })),
            new Borders(new Border()), new CellStyleFormats(new CellFormat()), new CellFormats(new CellFormat()));
        var formats = sheet.NumberingFormats ?? sheet.InsertAt(new NumberingFormats(), 0)!;
        if (Own(sheet, formats) is { } known)
        {
            return known;
        }

        var free = Math.Max(formats.Elements<NumberingFormat>().Select(f => f.NumberFormatId?.Value ?? 0).DefaultIfEmpty(0u).Max() + 1, FirstOwnFormat);
        formats.AppendChild(new NumberingFormat { NumberFormatId = free, FormatCode = DateCode });
        formats.AppendChild(new NumberingFormat { NumberFormatId = free + 1, FormatCode = InstantCode });
        var fonts = sheet.Fonts ??= new Fonts(new Font());
        fonts.AppendChild(new Font(new Bold()));
        var cells = sheet.CellFormats ??= new CellFormats(new CellFormat());
        var next = (uint)cells.Elements<CellFormat>().Count();
        cells.AppendChild(new CellFormat { NumberFormatId = free, ApplyNumberFormat = true });
        cells.AppendChild(new CellFormat { NumberFormatId = free + 1, ApplyNumberFormat = true });
        cells.AppendChild(new CellFormat { FontId = (uint)fonts.Elements<Font>().Count() - 1, ApplyFont = true });
        formats.Count = null;
        fonts.Count = null;
        cells.Count = null;
        sheet.Save();
        return new Styles(next, next + 1, next + 2);
    }

    /// <summary>
    /// The three formats where an earlier call left them, one behind the other. Another program's workbook may have the same code of a date too, with
    /// formats of its own behind it.
    /// </summary>
    private static Styles? Own(Stylesheet sheet, NumberingFormats formats)
    {
        var codes = formats.Elements<NumberingFormat>().Where(f => f.NumberFormatId?.Value is not null).ToLookup(f => f.NumberFormatId!.Value, f => f.FormatCode?.Value);
        bool Has(CellFormat format, string code) => codes[format.NumberFormatId?.Value ?? 0].Contains(code);
        CellFormat[] cells = [.. sheet.CellFormats?.Elements<CellFormat>() ?? []];
        Font[] fonts = [.. sheet.Fonts?.Elements<Font>() ?? []];
        for (var at = 0; at + 2 < cells.Length; at++)
        {
            if (Has(cells[at], DateCode) && Has(cells[at + 1], InstantCode) && cells[at + 2].NumberFormatId is null
                && cells[at + 2].FontId?.Value is { } font && font < fonts.Length && fonts[font].Bold is not null)
            {
                return new Styles((uint)at, (uint)at + 1, (uint)at + 2);
            }
        }

        return null;
    }

    /// <summary>Indices of the cell formats; 0 where dates stay text.</summary>
    private sealed record Styles(uint Date, uint Instant, uint Header);
}
