using System.Buffers.Text;
using System.Net;
using System.Text;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Workflows.Texts;

/// <summary>Encodes a text (its UTF-8 bytes for base64 and hex).</summary>
public sealed class TextEncode : JarvisFunction
{
    public override string Name => "text.encode";

    public override string Summary => "Writes a text as base64, hex, for an address, HTML or JSON.";

    public override bool Repeatable => true;

    public override string Example => """{"text":"a b","as":"url"}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["text"],"properties":{
          "text":{"type":"string"},
          "as":{"enum":["base64","base64url","hex","url","html","json"],"default":"base64"}}}
        """;

    public override Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var text = TextPattern.Subject(arguments);
        return Task.FromResult(Json.Of(arguments.TextOrNull("as") switch
        {
            "base64url" => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text)),
            "hex" => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text)),
            "url" => Uri.EscapeDataString(text),
            "html" => WebUtility.HtmlEncode(text),
            "json" => Json.Of(text).ToString(),
            _ => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)),
        }));
    }
}
