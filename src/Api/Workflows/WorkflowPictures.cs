using GraphQL;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Api.Workflows;

/// <summary>A task as a node.</summary>
[Name("WorkflowTask")]
public sealed class WorkflowTaskNode(TaskNode node)
{
    /// <summary>The task's pointer in the definition: what a run's results tell as <c>task</c>, and an instance is without its <c>@n</c> marks.</summary>
    public string Id => node.Id;

    public string Name => node.Name;

    /// <summary>Its title in the language asked for, else its name.</summary>
    public string? Title(string? language) => node.Title.In(language);

    public string Kind => node.Kind;

    /// <summary>What it calls, asks or goes over.</summary>
    public string? Detail => node.Detail;

    /// <summary>The task that holds it; null at the top.</summary>
    public string? ParentId => node.ParentId;

    /// <summary>The list it stands in: do, branches, try, catch or foreach.</summary>
    public string Part => node.Part;

    /// <summary>Its place in that list, from 0.</summary>
    public int Index => node.Index;

    /// <summary>How many tasks hold it.</summary>
    public int Depth => node.Depth;

    /// <summary>Its place among all of them, from 0 at the top.</summary>
    public int Row => node.Row;

    /// <summary>Its <c>if</c>.</summary>
    public string? Condition => node.Condition;
}

/// <summary>A way from one task to another.</summary>
/// <param name="From">Null for where the workflow begins.</param>
/// <param name="To">Null for where it ends.</param>
/// <param name="Label">The name of a case or branch.</param>
/// <param name="When">The condition of a case; null for the default one.</param>
[Name("WorkflowTaskEdge")]
public sealed record WorkflowTaskEdge(string? From, string? To, NodeEdgeKind Kind, string? Label, string? When);

/// <summary>The tasks of one revision and the ways between them.</summary>
[Name("WorkflowNodes")]
public sealed class WorkflowPicture(int revision, NodeView view)
{
    public int Revision => revision;

    public IEnumerable<WorkflowTaskNode> Nodes => view.Nodes.Select(node => new WorkflowTaskNode(node));

    public IEnumerable<WorkflowTaskEdge> Edges => view.Edges.Select(edge => new WorkflowTaskEdge(edge.From, edge.To, edge.Kind, edge.Label, edge.When));
}

/// <summary>A task that is not the same in two revisions.</summary>
/// <param name="Path">The names of the tasks around it and its own.</param>
/// <param name="OldId">Its pointer in the older one; null where it is new.</param>
[Name("TaskDifference")]
public sealed record TaskDifferenceNode(TaskDifferenceKind Kind, IEnumerable<string> Path, string TaskKind, string? OldId, string? NewId);

/// <summary>What changed from one revision to another.</summary>
/// <param name="Lines">Changed lines with a few unchanged ones around them; empty where the texts are the same.</param>
public sealed record RevisionDifference(int From, int To, int LinesAdded, int LinesRemoved, IEnumerable<DifferenceLine> Lines, IEnumerable<TaskDifferenceNode> Tasks);
