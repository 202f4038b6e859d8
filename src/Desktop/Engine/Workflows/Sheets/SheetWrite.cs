using Jarvis.Domain.Workflows.Data;
using Jarvis.Engine.Workflows.Files;

namespace Jarvis.Engine.Workflows.Sheets;

/// <summary>Writes a whole CSV file. Cells that a spreadsheet would run as a formula are made harmless unless <c>safe</c> is false.</summary>
public sealed class SheetWrite : JarvisFunction
{
    public override string Name => "sheet.write";

    public override string Summary => "Writes rows as a CSV file, replacing what was there.";

    public override bool Repeatable => true;

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["path","rows"],"properties":{
          "path":{"type":"string","minLength":1},
          "rows":{"type":"array","items":{"type":["object","array"]}},
          "columns":{"type":"array","items":{"type":"string"},"description":"Order of the columns; without it as the rows bring them."},
          "header":{"type":"boolean","default":true},
          "delimiter":{"type":"string","minLength":1,"maxLength":1,"default":","},
          "bom":{"type":"boolean","default":false,"description":"Begins with a byte order mark, which some spreadsheets need to see UTF-8."},
          "safe":{"type":"boolean","default":true,"description":"Makes cells that look like formulas harmless."}}}
        """;

    public override async Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var path = context.Resolve(arguments.Text("path"));
        var rows = arguments.List("rows");
        var columns = Sheet.Columns(arguments, rows);
        await FileContent.Replace(
            path, stream => Sheet.Write(stream, arguments, columns, rows, arguments.Flag("header", otherwise: true), cancellation), cancellation);
        return Json.Of(("path", path), ("rows", rows.Count), ("columns", Json.Of(columns.Select(c => Json.Of(c)))));
    }
}
