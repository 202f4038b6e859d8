using Jarvis.Domain.Workflows.Data;
using Jarvis.Engine.Workflows.Files;

namespace Jarvis.Engine.Workflows.Sheets;

/// <summary>
/// Adds rows at the end of a CSV file or of a workbook's sheet, in the order of its columns; makes file and sheet where they are
/// missing, and leaves everything else in a workbook as it is. It is not repeated
/// after a crash in flight, because nobody can tell then whether the rows are in already.
/// </summary>
public sealed class SheetAppend : JarvisFunction
{
    public override string Name => "sheet.append";

    public override string Summary => "Adds rows to a CSV file or to a workbook's sheet.";

    public override string Example => """{"path":"prices.xlsx","rows":[{"day":"2026-02-01","price":9.7}]}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["path","rows"],"properties":{
          "path":{"type":"string","minLength":1,"description":"A CSV file, or a workbook (.xlsx)."},
          "sheet":{"type":"string","minLength":1,"maxLength":31,"description":"The workbook's sheet; the first without it."},
          "dates":{"type":"boolean","default":true,"description":"Of a workbook: texts such as 2026-01-31 become dates."},
          "rows":{"type":"array","items":{"type":["object","array"]}},
          "columns":{"type":"array","items":{"type":"string"},"description":"Order of the columns where the file is new."},
          "delimiter":{"type":"string","minLength":1,"maxLength":1,"default":","},
          "safe":{"type":"boolean","default":true,"description":"Makes cells that look like formulas harmless."}}}
        """;

    public override async Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var path = context.Resolve(arguments.Text("path"));
        var rows = arguments.List("rows");
        var old = File.Exists(path) ? await FileContent.Read(path, cancellation) : [];
        if (Sheet.IsWorkbook(path))
        {
            if (old.Length == 0)
            {
                Sheet.RefuseMacros(path);
            }

            var dates = arguments.Flag("dates", otherwise: true);
            var bytes = old.Length > 0
                ? WorkbookWriter.Append(path, old, arguments.TextOrNull("sheet"), arguments, rows, dates)
                : WorkbookWriter.Write(
                    [new SheetContent(WorkbookWriter.Name(arguments.TextOrNull("sheet") ?? "Sheet1"), Sheet.Columns(arguments, rows), rows)], header: true, dates);
            await FileContent.Replace(path, stream => stream.WriteAsync(bytes, cancellation).AsTask(), cancellation);
            return Json.Of(("path", path), ("rows", rows.Count));
        }

        var columns = Sheet.Columns(arguments, rows);
        if (old.Length > 0)
        {
            columns = Sheet.Read(path, old, new FunctionArguments(JsonObject.Empty.With("delimiter", arguments.TextOrNull("delimiter") ?? ","))).Columns;
            var unknown = rows.OfType<JsonObject>().SelectMany(row => row.Members.Keys).FirstOrDefault(key => !columns.Contains(key));
            if (unknown is not null)
            {
                throw Failed($"{path} has no column '{unknown}'.");
            }
        }

        await FileContent.Replace(
            path,
            async stream =>
            {
                await stream.WriteAsync(old, cancellation);
                if (old.Length > 0 && old[^1] != '\n')
                {
                    await stream.WriteAsync("\r\n"u8.ToArray(), cancellation);
                }

                await Sheet.Write(stream, arguments, columns, rows, header: old.Length == 0, cancellation);
            },
            cancellation);
        return Json.Of(("path", path), ("rows", rows.Count));
    }
}
