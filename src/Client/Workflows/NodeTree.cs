using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Client.Workflows;

/// <summary>A way out of a node other than on to the next one.</summary>
/// <param name="Label">The case's name; null where there is none.</param>
/// <param name="When">Under which condition; null for always or otherwise.</param>
/// <param name="TargetId">Null for the end of the workflow.</param>
/// <param name="TargetTitle">What the target is called; null for the end.</param>
public sealed record NodeWay(NodeEdgeKind Kind, string? Label, string? When, string? TargetId, string? TargetTitle);

/// <summary>A list of nodes inside another: <c>do</c>, <c>branches</c>, <c>try</c>, <c>catch</c> or <c>foreach</c>.</summary>
public sealed record NodePart(string Name, IReadOnlyList<NodeBranch> Nodes);

/// <summary>A node with what lies in it and where it leads.</summary>
public sealed record NodeBranch(NodePicture.NodesNode Node, IReadOnlyList<NodePart> Parts, IReadOnlyList<NodeWay> Ways)
{
    public string Title => Node.Title ?? Node.Name;
}

/// <summary>A picture's nodes as they lie in each other, from top to bottom.</summary>
public static class NodeTree
{
    /// <summary>Deeper than this is not drawn; the server refuses definitions long before.</summary>
    private const int MaxDepth = 64;

    private static readonly string[] PartOrder = ["do", "try", "branches", "foreach", "catch"];

    /// <summary>The names along a task's pointer: <c>/do/1/deliver/try/0/disk</c> is deliver › disk.</summary>
    public static string NamesOf(string pointer)
    {
        var steps = pointer.Split('/');
        var names = steps.Where((_, at) => at > 0 && steps[at - 1].Length > 0 && steps[at - 1].All(char.IsAsciiDigit)).Select(JsonPointer.Unescape).ToList();
        return names.Count == 0 ? pointer : string.Join(" › ", names);
    }

    public static IReadOnlyList<NodeBranch> Of(NodePicture picture)
    {
        var titles = picture.Nodes.ToDictionary(node => node.Id, node => node.Title ?? node.Name, StringComparer.Ordinal);
        var parents = picture.Nodes.ToDictionary(node => node.Id, node => node.ParentId, StringComparer.Ordinal);
        var children = picture.Nodes.ToLookup(node => node.ParentId ?? "", StringComparer.Ordinal);
        var ways = picture.Edges.Where(edge => edge.From is not null).ToLookup(edge => edge.From!, StringComparer.Ordinal);
        return List("", 0);

        IReadOnlyList<NodeBranch> List(string parent, int depth) =>
            depth > MaxDepth ? [] : [.. children[parent].OrderBy(node => node.Index).Select(node => Branch(node, depth))];

        NodeBranch Branch(NodePicture.NodesNode node, int depth)
        {
            var parts = depth >= MaxDepth ? [] : children[node.Id].GroupBy(child => child.Part).OrderBy(part => Array.IndexOf(PartOrder, part.Key))
                .Select(part => new NodePart(part.Key, [.. part.OrderBy(child => child.Index).Select(child => Branch(child, depth + 1))])).ToList();
            return new NodeBranch(node, parts, [.. ways[node.Id].Where(IsTold).Select(Way)]);
        }

        // Straight on, in and back is seen from where things stand; only what leads elsewhere is said.
        static bool IsTold(NodePicture.EdgesNode edge) => edge.Kind is NodeEdgeKind.Case or NodeEdgeKind.Jump or NodeEdgeKind.Skip;

        NodeWay Way(NodePicture.EdgesNode edge)
        {
            // A way to the task that holds this one leaves the list; it is told as where that leads, by its name.
            var target = edge.To;
            return new NodeWay(edge.Kind, edge.Label, edge.When, target, target is null ? null : titles.GetValueOrDefault(target, target));
        }
    }
}
