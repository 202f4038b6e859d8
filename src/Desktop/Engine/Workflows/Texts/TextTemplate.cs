using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Engine.Workflows.Texts;

/// <summary>Puts values at the <c>{{path.to.value}}</c> places of a template; a place without a value is a fault unless one is given for it.</summary>
public sealed partial class TextTemplate : JarvisFunction
{
    public override string Name => "text.template";

    public override string Summary => "Fills the {{places}} of a template with values.";

    public override bool Repeatable => true;

    public override string Example => """
        {"template":"Dear {{person.name}}, you owe {{sum}}.","values":{"person":{"name":"Li"},"sum":12.5}}
        """;

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["template","values"],"properties":{
          "template":{"type":"string","maxLength":1000000},
          "values":{"type":"object"},
          "escape":{"enum":["none","html","json","csv","url"],"default":"none","description":"How values are written, so that none breaks out of its place."},
          "missing":{"type":"string","description":"What stands for a value that is not there, instead of a fault."}}}
        """;

    public override Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var values = (JsonObject)arguments["values"]!;
        var escape = arguments.TextOrNull("escape") ?? "none";
        var text = Place().Replace(arguments.Text("template"), place =>
        {
            Json? value = values;
            foreach (var key in place.Groups["path"].Value.Split('.'))
            {
                value = value switch
                {
                    JsonObject item => item[key],
                    JsonArray list when int.TryParse(key, CultureInfo.InvariantCulture, out var i) => list.Items.ElementAtOrDefault(i),
                    _ => null,
                };
            }

            return value switch
            {
                null or JsonNull => arguments.TextOrNull("missing") ?? throw new WorkflowFaultException(Fault.Validation($"The template asks for '{place.Groups["path"].Value}', which has no value.")),
                JsonString plain => Escaped(plain.Value, escape),
                _ => Escaped(value.ToString(), escape),
            };
        });
        return Task.FromResult(text.Length <= TextPattern.MaxCharacters ? Json.Of(text) : throw Failed($"The result has more than {TextPattern.MaxCharacters} characters."));
    }

    private static string Escaped(string text, string how) => how switch
    {
        "html" => WebUtility.HtmlEncode(text),
        "json" => JsonEncodedText.Encode(text).ToString(),
        "csv" => text.AsSpan().ContainsAny("\",\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text,
        "url" => Uri.EscapeDataString(text),
        _ => text,
    };

    [GeneratedRegex("""\{\{\s*(?<path>[^{}\s]{1,200})\s*\}\}""", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
