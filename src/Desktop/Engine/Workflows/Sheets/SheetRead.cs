using System.Globalization;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Engine.Workflows.Files;

namespace Jarvis.Engine.Workflows.Sheets;

/// <summary>
/// Reads a CSV file or a sheet of a workbook into objects by column name (or, without a header, into arrays). A CSV file knows only
/// text; <c>types</c> makes numbers and booleans of what looks like them. A workbook's cells come as they are typed.
/// </summary>
public sealed class SheetRead : JarvisFunction
{
    public override string Name => "sheet.read";

    public override string Summary => "Reads the rows of a CSV file or of a workbook's sheet.";

    public override bool Repeatable => true;

    public override string Example => """{"path":"prices.xlsx","sheet":"January"}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["path"],"properties":{
          "path":{"type":"string","minLength":1,"description":"A CSV file, or a workbook (.xlsx, .xlsm)."},
          "sheet":{"type":["string","integer"],"minLength":1,"minimum":1,"description":"Name or number (from 1) of the workbook's sheet; the first without it."},
          "header":{"type":"boolean","default":true,"description":"Whether the first row names the columns."},
          "types":{"type":"boolean","default":false,"description":"Of a CSV file: makes numbers and booleans of cells that look like them, and null of empty ones."},
          "delimiter":{"type":"string","minLength":1,"maxLength":1,"default":","}}}
        """;

    public override async Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var path = context.Resolve(arguments.Text("path"));
        var bytes = await FileContent.Read(path, cancellation);
        if (Sheet.IsWorkbook(path))
        {
            var book = WorkbookReader.Read(path, bytes, arguments["sheet"], arguments.Flag("header", otherwise: true));
            return Json.Of(
                ("columns", Json.Of(book.Columns.Select(c => Json.Of(c)))), ("rows", Json.Of(book.Rows)), ("count", book.Rows.Count),
                ("sheet", book.Sheet), ("sheets", Json.Of(book.Sheets.Select(name => Json.Of(name)))));
        }

        if (arguments["sheet"] is not null)
        {
            throw Failed($"{path} is not a workbook, and has no sheets.");
        }

        var (columns, rows) = Sheet.Read(path, bytes, arguments);
        return Json.Of(
            ("columns", Json.Of(columns.Select(c => Json.Of(c)))),
            ("rows", Json.Of(arguments.Flag("types") ? rows.Select(Typed) : rows)), ("count", rows.Count));
    }

    private static Json Typed(Json row) => row is JsonObject item
        ? new JsonObject(item.Members.Select(cell => KeyValuePair.Create(cell.Key, OfText(cell.Value))).ToList())
        : Json.Of(((JsonArray)row).Items.Select(OfText));

    // What would not print as it stands in the file (007, 1e5, a number of twenty digits) is not a number but a name of something.
    private static Json OfText(Json cell) => ((JsonString)cell).Value switch
    {
        "" => Json.Null,
        "true" or "TRUE" => Json.True,
        "false" or "FALSE" => Json.False,
        { Length: <= 17 } text when double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && IsPlain(text) => Json.Of(number),
        var text => Json.Of(text),
    };

    private static bool IsPlain(string text)
    {
        var digits = text.AsSpan().TrimStart('-');
        return digits.Length > 0 && char.IsAsciiDigit(digits[0]) && char.IsAsciiDigit(digits[^1]) && (digits[0] != '0' || digits.Length == 1 || digits[1] == '.');
    }
}
