using Jarvis.Application.Platform;
using Jarvis.Domain.Workflows;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Application.Runs;

/// <summary>Holds a run's input against the schema that its workflow declares.</summary>
public static class InputCheck
{
    /// <summary>An array of <c>{pointer, message}</c>; null where it fits.</summary>
    public static async ValueTask<Json?> Problems(Vault vault, ValidationContext known, WorkflowRevision revision, Json input, CancellationToken cancellation)
    {
        if (await RunDefinitions.Text(vault, revision.Source, cancellation) is not { } source
            || DefinitionParser.Parse(source, known).Definition?.InputSchema is not { } schema)
        {
            return null;
        }

        var violations = schema.Check(schema.WithDefaults(input));
        return violations.Count == 0
            ? null
            : Json.Of(violations.Select(violation => Json.Of(("pointer", Json.Of(violation.Pointer)), ("message", Json.Of(violation.Message)))));
    }
}
