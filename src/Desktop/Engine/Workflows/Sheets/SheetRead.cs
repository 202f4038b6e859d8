using System.Text.Unicode;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Engine.Workflows.Files;

namespace Jarvis.Engine.Workflows.Sheets;

/// <summary>Reads a CSV file into objects by column name (or, without a header, into arrays of text).</summary>
public sealed class SheetRead : JarvisFunction
{
    public override string Name => "sheet.read";

    public override string Summary => "Reads the rows of a CSV file.";

    public override bool Repeatable => true;

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["path"],"properties":{
          "path":{"type":"string","minLength":1},
          "header":{"type":"boolean","default":true,"description":"Whether the first row names the columns."},
          "delimiter":{"type":"string","minLength":1,"maxLength":1,"default":","}}}
        """;

    public override async Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var path = context.Resolve(arguments.Text("path"));
        var bytes = await FileContent.Read(path, cancellation);
        if (!Utf8.IsValid(bytes))
        {
            throw Failed($"{path} is not UTF-8 text.");
        }

        try
        {
            var (columns, rows) = Sheet.Read(bytes, arguments);
            return Json.Of(("columns", Json.Of(columns.Select(c => Json.Of(c)))), ("rows", Json.Of(rows)), ("count", rows.Count));
        }
        catch (CsvHelper.CsvFormatException malformed)
        {
            throw Failed($"{path} is not CSV: {malformed.Message}", malformed);
        }
    }
}
