using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Engine.Workflows.Texts;

/// <summary>Decodes what <c>text.encode</c> makes; faults where the text is not so encoded or does not hold UTF-8.</summary>
public sealed class TextDecode : JarvisFunction
{
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    public override string Name => "text.decode";

    public override string Summary => "Reads a text that was written as base64, hex, for an address, HTML or JSON.";

    public override bool Repeatable => true;

    public override string Example => """{"text":"YSBi","as":"base64"}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["text"],"properties":{
          "text":{"type":"string"},
          "as":{"enum":["base64","base64url","hex","url","html","json"],"default":"base64"}}}
        """;

    public override Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var text = TextPattern.Subject(arguments);
        var form = arguments.TextOrNull("as") ?? "base64";
        try
        {
            return Task.FromResult(Json.Of(form switch
            {
                "base64url" => Utf8.GetString(Base64Url.DecodeFromChars(text)),
                "hex" => Utf8.GetString(Convert.FromHexString(text)),
                "url" => Uri.UnescapeDataString(text),
                "html" => WebUtility.HtmlDecode(text),
                "json" => (Json.Parse(text) as JsonString)?.Value ?? throw new FormatException("It is JSON, but not a text."),
                _ => Utf8.GetString(Convert.FromBase64String(text)),
            }));
        }
        catch (Exception wrong) when (wrong is FormatException or DecoderFallbackException or JsonException)
        {
            throw new WorkflowFaultException(Fault.Validation($"The argument 'text' is not {form}: {wrong.Message}"), wrong);
        }
    }
}
