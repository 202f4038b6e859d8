using Bunit;
using Jarvis.Client.Platform;
using Jarvis.Client.Tests.Platform;
using Jarvis.Mobile.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Runs;

/// <summary>The phone's list of runs.</summary>
public sealed class RunsPageTests : PhoneTest
{
    private static readonly Guid Known = Guid.CreateVersion7();

    [Fact]
    public async Task a_row_changes_where_it_stands_and_a_new_one_is_announced()
    {
        Server.On("Runs", Samples.Runs(Samples.Run(Known, "RUNNING")));
        await StartAsync();
        var page = Render<RunsPage>();
        page.WaitForState(() => page.FindAll(".list-row").Count == 1, TimeSpan.FromSeconds(30));
        var socket = await Sockets.Next();
        await socket.Acknowledge();
        // One tells of every run, so that a row is known to have left; the other of those that the list finds, so that a new one is announced.
        var every = (await socket.Heard("subscribe"))["id"]!.GetValue<string>();
        var found = (await socket.Heard("subscribe"))["id"]!.GetValue<string>();

        socket.Say(Change(every, Samples.Run(Known, "PAUSED")));
        socket.Say(Change(found, Samples.Run(Guid.CreateVersion7(), "RUNNING")));

        page.WaitForAssertion(() => page.Find(".list-row .badge").TextContent.ShouldContain("已暂停"), TimeSpan.FromSeconds(30));
        // Drawn at most four times a second, by the clock of the test.
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (page.FindAll(".pill").Count == 0 && DateTime.UtcNow < deadline)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Delay(20);
        }

        page.WaitForAssertion(() => page.Find(".pill").TextContent.ShouldContain("有 1 条新记录"), TimeSpan.FromSeconds(30));
        page.FindAll(".list-row").Count.ShouldBe(1);
    }

    [Fact]
    public async Task of_the_pc_that_is_watched_until_the_person_asks_for_every_one()
    {
        var watched = Guid.CreateVersion7();
        Browser.Shared.Preferences["watched"] = watched.ToString();
        Server.On("Runs", Samples.Runs(Samples.Run(Known, "RUNNING"))).On("RunFilterChoices", "{\"workflows\":{\"nodes\":[]},\"devices\":{\"nodes\":[{\"id\":\"" + watched + "\",\"name\":\"desk\"}]}}");
        await StartAsync();
        var page = Render<RunsPage>();
        page.WaitForAssertion(() => page.Find(".chip[aria-label]").TextContent.ShouldContain("desk"), TimeSpan.FromSeconds(30));
        Device(Server.AskedOf("Runs").Last()).ShouldBe(watched.ToString());

        await page.Find(".chip[aria-label]").ClickAsync(new());
        page.WaitForState(() => page.FindAll(".chip[aria-label]").Count == 0, TimeSpan.FromSeconds(30));

        await Until(() => Device(Server.AskedOf("Runs").Last()) is null);
        static string? Device(System.Text.Json.Nodes.JsonNode asked) => asked["variables"]!["filter"]!["deviceId"]?.GetValue<string>();
    }

    [Fact]
    public async Task nothing_there_says_what_will_be()
    {
        Server.On("Runs", Samples.Runs());
        await StartAsync();
        var page = Render<RunsPage>();

        page.WaitForAssertion(() => page.Find(".empty-title").TextContent.ShouldBe("现在没有任务在执行"), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task what_failed_to_load_is_told_and_asked_for_again()
    {
        Server.Refuse("Runs", "server.unavailable");
        await StartAsync();
        var page = Render<RunsPage>();
        page.WaitForAssertion(() => page.Find("[role=alert]").TextContent.ShouldContain("服务器暂时无法存取数据"), TimeSpan.FromSeconds(30));

        Server.On("Runs", Samples.Runs(Samples.Run(Known, "RUNNING")));
        await page.Find(".strip-error button").ClickAsync();

        page.WaitForState(() => page.FindAll(".strip-error").Count == 0, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task english_and_the_marked_language_say_every_word()
    {
        Server.On("Runs", Samples.Runs());
        Browser.Shared.Preferences["language"] = "marked";
        await StartAsync();
        var page = Render<RunsPage>();

        page.WaitForAssertion(() => page.Find(".empty-title").TextContent.ShouldBe("〔现在没有任务在执行〕"), TimeSpan.FromSeconds(30));
        page.Find("h1").TextContent.ShouldBe("〔任务〕");
    }

    private static string Change(string id, string run) =>
        "{\"id\":\"" + id + "\",\"type\":\"next\",\"payload\":{\"data\":{\"runsChanged\":{\"cursor\":\"c\",\"run\":" + run + "}}}}";
}
