using System.Text;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Workflows.Files;

/// <summary>Writes a whole file: it is the old one or the new one, never half. Text as it is, any other value as JSON.</summary>
public sealed class FileWrite : JarvisFunction
{
    public override string Name => "file.write";

    public override string Summary => "Writes a file, replacing what was there.";

    public override bool Repeatable => true;

    public override string Example => """{"path":"notes.txt","content":"Hello"}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["path","content"],"properties":{
          "path":{"type":"string","minLength":1},
          "content":{"description":"Text, or any other value, which is written as JSON."},
          "encoding":{"enum":["text","base64"],"default":"text"},
          "pretty":{"type":"boolean","default":false,"description":"Indents JSON."}}}
        """;

    public override async Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var path = context.Resolve(arguments.Text("path"));
        var bytes = Bytes(arguments);
        await FileContent.Replace(path, stream => stream.WriteAsync(bytes, cancellation).AsTask(), cancellation);
        return Json.Of(("path", path), ("size", bytes.Length));
    }

    private static byte[] Bytes(FunctionArguments arguments)
    {
        var content = arguments["content"] ?? Json.Null;
        if (content is not JsonString text)
        {
            return arguments.Flag("pretty")
                ? Encoding.UTF8.GetBytes(Indent(content))
                : content.ToUtf8Bytes();
        }

        if (arguments.TextOrNull("encoding") != "base64")
        {
            return Encoding.UTF8.GetBytes(text.Value);
        }

        try
        {
            return Convert.FromBase64String(text.Value);
        }
        catch (FormatException)
        {
            throw Failed("The argument 'content' is not Base64.");
        }
    }

    private static string Indent(Json value)
    {
        using var memory = new MemoryStream();
        using (var writer = new System.Text.Json.Utf8JsonWriter(memory, new System.Text.Json.JsonWriterOptions
        {
            Indented = true,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = Json.MaxDepth,
        }))
        {
            value.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(memory.ToArray()) + "\n";
    }
}
