using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Workflows.Files;

namespace Jarvis.Engine.Workflows.Sheets;

/// <summary>
/// Writes a whole CSV file or workbook. Cells that a spreadsheet would run as a formula are made harmless unless <c>safe</c> is false;
/// a workbook's texts are never formulas.
/// </summary>
public sealed class SheetWrite : JarvisFunction
{
    public override string Name => "sheet.write";

    public override string Summary => "Writes rows as a CSV file or a workbook, replacing what was there.";

    public override bool Repeatable => true;

    public override string Example => """{"path":"prices.xlsx","sheets":[{"name":"January","rows":[{"day":"2026-01-31","price":9.5}]}]}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["path"],"properties":{
          "path":{"type":"string","minLength":1,"description":"A CSV file, or a workbook (.xlsx)."},
          "rows":{"type":"array","items":{"type":["object","array"]}},
          "sheet":{"type":"string","minLength":1,"maxLength":31,"description":"Name of the workbook's one sheet."},
          "sheets":{"type":"array","minItems":1,"maxItems":100,"description":"Several sheets of a workbook, instead of rows.","items":
            {"type":"object","additionalProperties":false,"required":["name","rows"],"properties":{
              "name":{"type":"string","minLength":1,"maxLength":31},
              "rows":{"type":"array","items":{"type":["object","array"]}},
              "columns":{"type":"array","items":{"type":"string"}}}}},
          "columns":{"type":"array","items":{"type":"string"},"description":"Order of the columns; without it as the rows bring them."},
          "header":{"type":"boolean","default":true},
          "dates":{"type":"boolean","default":true,"description":"Of a workbook: texts such as 2026-01-31 or 2026-01-31T09:30:00 become dates."},
          "delimiter":{"type":"string","minLength":1,"maxLength":1,"default":","},
          "bom":{"type":"boolean","default":false,"description":"Of a CSV file: begins with a byte order mark, which some spreadsheets need to see UTF-8."},
          "safe":{"type":"boolean","default":true,"description":"Of a CSV file: makes cells that look like formulas harmless."}},
         "oneOf":[{"required":["rows"]},{"required":["sheets"]}]}
        """;

    public override async Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var path = context.Resolve(arguments.Text("path"));
        var header = arguments.Flag("header", otherwise: true);
        if (Sheet.IsWorkbook(path))
        {
            Sheet.RefuseMacros(path);
            var sheets = Sheets(arguments);
            var bytes = WorkbookWriter.Write(sheets, header, arguments.Flag("dates", otherwise: true));
            await FileContent.Replace(path, stream => stream.WriteAsync(bytes, cancellation).AsTask(), cancellation);
            return Json.Of(
                ("path", path), ("rows", sheets.Sum(sheet => sheet.Rows.Count)), ("columns", Json.Of(sheets[0].Columns.Select(c => Json.Of(c)))),
                ("sheets", Json.Of(sheets.Select(sheet => Json.Of(sheet.Name)))));
        }

        if (arguments["sheets"] is not null || arguments["sheet"] is not null)
        {
            throw new WorkflowFaultException(Fault.Validation($"Sheets have a name in a workbook only; {path} does not end with .xlsx."));
        }

        var rows = arguments.List("rows");
        var columns = Sheet.Columns(arguments, rows);
        await FileContent.Replace(path, stream => Sheet.Write(stream, arguments, columns, rows, header, cancellation), cancellation);
        return Json.Of(("path", path), ("rows", rows.Count), ("columns", Json.Of(columns.Select(c => Json.Of(c)))));
    }

    private static List<SheetContent> Sheets(FunctionArguments arguments)
    {
        if (arguments["sheets"] is not JsonArray several)
        {
            return [Content(WorkbookWriter.Name(arguments.TextOrNull("sheet") ?? "Sheet1"), arguments)];
        }

        var sheets = several.Items.Select(item => new FunctionArguments((JsonObject)item)).Select(sheet => Content(WorkbookWriter.Name(sheet.Text("name")), sheet)).ToList();
        return sheets.GroupBy(sheet => sheet.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw new WorkflowFaultException(Fault.Validation($"Two sheets have the name '{twice.Key}'."))
            : sheets;
    }

    private static SheetContent Content(string name, FunctionArguments arguments)
    {
        var rows = arguments.List("rows");
        return rows.Count <= Sheet.MaxRows
            ? new SheetContent(name, Sheet.Columns(arguments, rows), rows)
            : throw new WorkflowFaultException(Fault.Validation($"The sheet '{name}' has more than {Sheet.MaxRows} rows."));
    }
}
