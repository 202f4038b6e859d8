using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Engine.Workflows.Sheets;

/// <summary>Reads workbooks (ECMA-376, .xlsx). Cells come as they are typed: text, number, boolean, date; an empty one is null, a formula is its last result.</summary>
internal static class WorkbookReader
{
    /// <summary>Most characters of a sheet, or of the texts, that is read.</summary>
    private const long MaxStreamedCharacters = 128L * 1024 * 1024;

    /// <summary>Most characters of a part that is taken into memory as a tree, which is many times larger: styles, and a sheet that rows are added to.</summary>
    private const long MaxTreeCharacters = 32L * 1024 * 1024;

    /// <summary>Most bytes of the whole package once inflated, so that a small file cannot fill the memory.</summary>
    private const long MaxInflatedBytes = 256L * 1024 * 1024;

    /// <summary>Most texts of a workbook, each of which its cells may use many times.</summary>
    private const int MaxSharedTexts = 2_000_000;

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
            RefuseLarge(stream);
            document = SpreadsheetDocument.Open(stream, editable, new OpenSettings { MaxCharactersInPart = MaxTreeCharacters });
            return document.WorkbookPart?.Workbook is null ? throw new InvalidDataException("It holds no workbook.") : document;
        }
        catch (Exception broken) when (IsBroken(broken))
        {
            document?.Dispose();
            throw NotAWorkbook(path, broken);
        }
    }

    private static void RefuseLarge(Stream stream)
    {
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true))
        {
            if (archive.Entries.Sum(entry => (decimal)entry.Length) > MaxInflatedBytes)
            {
                throw new InvalidDataException($"It inflates to more than {MaxInflatedBytes} bytes.");
            }
        }

        stream.Position = 0;
    }

    public static IReadOnlyList<DocumentFormat.OpenXml.Spreadsheet.Sheet> Sheets(WorkbookPart workbook) =>
        [.. workbook.Workbook!.Sheets?.Elements<DocumentFormat.OpenXml.Spreadsheet.Sheet>()
            .Where(sheet => sheet is { Name.Value: not null, Id.Value: not null } && workbook.GetPartById(sheet.Id.Value) is WorksheetPart) ?? []];

    /// <summary>The rows that hold something, cell by cell: read as they come, so that a row or a text of any size takes no more memory than what is kept of it.</summary>
    public static IEnumerable<List<Json>> Rows(string path, WorkbookPart workbook, WorksheetPart part)
    {
        var values = new CellValues(workbook);
        var shared = SharedTexts(path, workbook);
        using var xml = Streamed(part);
        var count = 0;
        while (xml.Read())
        {
            if (xml is not { NodeType: XmlNodeType.Element, LocalName: "row" })
            {
                continue;
            }

            var cells = Cells(path, xml, shared, values);
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

    private static List<Json> Cells(string path, XmlReader xml, List<string> shared, CellValues values)
    {
        var cells = new List<Json>();
        foreach (var _ in Children(xml, "c"))
        {
            var column = xml.GetAttribute("r") is { Length: > 0 } reference ? ColumnOf(reference) : cells.Count;
            if (column >= Sheet.MaxColumns)
            {
                throw new WorkflowFaultException(Fault.Runtime($"{path} has more than {Sheet.MaxColumns} columns."));
            }

            while (cells.Count <= column)
            {
                cells.Add(Json.Null);
            }

            cells[column] = ValueOf(xml, shared, values);
        }

        return cells;
    }

    private static List<string> SharedTexts(string path, WorkbookPart workbook)
    {
        var texts = new List<string>();
        if (workbook.SharedStringTablePart is not { } part)
        {
            return texts;
        }

        using var xml = Streamed(part);
        while (xml.Read())
        {
            if (xml is not { NodeType: XmlNodeType.Element, LocalName: "si" })
            {
                continue;
            }

            if (texts.Count == MaxSharedTexts)
            {
                throw new WorkflowFaultException(Fault.Runtime($"{path} has more than {MaxSharedTexts} texts."));
            }

            texts.Add(TextOf(xml));
        }

        return texts;
    }

    /// <summary>Stands on each element of that name within the current one, one after the other.</summary>
    private static IEnumerable<XmlReader> Children(XmlReader xml, params string[] names)
    {
        if (xml.IsEmptyElement)
        {
            yield break;
        }

        var depth = xml.Depth;
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.NodeType == XmlNodeType.Element && names.Contains(xml.LocalName))
            {
                yield return xml;
            }
        }
    }

    private static XmlReader Streamed(OpenXmlPart part) => XmlReader.Create(
        part.GetStream(FileMode.Open, FileAccess.Read),
        new XmlReaderSettings { CloseInput = true, DtdProcessing = DtdProcessing.Prohibit, IgnoreComments = true, IgnoreProcessingInstructions = true, MaxCharactersInDocument = MaxStreamedCharacters });

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

    /// <summary>The value of the cell that the reader stands on.</summary>
    private static Json ValueOf(XmlReader xml, List<string> shared, CellValues values)
    {
        var kind = xml.GetAttribute("t");
        var style = uint.TryParse(xml.GetAttribute("s"), CultureInfo.InvariantCulture, out var known) ? known : 0;
        string? text = null;
        foreach (var part in Children(xml, kind == "inlineStr" ? "is" : "v"))
        {
            text = part.LocalName == "is" ? TextOf(part) : Content(part);
        }

        return (kind, text) switch
        {
            (_, null) => Json.Null,
            ("s", _) => int.TryParse(text, CultureInfo.InvariantCulture, out var i) && (uint)i < (uint)shared.Count ? Json.Of(shared[i]) : Json.Null,
            ("b", _) => Json.Of(text is "1" or "true"),
            // The text of a formula, an ISO date, or an error such as #N/A.
            ("inlineStr" or "str" or "d" or "e", _) => Json.Of(text),
            _ => NumberOf(text, style, values),
        };
    }

    private static Json NumberOf(string text, uint style, CellValues values) =>
        !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number) ? text.Length == 0 ? Json.Null : Json.Of(text)
        : values.DateText(number, style) is { } date ? Json.Of(date)
        : Json.Of(number);

    /// <summary>The text of the item that the reader stands on, without the phonetic hints that Asian texts carry beside their characters.</summary>
    private static string TextOf(XmlReader xml)
    {
        var hints = int.MaxValue;
        var text = new StringBuilder();
        foreach (var part in Children(xml, "t", "rPh", "r"))
        {
            hints = part.LocalName == "rPh" ? part.Depth : part.Depth <= hints ? int.MaxValue : hints;
            if (part.LocalName == "t" && part.Depth < hints)
            {
                text.Append(Content(part));
            }
        }

        return text.ToString();
    }

    /// <summary>The characters of the element that the reader stands on; then it stands on its end.</summary>
    private static string Content(XmlReader xml)
    {
        if (xml.IsEmptyElement)
        {
            return "";
        }

        var depth = xml.Depth;
        var text = new StringBuilder();
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace)
            {
                text.Append(xml.Value);
            }
        }

        return text.ToString();
    }

    private static bool IsBroken(Exception failure) =>
        failure is OpenXmlPackageException or InvalidDataException or FileFormatException or XmlException or FormatException or KeyNotFoundException or ArgumentOutOfRangeException;

    private static WorkflowFaultException NotAWorkbook(string path, Exception cause) => new(Fault.Runtime($"{path} is not a workbook: {cause.Message}"), cause);
}
