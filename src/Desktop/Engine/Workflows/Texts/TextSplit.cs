using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Engine.Workflows.Texts;

/// <summary>Splits at a plain text, at a regular expression, or (without either) into lines, whatever ends them.</summary>
public sealed class TextSplit : JarvisFunction
{
    /// <summary>Most parts of one text.</summary>
    public const int MaxParts = 200_000;

    public override string Name => "text.split";

    public override string Summary => "Splits a text at a pattern or into its lines.";

    public override bool Repeatable => true;

    public override string Example => """{"text":"a, b,, c","at":",","trim":true,"empty":false}""";

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["text"],"properties":{
          "text":{"type":"string"},
          "at":{"type":"string","minLength":1,"description":"A plain text."},
          "pattern":{"type":"string","minLength":1,"maxLength":10000,"description":"A regular expression, instead of a plain text."},
          "flags":{"type":"string","pattern":"^[ims]*$"},
          "trim":{"type":"boolean","default":false,"description":"Takes blanks off both ends of each part."},
          "empty":{"type":"boolean","default":true,"description":"Keeps parts that are empty."}}}
        """;

    public override Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var text = TextPattern.Subject(arguments);
        if (arguments["at"] is not null && arguments["pattern"] is not null)
        {
            throw new WorkflowFaultException(Fault.Validation("The arguments 'at' and 'pattern' exclude each other."));
        }

        var parts = arguments.TextOrNull("at") is { } at ? text.Split(at, MaxParts + 1)
            : arguments["pattern"] is not null ? TextPattern.Of(arguments) is var pattern ? TextPattern.Bounded(() => pattern.Split(text, MaxParts + 1)) : []
            : text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n', MaxParts + 1);
        if (parts.Length > MaxParts)
        {
            throw Failed($"The text has more than {MaxParts} parts.");
        }

        var kept = parts.Select(part => arguments.Flag("trim") ? part.Trim() : part).Where(part => part.Length > 0 || arguments.Flag("empty", otherwise: true));
        return Task.FromResult(Json.Of(kept.Select(part => Json.Of(part))));
    }
}
