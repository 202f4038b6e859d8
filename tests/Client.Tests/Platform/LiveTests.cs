using Jarvis.Client.Platform;
using Jarvis.Mobile.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Platform;

/// <summary>One socket for everything that is followed; it falls, and nothing is missed.</summary>
public sealed class LiveTests : ScreenTest
{
    private readonly List<string> seen = [];

    [Fact]
    public async Task it_goes_on_from_the_cursor_that_it_saw_last()
    {
        await StartAsync();
        using var following = The<Live>().Follow(new RunsChangedSubscription(), change => seen.Add(change.RunsChanged.Cursor));
        var socket = await Sockets.Next();
        await socket.Acknowledge();
        var id = (await socket.Heard("subscribe"))["id"]!.GetValue<string>();
        socket.Say(Next(id, "c1"));
        socket.Say(Next(id, "c2"));
        await Until(() => seen.Count == 2);

        socket.Fall();
        var again = await Reconnected();
        await again.Acknowledge();

        (await again.Heard("subscribe"))["payload"]!["variables"]!["after"]!.GetValue<string>().ShouldBe("c2");
    }

    [Fact]
    public async Task what_has_no_cursor_yet_is_asked_for_again_after_a_fall()
    {
        await StartAsync();
        var missed = 0;
        using var following = The<Live>().Follow(new RunsChangedSubscription(), _ => { }, () => missed++);
        var socket = await Sockets.Next();
        await socket.Acknowledge();
        await socket.Heard("subscribe");
        socket.Fall();

        var again = await Reconnected();
        await again.Acknowledge();
        await again.Heard("subscribe");

        missed.ShouldBe(1);
    }

    [Fact]
    public async Task after_three_failures_pages_poll_until_it_stands_again()
    {
        Sockets.AreRefused = true;
        await StartAsync();
        var polls = 0;
        The<Live>().Poll += () => polls++;
        using var following = The<Live>().Follow(new RunsChangedSubscription(), _ => { });

        await Until(() => The<Link>().Live == LiveState.Polling, () => Clock.Advance(TimeSpan.FromSeconds(5)));
        Sockets.Tried.ShouldBeGreaterThanOrEqualTo(3);
        await Until(() => polls > 0, () => Clock.Advance(TimeSpan.FromSeconds(10)));

        Sockets.AreRefused = false;
        var socket = await Reconnected();
        await socket.Acknowledge();
        await Until(() => The<Link>().Live == LiveState.Live);
    }

    [Fact]
    public async Task several_share_one_socket_and_one_that_is_left_is_ended()
    {
        await StartAsync();
        var first = The<Live>().Follow(new RunsChangedSubscription(), _ => { });
        using var second = The<Live>().Follow(new RunsChangedSubscription(), _ => { });
        var socket = await Sockets.Next();
        await socket.Acknowledge();
        var id = (await socket.Heard("subscribe"))["id"]!.GetValue<string>();
        await socket.Heard("subscribe");

        first.Dispose();

        (await socket.Heard("complete"))["id"]!.GetValue<string>().ShouldBe(id);
        Sockets.Tried.ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"id":"ID","type":"error","payload":[{"message":"The store does not answer."}]}""")]
    [InlineData("""{"id":"ID","type":"next","payload":{"data":null,"errors":[{"message":"The store does not answer."}]}}""")]
    public async Task what_the_server_could_not_go_on_with_is_asked_for_again_and_followed_anew(string failure)
    {
        await StartAsync();
        var missed = 0;
        using var following = The<Live>().Follow(new RunsChangedSubscription(), change => seen.Add(change.RunsChanged.Cursor), () => missed++);
        var socket = await Sockets.Next();
        await socket.Acknowledge();
        var id = (await socket.Heard("subscribe"))["id"]!.GetValue<string>();
        socket.Say(Next(id, "c1"));
        await Until(() => seen.Count == 1);

        socket.Say(failure.Replace("ID", id, StringComparison.Ordinal));

        await Until(() => missed == 1);
        var anew = socket.Heard("subscribe");
        await Until(() => anew.IsCompleted, () => Clock.Advance(TimeSpan.FromSeconds(2)));
        (await anew)["id"]!.GetValue<string>().ShouldBe(id);
        (await anew)["payload"]!["variables"]!.AsObject().ContainsKey("after").ShouldBeFalse("the cursor may be what was wrong");
        missed.ShouldBe(2, "what came before it was followed again");
        socket.Say(Next(id, "c2"));
        await Until(() => seen.Count == 2);
        Sockets.Tried.ShouldBe(1);
    }

    [Fact]
    public async Task what_has_come_to_its_end_is_not_followed_anew()
    {
        await StartAsync();
        var missed = 0;
        using var following = The<Live>().Follow(new RunsChangedSubscription(), _ => { }, () => missed++);
        using var other = The<Live>().Follow(new RunsChangedSubscription(), _ => { });
        var socket = await Sockets.Next();
        await socket.Acknowledge();
        var id = (await socket.Heard("subscribe"))["id"]!.GetValue<string>();
        await socket.Heard("subscribe");

        socket.Say("{\"id\":\"" + id + "\",\"type\":\"complete\"}");

        await Until(() => missed == 1);
        var more = socket.Heard("subscribe");
        for (var i = 0; i < 15; i++)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }

        more.IsCompleted.ShouldBeFalse();
        missed.ShouldBe(1);
    }

    private static string Next(string id, string cursor) =>
        "{\"id\":\"" + id + "\",\"type\":\"next\",\"payload\":{\"data\":{\"runsChanged\":{\"cursor\":\"" + cursor + "\",\"run\":" + Runs.Samples.Run(Guid.CreateVersion7(), "RUNNING") + "}}}}";

    private async Task<FakeSocket> Reconnected()
    {
        var next = Sockets.Next();
        await Until(() => next.IsCompleted, () => Clock.Advance(TimeSpan.FromSeconds(5)));
        return await next;
    }

    private static async Task Until(Func<bool> condition, Action? push = null)
    {
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (!condition())
        {
            (DateTime.UtcNow < deadline).ShouldBeTrue("It did not come about in time.");
            push?.Invoke();
            await Task.Delay(10);
        }
    }
}
