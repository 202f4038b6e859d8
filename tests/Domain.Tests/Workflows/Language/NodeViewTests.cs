using Jarvis.Domain.Runs;
using Jarvis.Domain.Tests.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Language;

public sealed class NodeViewTests
{
    private const string Everything = """
        do:
          - begin: { set: { n: 2 }, metadata: { title: { zh: 开始, en: Begin } } }
          - each:
              for: { each: item, in: '${ [1, 2] }' }
              do:
                - double: { set: { n: '${ $item * 2 }' } }
                - rest: { if: '${ $item > 5 }', set: { n: 0 } }
          - both:
              fork:
                branches:
                  - left: { set: { l: 1 } }
                  - right: { set: { r: 1 } }
          - choose:
              switch:
                - many: { when: '${ 1 > 5 }', then: finish }
                - few: { then: careful }
          - skipped: { set: { n: 9 } }
          - careful:
              try:
                - fail: { raise: { error: { type: 'https://jarvis.ai/errors/test', status: 500 } } }
              catch:
                do:
                  - mend: { set: { mended: true } }
          - finish: { set: { done: true }, then: end }
        """;

    [Fact]
    public void nodes_run_from_top_to_bottom_with_their_place_in_the_tree()
    {
        var view = View(Everything);
        view.Nodes.Select(node => $"{new string('.', node.Depth)}{node.Part}[{node.Index}] {node.Name} {node.Kind}").ShouldBe(
        [
            "do[0] begin set", "do[1] each for", ".do[0] double set", ".do[1] rest set", "do[2] both fork", ".branches[0] left set", ".branches[1] right set",
            "do[3] choose switch", "do[4] skipped set", "do[5] careful try", ".try[0] fail raise", ".catch[0] mend set", "do[6] finish set",
        ]);
        view.Nodes.Select(node => node.Row).ShouldBe(Enumerable.Range(0, 13));
        view.Nodes[0].Title.In("zh").ShouldBe("开始");
        view.Nodes[1].Title.In("zh").ShouldBe("each");
        view.Nodes[1].Detail.ShouldBe("${ [1, 2] }");
        view.Nodes[3].Condition.ShouldBe("${ $item > 5 }");
    }

    [Fact]
    public void edges_say_how_one_leads_to_another()
    {
        var view = View(Everything);
        string Name(string? id) => id is null ? "·" : view.Nodes.Single(node => node.Id == id).Name;
        view.Edges.Select(edge => $"{Name(edge.From)} {edge.Kind} {Name(edge.To)}{(edge.Label is null ? "" : $" {edge.Label}")}").ShouldBe(
        [
            "· Next begin", "begin Next each", "each Body double", "double Next rest", "rest Loop each", "each Next both", "both Branch left left",
            "left Return both", "both Branch right right", "right Return both", "both Next choose", "choose Case finish many", "choose Case careful few",
            "skipped Next careful", "careful Body fail", "careful Catch mend", "mend Return careful", "careful Next finish", "finish Jump ·",
        ], ignoreOrder: true);
        view.Edges.Single(edge => edge.Label == "many").When.ShouldNotBeNull().ShouldContain("1 > 5");
    }

    [Fact]
    public void every_task_that_a_run_tells_of_is_a_node()
    {
        var view = View(Everything);
        var events = Story.Of(Everything).Run().Events;
        events.OfType<ExecutionTaskCreated>().ShouldNotBeEmpty();
        foreach (var task in events.OfType<ExecutionTaskCreated>())
        {
            view.Nodes.ShouldContain(node => node.Id == task.Task && node.Name == task.Name && node.Kind == task.Kind);
        }

        events.OfType<ExecutionTaskCreated>().Select(task => task.Instance).ShouldContain("/do/1/each/do@2/0/double");
    }

    private static NodeView View(string text) => NodeView.Of(Story.Of(text).Definition);
}
