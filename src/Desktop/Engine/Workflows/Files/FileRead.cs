using System.Text;
using System.Text.Json;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Workflows.Files;

/// <summary>Gives a file's content as text, as parsed JSON, as lines or as Base64.</summary>
public sealed class FileRead : JarvisFunction
{
    public override string Name => "file.read";

    public override string Summary => "Reads a file.";

    public override bool Repeatable => true;

    public override string Example => """{"path":"notes.txt","as":"lines"}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["path"],"properties":{
          "path":{"type":"string","minLength":1,"description":"The file; relative to the run's folder."},
          "as":{"enum":["text","json","lines","base64"],"default":"text"}}}
        """;

    public override async Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var path = context.Resolve(arguments.Text("path"));
        var bytes = await FileContent.Read(path, cancellation);
        var form = arguments.TextOrNull("as") ?? "text";
        if (form == "base64")
        {
            return Convert.ToBase64String(bytes);
        }

        try
        {
            var text = Decode(bytes);
            return form switch
            {
                "json" => Json.Parse(text),
                "lines" => Json.Of(Lines(text).Select(line => Json.Of(line))),
                _ => text,
            };
        }
        catch (DecoderFallbackException)
        {
            throw Failed($"{path} is not UTF-8 text; read it as base64.");
        }
        catch (JsonException malformed)
        {
            throw Failed($"{path} is not JSON: {malformed.Message}", malformed);
        }
    }

    private static string Decode(byte[] bytes)
    {
        var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        return text.StartsWith('\uFEFF') ? text[1..] : text;
    }

    private static IEnumerable<string> Lines(string text)
    {
        using var reader = new StringReader(text);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
