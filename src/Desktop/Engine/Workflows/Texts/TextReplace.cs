using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Engine.Workflows.Texts;

/// <summary>Replaces every find of a regular expression or of a plain text.</summary>
public sealed class TextReplace : JarvisFunction
{
    public override string Name => "text.replace";

    public override string Summary => "Replaces what a pattern finds in a text.";

    public override bool Repeatable => true;

    public override string Example => """{"text":"2026-01-31","pattern":"(\\d+)-(\\d+)-(\\d+)","with":"$3.$2.$1"}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["text","pattern","with"],"properties":{
          "text":{"type":"string"},
          "pattern":{"type":"string","minLength":1,"maxLength":10000,"description":"A regular expression (of .NET)."},
          "flags":{"type":"string","pattern":"^[ims]*$","description":"i: any case; m: ^ and $ of each line; s: the dot takes line ends."},
          "literal":{"type":"boolean","default":false,"description":"Takes the pattern as it stands, not as an expression."},
          "with":{"type":"string","description":"What comes in its place; $1 or ${name} stand for groups of an expression."}}}
        """;

    public override Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var text = TextPattern.Subject(arguments);
        var pattern = TextPattern.Of(arguments);
        var with = arguments.Text("with");
        var literal = arguments.Flag("literal");
        return Task.FromResult(TextPattern.Bounded(() =>
        {
            // Bounded as it grows: a group that is repeated many times makes much of little.
            var length = (long)text.Length;
            return Json.Of(pattern.Replace(text, found =>
            {
                cancellation.ThrowIfCancellationRequested();
                var made = literal ? with : found.Result(with);
                length += made.Length - found.Length;
                return length <= TextPattern.MaxCharacters
                    ? made
                    : throw new WorkflowFaultException(Fault.Runtime($"The result would have more than {TextPattern.MaxCharacters} characters."));
            }));
        }));
    }
}
