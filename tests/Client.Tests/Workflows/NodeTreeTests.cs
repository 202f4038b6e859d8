using Jarvis.Client.Schema;
using Jarvis.Client.Workflows;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Workflows;

/// <summary>The node view's shape.</summary>
public sealed class NodeTreeTests
{
    [Fact]
    public void nodes_lie_in_what_holds_them_in_their_order()
    {
        var tree = NodeTree.Of(Picture([
            Node("/do/1/b", "b", 1), Node("/do/0/a", "a", 0, kind: "try"),
            Node("/do/0/a/catch/do/0/c", "c", 0, parent: "/do/0/a", part: "catch"), Node("/do/0/a/try/0/t", "t", 0, parent: "/do/0/a", part: "try")]));

        tree.Select(branch => branch.Title).ShouldBe(["a", "b"]);
        tree[0].Parts.Select(part => part.Name).ShouldBe(["try", "catch"]);
        tree[0].Parts[1].Nodes[0].Title.ShouldBe("c");
    }

    [Fact]
    public void only_what_leads_elsewhere_is_told_as_a_way()
    {
        var tree = NodeTree.Of(Picture(
            [Node("/do/0/a", "a", 0, kind: "switch"), Node("/do/1/b", "b", 1)],
            Edge("/do/0/a", "/do/1/b", NodeEdgeKind.Case, "large", "${ .n > 9 }"), Edge("/do/0/a", null, NodeEdgeKind.Case, "other"), Edge("/do/1/b", null, NodeEdgeKind.Next)));

        tree[0].Ways.ShouldBe([new NodeWay(NodeEdgeKind.Case, "large", "${ .n > 9 }", "/do/1/b", "b"), new NodeWay(NodeEdgeKind.Case, "other", null, null, null)]);
        tree[1].Ways.ShouldBeEmpty();
    }

    [Fact]
    public void a_picture_that_goes_on_for_ever_is_cut_off()
    {
        var nodes = Enumerable.Range(0, 500).Select(i => Node("/" + i, "n" + i, 0, parent: i == 0 ? null : "/" + (i - 1))).ToArray();
        var depth = 0;
        for (var at = NodeTree.Of(Picture(nodes)); at.Count > 0; at = at[0].Parts is [var part] ? part.Nodes : [])
        {
            depth++;
        }

        depth.ShouldBeLessThan(100);
    }

    [Theory]
    [InlineData("/do/1/deliver/try/0/disk", "deliver › disk")]
    [InlineData("/do/0/a~1b", "a/b")]
    [InlineData("disk", "disk")]
    public void a_pointer_is_read_as_names(string pointer, string names) => NodeTree.NamesOf(pointer).ShouldBe(names);

    private static NodePicture Picture(NodePicture.NodesNode[] nodes, params NodePicture.EdgesNode[] edges) => new() { Revision = 1, Nodes = nodes, Edges = edges };

    private static NodePicture.NodesNode Node(string id, string name, int index, string? parent = null, string part = "do", string kind = "set") =>
        new() { Id = id, Name = name, Title = null, Kind = kind, Detail = null, ParentId = parent, Part = part, Index = index, Condition = null };

    private static NodePicture.EdgesNode Edge(string? from, string? to, NodeEdgeKind kind, string? label = null, string? when = null) =>
        new() { From = from, To = to, Kind = kind, Label = label, When = when };
}
