using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Engine.Workflows.Texts;

/// <summary>Gives every find with its place and groups; an empty list for none.</summary>
public sealed class TextMatch : JarvisFunction
{
    private const int DefaultLimit = 10_000;

    public override string Name => "text.match";

    public override string Summary => "Finds a pattern in a text, with its groups.";

    public override bool Repeatable => true;

    public override string Example => """{"text":"Total: 12.50 EUR","pattern":"(?<sum>[0-9.]+) (?<currency>[A-Z]{3})"}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["text","pattern"],"properties":{
          "text":{"type":"string"},
          "pattern":{"type":"string","minLength":1,"maxLength":10000,"description":"A regular expression (of .NET)."},
          "flags":{"type":"string","pattern":"^[ims]*$","description":"i: any case; m: ^ and $ of each line; s: the dot takes line ends."},
          "literal":{"type":"boolean","default":false,"description":"Takes the pattern as it stands, not as an expression."},
          "limit":{"type":"integer","minimum":1,"maximum":100000,"default":10000,"description":"Most finds."}}}
        """;

    public override Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var text = TextPattern.Subject(arguments);
        var pattern = TextPattern.Of(arguments);
        var names = pattern.GetGroupNames();
        return Task.FromResult(TextPattern.Bounded(() => Json.Of(pattern.Matches(text).Take(arguments.Count("limit", DefaultLimit)).Select(found => Json.Of(
            ("text", found.Value), ("index", found.Index),
            ("groups", new JsonObject(names.Skip(1).Select(name =>
                KeyValuePair.Create(name, found.Groups[name] is { Success: true } group ? Json.Of(group.Value) : Json.Null)).ToList())))).ToList())));
    }
}
