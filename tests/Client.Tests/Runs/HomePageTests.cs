using Bunit;
using Jarvis.Client.Platform;
using Jarvis.Client.Tests.Platform;
using Jarvis.Mobile.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Runs;

/// <summary>The phone's first page.</summary>
public sealed class HomePageTests : PhoneTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly Guid Desk = Guid.CreateVersion7();
    private static readonly Guid Laptop = Guid.CreateVersion7();

    [Fact]
    public async Task pausing_everything_asks_first_of_which_computer_where_several_are_at_work()
    {
        Server.On("Home", Home([Device(Desk, "desk"), Device(Laptop, "laptop")], On(Desk), On(Desk), On(Laptop)));
        await StartAsync();
        var page = Render<HomePage>();
        var asked = new List<Question>();
        The<Questions>().Changed += () => asked.AddRange(The<Questions>().Open is { } open ? [open] : []);

        page.WaitForElement(".home-main .section-head .button", Patience).Click();

        var computers = page.FindAll("dialog button.list-row");
        computers.Select(one => one.TextContent).ShouldBe(["desk正在执行 2 个", "laptop正在执行 1 个"]);
        computers[0].Click();
        page.WaitForAssertion(() => asked.ShouldHaveSingleItem().Title.ShouldBe("暂停 desk 上的全部任务？"), Patience);
        asked[0].Effect.ShouldContain("正在执行的 2 个任务");
        Server.AskedOf("PauseDevice").ShouldBeEmpty();
    }

    [Fact]
    public async Task who_has_nothing_yet_is_shown_how_to_begin_and_no_row_of_noughts()
    {
        Server.On("Home", Home([]));
        await StartAsync();
        var page = Render<HomePage>();

        page.WaitForElement(".empty a[href='devices/pair']", Patience);
        page.FindAll(".empty a").Select(link => link.GetAttribute("href")).ShouldBe(["devices/pair", "workflows/new", "me/help"]);
        page.FindAll(".kpi").ShouldBeEmpty();
    }

    private static string On(Guid device) => Samples.Run(Guid.CreateVersion7(), "RUNNING").Replace("\"device\":null", $$"""
        "device":{"id":"{{device}}","name":"pc","status":"ONLINE"}
        """.Trim(), StringComparison.Ordinal);

    private static string Device(Guid id, string name) => $$"""
        {"id":"{{id}}","name":"{{name}}","os":"Linux","status":"ONLINE","lastSeenAt":"2026-03-05T07:59:00Z","pausedAt":null,"pausedBy":null,"position":"1"}
        """;

    private static string Home(string[] devices, params string[] running)
    {
        static string List(params string[] runs) => "{\"nodes\":[" + string.Join(',', runs) + "],\"totalCount\":{\"value\":" + runs.Length + ",\"isExact\":true}}";
        var total = "{\"runs\":" + running.Length + ",\"completed\":0,\"failed\":0,\"cancelled\":0,\"running\":" + running.Length + ",\"paused\":0,\"pending\":0,\"successRate\":null}";
        var figures = "{\"begin\":\"2026-03-05T00:00:00Z\",\"end\":\"2026-03-06T00:00:00Z\",\"from\":\"2026-03-05\",\"to\":\"2026-03-05\",\"total\":" + total
            + ",\"steps\":[{\"from\":\"2026-03-05\",\"to\":\"2026-03-05\",\"figures\":" + total + "}]}";
        return "{\"viewer\":{\"chosenDevice\":null},\"home\":{\"devices\":[" + string.Join(',', devices) + "],\"running\":" + List(running) + ",\"paused\":" + List()
            + ",\"pending\":" + List() + ",\"needsAttention\":" + List() + ",\"today\":" + figures + ",\"week\":" + figures + ",\"favourites\":[]}}";
    }
}
