using Bunit;
using Jarvis.Client.Platform;
using Jarvis.Client.Tests.Platform;
using Jarvis.Client.Workflows;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Workflows;

/// <summary>Bringing a definition.</summary>
public sealed class DefinitionWorkbenchTests : ScreenTest
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private const string Wrong = """
        {"checkDefinition":{"valid":false,"name":null,"namespace":null,"title":null,"workflow":null,"nodes":null,"difference":null,"form":null,"problems":[
          {"code":"language.unknown_property","message":"There is no `sett`.","line":8,"column":7,"pointer":null},
          {"code":"language.of_tomorrow","message":"Something newer.","line":11,"column":1,"pointer":null}]}}
        """;

    private const string Right = """
        {"checkDefinition":{"valid":true,"name":"hello","namespace":"my","title":null,"workflow":null,"difference":null,"form":{"fields":[]},"problems":[],
          "nodes":{"revision":1,"edges":[],"nodes":[{"id":"/do/0/a","name":"a","title":"a","kind":"set","detail":null,"parentId":null,"part":"do","index":0,"condition":null}]}}}
        """;

    public DefinitionWorkbenchTests()
    {
        JSInterop.SetupModule("./_content/Jarvis.Client/bundle/editor.js").Mode = JSRuntimeMode.Loose;
        JSInterop.SetupModule("./_content/Jarvis.Client/bundle/walk.js").Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public async Task every_mistake_is_listed_at_its_line_and_nothing_can_be_published()
    {
        Server.On("CheckDefinition", Wrong);
        await StartAsync();
        var bench = Bench();

        await Type(bench, "do: []");

        bench.WaitForAssertion(() => bench.FindAll(".bench-problem").Count.ShouldBe(2), Long);
        bench.FindAll(".bench-problem")[0].TextContent.ShouldContain("第 8 行第 7 列");
        bench.FindAll(".bench-problem")[0].TextContent.ShouldContain("没有这个属性");
        // A code that this app does not know yet still says what the server says.
        bench.FindAll(".bench-problem")[1].TextContent.ShouldContain("Something newer.");
        bench.Find(".bench-foot button").HasAttribute("disabled").ShouldBeTrue();
    }

    [Fact]
    public async Task what_has_no_mistakes_is_drawn_and_published_and_its_draft_goes()
    {
        Server.On("CheckDefinition", Right);
        Server.On("PublishWorkflow", """{"publishWorkflow":{"position":"7","workflow":{"id":"01a20000-0000-7000-8000-000000000001","name":"hello","namespace":"my","revision":1,"disabled":false}}}""");
        await StartAsync();
        var bench = Bench();
        await Type(bench, "do: []");
        bench.WaitForAssertion(() => bench.FindAll(".node").Count.ShouldBe(1), Long);
        (await The<Drafts>().Of("new"))!.Text.ShouldBe("do: []");

        await bench.Find(".bench-foot button").ClickAsync(new());

        bench.WaitForAssertion(() => bench.Find("dialog h2").TextContent.ShouldBe("已发布 hello，第 1 版"), Long);
        Server.AskedOf("PublishWorkflow").Single()["variables"]!["input"]!["source"]!.GetValue<string>().ShouldBe("do: []");
        (await The<Drafts>().Of("new")).ShouldBeNull();
    }

    [Fact]
    public async Task a_draft_outlasts_a_reload()
    {
        Server.On("CheckDefinition", Right);
        await StartAsync();
        await The<Drafts>().Keep("new", "do: [1]");

        var bench = Bench();

        bench.WaitForAssertion(() => bench.FindComponent<DefinitionEditor>().Instance.Text.ShouldBe("do: [1]"), Long);
        bench.Markup.ShouldContain("已恢复");
    }

    [Fact]
    public async Task without_a_server_it_is_kept_and_says_that_it_was_not_checked()
    {
        Server.On("CheckDefinition", Right);
        await StartAsync();
        var bench = Bench();
        Server.IsAway = true;

        await Type(bench, "do: [2]");

        bench.WaitForAssertion(() => bench.Find(".bench-state").TextContent.ShouldContain("暂时不能检查"), Long);
        bench.Find(".bench-offline").TextContent.ShouldContain("发布需要连上服务器");
        (await The<Drafts>().Of("new"))!.Text.ShouldBe("do: [2]");
        bench.Find(".bench-foot button").HasAttribute("disabled").ShouldBeTrue();
    }

    [Fact]
    public async Task without_a_network_it_says_at_once_that_publishing_needs_one_sends_nothing_and_keeps_the_draft()
    {
        Server.On("CheckDefinition", Right);
        Server.On("PublishWorkflow", """{"publishWorkflow":{"position":"7","workflow":{"id":"01a20000-0000-7000-8000-000000000001","name":"hello","namespace":"my","revision":1,"disabled":false}}}""");
        await StartAsync();
        var bench = Bench();
        await Type(bench, "do: []");
        bench.WaitForAssertion(() => bench.FindAll(".node").Count.ShouldBe(1), Long);
        bench.FindAll(".bench-offline").ShouldBeEmpty();

        Browser.Go(online: false);
        bench.WaitForAssertion(() => bench.Find(".bench-offline").TextContent.ShouldContain("发布需要连上服务器"), Long);
        await bench.Find(".bench-foot button").ClickAsync(new());
        The<Toasts>().All.ShouldHaveSingleItem().Text.ShouldContain("发布需要连上服务器");
        Server.AskedOf("PublishWorkflow").ShouldBeEmpty();
        (await The<Drafts>().Of("new"))!.Text.ShouldBe("do: []");

        Browser.Go(online: true);
        bench.WaitForState(() => bench.FindAll(".bench-offline").Count == 0, Long);
        await bench.Find(".bench-foot button").ClickAsync(new());
        bench.WaitForAssertion(() => bench.Find("dialog h2").TextContent.ShouldBe("已发布 hello，第 1 版"), Long);
        Server.AskedOf("PublishWorkflow").ShouldHaveSingleItem();
    }

    private IRenderedComponent<DefinitionWorkbench> Bench()
    {
        var bench = Render<DefinitionWorkbench>(parameters => parameters.Add(one => one.WorkflowHref, id => "workflows/" + id));
        bench.WaitForState(() => bench.FindAll("textarea").Count == 1, Long);
        return bench;
    }

    private static Task Type(IRenderedComponent<DefinitionWorkbench> bench, string text) =>
        bench.InvokeAsync(() => bench.FindComponent<DefinitionEditor>().Instance.Typed(text));
}
