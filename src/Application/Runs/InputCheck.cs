using Jarvis.Application.Platform;
using Jarvis.Domain.Workflows;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Application.Runs;

/// <summary>What a run's definition says before it runs: what its input must be, and what it needs of a device.</summary>
public static class InputCheck
{
    /// <summary>The definition of a revision; null where it was erased.</summary>
    public static async ValueTask<Definition?> Read(Vault vault, ValidationContext known, WorkflowRevision revision, CancellationToken cancellation) =>
        await RunDefinitions.Text(vault, revision.Source, cancellation) is { } source ? DefinitionParser.Parse(source, known).Definition : null;

    /// <summary>Functions that every run of it calls: a device that lacks one is not given the run. Null for none.</summary>
    public static IReadOnlyList<string>? Needs(Definition? definition) => definition is not null && FunctionUse.Of(definition).Sure is { Count: > 0 } sure ? sure : null;

    /// <summary>Holds an input against the schema that the workflow declares: an array of <c>{pointer, message}</c>; null where it fits.</summary>
    public static Json? Problems(Definition? definition, Json input)
    {
        if (definition?.InputSchema is not { } schema)
        {
            return null;
        }

        var violations = schema.Check(schema.WithDefaults(input));
        return violations.Count == 0
            ? null
            : Json.Of(violations.Select(violation => Json.Of(("pointer", Json.Of(violation.Pointer)), ("message", Json.Of(violation.Message)))));
    }
}
