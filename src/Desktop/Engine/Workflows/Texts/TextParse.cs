using System.Text;
using System.Text.Json;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Workflows.Sheets;

namespace Jarvis.Engine.Workflows.Texts;

/// <summary>Parses a text that came from somewhere else than a file: CSV into rows, JSON lines into values, lines of <c>key: value</c> or <c>key=value</c> into an object.</summary>
public sealed class TextParse : JarvisFunction
{
    public override string Name => "text.parse";

    public override string Summary => "Reads a text of CSV, JSON lines or key and value lines.";

    public override bool Repeatable => true;

    public override string Example => """{"text":"name,sum\nLi,3","as":"csv"}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["text"],"properties":{
          "text":{"type":"string"},
          "as":{"enum":["csv","jsonLines","keyValues"],"default":"csv"},
          "header":{"type":"boolean","default":true,"description":"Of CSV: whether the first row names the columns."},
          "delimiter":{"type":"string","minLength":1,"maxLength":1,"default":","}}}
        """;

    public override Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var text = TextPattern.Subject(arguments);
        return Task.FromResult((arguments.TextOrNull("as") ?? "csv") switch
        {
            "jsonLines" => Json.Of(Lines(text).Select(line => Value(line.Text, line.Number)).ToList()),
            "keyValues" => KeyValues(text),
            _ => Csv(text, arguments),
        });
    }

    private static Json Csv(string text, FunctionArguments arguments)
    {
        try
        {
            return Json.Of(Sheet.Read(Encoding.UTF8.GetBytes(text), arguments).Rows);
        }
        catch (CsvHelper.CsvFormatException malformed)
        {
            throw new WorkflowFaultException(Fault.Validation($"The argument 'text' is not CSV: {malformed.Message}"), malformed);
        }
    }

    private static Json Value(string line, int number)
    {
        try
        {
            return Json.Parse(line);
        }
        catch (JsonException malformed)
        {
            throw new WorkflowFaultException(Fault.Validation($"Line {number} is not JSON: {malformed.Message}"), malformed);
        }
    }

    // Lines that begin with # or ; and sections in brackets say nothing of a value.
    private static JsonObject KeyValues(string text)
    {
        var values = new OrderedDictionary<string, Json>(StringComparer.Ordinal);
        foreach (var (line, number) in Lines(text).Where(line => line.Text[0] is not ('#' or ';' or '[')))
        {
            var at = line.AsSpan().IndexOfAny(':', '=');
            if (at <= 0)
            {
                throw new WorkflowFaultException(Fault.Validation($"Line {number} is not a key with a value."));
            }

            values[line[..at].Trim()] = Json.Of(line[(at + 1)..].Trim());
        }

        return new JsonObject(values.ToList());
    }

    private static IEnumerable<(string Text, int Number)> Lines(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n', Sheet.MaxRows + 2);
        return lines.Length <= Sheet.MaxRows + 1
            ? lines.Select((line, i) => (line.Trim(), i + 1)).Where(line => line.Item1.Length > 0)
            : throw Failed($"The text has more than {Sheet.MaxRows} lines.");
    }
}
