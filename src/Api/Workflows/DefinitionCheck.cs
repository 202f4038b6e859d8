using GraphQL;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Application.Workflows;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Projections.Workflows;

namespace Jarvis.Api.Workflows;

/// <summary>One mistake in a definition.</summary>
/// <param name="Code">Stable, such as <c>language.unknown_property</c>.</param>
/// <param name="Message">What is wrong and how to mend it.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Pointer">JSON Pointer of the value in question; null where the text could not be read at all.</param>
[Name("DefinitionProblem")]
public sealed record DefinitionProblem(string Code, string Message, int Line, int Column, string? Pointer);

/// <summary>What a text would be if it were published now. Nothing is kept of it.</summary>
/// <param name="Problems">Every mistake, in the order of the text; empty where it could be published.</param>
[Name("DefinitionVerdict")]
public sealed class DefinitionVerdict(IReadOnlyList<DefinitionProblem> problems, Definition? definition, string source, WorkflowNode? workflow)
{
    public bool Valid => definition is not null;

    public IEnumerable<DefinitionProblem> Problems => problems;

    public string? Namespace => definition?.Document.Namespace;

    public string? Name => definition?.Document.Name;

    public string? Title => definition?.Document.Title;

    /// <summary>The workflow whose next revision it would be; null where it would make a new one.</summary>
    public WorkflowNode? Workflow => workflow;

    /// <summary>Its tasks and the ways between them; null while it has mistakes.</summary>
    public WorkflowPicture? Nodes => definition is null ? null : new WorkflowPicture(NextRevision, NodeView.Of(definition));

    /// <summary>Its input as a form; null while it has mistakes.</summary>
    public WorkflowForm? Form => definition is null ? null : new WorkflowForm(NextRevision, definition.InputSchema);

    /// <summary>What it changes of the workflow's latest revision; null where there is none, or while it has mistakes.</summary>
    public Task<RevisionDifference?> Difference(IResolveFieldContext context) => definition is null || workflow is null
        ? Task.FromResult<RevisionDifference?>(null)
        : workflow.DifferenceTo(context, source, definition, NextRevision);

    private int NextRevision => (workflow?.Revision ?? 0) + 1;
}

/// <summary>Checks definitions without publishing them.</summary>
public sealed class DefinitionQueries
{
    /// <summary>Every mistake of a text at its line and column, and what it would look like: for an editor, as one types.</summary>
    public static async Task<DefinitionVerdict> CheckDefinition(IResolveFieldContext context, string source)
    {
        var caller = context.Caller();
        if (source.Length > PublishWorkflow.MaxSourceCharacters)
        {
            throw new RefusalError(new Refusal("input.invalid", $"A definition has at most {PublishWorkflow.MaxSourceCharacters} characters.", "source"));
        }

        var parsed = DefinitionParser.Parse(source, KnownFunctions.Validation);
        WorkflowNode? workflow = null;
        if (parsed.Definition is { Document: var document })
        {
            var point = await context.Service<ReadPoints>().Settle(WorkflowsView.Name, null, null, context.CancellationToken);
            var rows = await WorkflowList.Rows(context, point, "order by published_position limit 1", conditions =>
                conditions.Add("owner_id = ?", caller.AccountId).Add("namespace = ?", document.Namespace).Add("name = ?", document.Name));
            workflow = rows is [var row] ? new WorkflowNode(row, point) : null;
        }

        return new DefinitionVerdict(
            [.. parsed.Problems.Select(problem => new DefinitionProblem(problem.Code, problem.Message, problem.Line, problem.Column, problem.Pointer))],
            parsed.Definition, source, workflow);
    }
}
