using System.Net;
using Jarvis.Client.Platform;
using Jarvis.Client.Schema;
using Jarvis.Mobile.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Platform;

/// <summary>Acts that wait on the device.</summary>
public sealed class OutboxTests : ScreenTest
{
    private const string Paused = """{"pauseRun":{"position":"9","control":null}}""";
    private static readonly Guid Run = Guid.CreateVersion7();

    public OutboxTests() => Browser.Shared.Kept[(Stores.Session, "tokens")] = Tokens("access-1", "refresh-1", Clock.GetUtcNow().AddDays(1));

    private Outbox Box => The<Outbox>();

    [Fact]
    public async Task what_waits_is_sent_with_its_command_id_once_the_network_is_back()
    {
        await Queue(out var id);
        Browser.Go(online: false);

        Server.On("PauseRun", Paused);
        Browser.Go(online: true);
        await Until(() => Box.Items.Count == 0);

        var sent = Server.AskedOf("PauseRun").ShouldHaveSingleItem();
        sent["variables"]!["input"]!["commandId"]!.GetValue<Guid>().ShouldBe(id);
    }

    [Fact]
    public async Task what_waits_outlives_the_app()
    {
        await Queue(out var id);

        Browser.Shared.Kept.Keys.ShouldContain(key => key.Store == Stores.Outbox && key.Key.EndsWith(id.ToString(), StringComparison.Ordinal));
        var next = new Outbox(The<Api>(), The<Jarvis.Client.Accounts.Session>(), Browser, The<Link>(), The<SyncChoice>(), Clock);
        await next.Flush();

        next.Items.ShouldHaveSingleItem().Title.ShouldBe("暂停 receipts");
    }

    [Fact]
    public async Task what_comes_too_late_is_not_sent_and_says_so()
    {
        await Queue(out _);
        Server.On("PauseRun", Paused);
        var asked = Server.AskedOf("PauseRun").Count();

        Clock.Advance(Outbox.UrgentFor);
        await Box.Flush();

        Box.Items.ShouldHaveSingleItem().State.ShouldBe(OutboxState.Expired);
        Server.AskedOf("PauseRun").Count().ShouldBe(asked);
        Box.Failed.ShouldBe(1);
    }

    [Fact]
    public async Task one_that_expired_is_sent_after_all_if_the_person_says_so()
    {
        await Queue(out var id);
        Clock.Advance(Outbox.UrgentFor);
        await Box.Flush();

        Server.On("PauseRun", Paused);
        await Box.Renew(id);

        Box.Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task what_the_server_refuses_stays_with_its_reason_and_does_not_hold_up_the_next()
    {
        await Queue(out var refused);
        var second = Guid.NewGuid();
        await Box.Add(Pause(second), second, "暂停 backup", null, Outbox.UrgentFor);
        Server.On("PauseRun", body => body["variables"]!["input"]!["commandId"]!.GetValue<Guid>() == refused
            ? (HttpStatusCode.OK, """{"errors":[{"message":"The run has ended.","extensions":{"code":"run.ended"}}],"data":null}""")
            : (HttpStatusCode.OK, "{\"data\":" + Paused + "}"));

        await Box.Flush();

        var left = Box.Items.ShouldHaveSingleItem();
        (left.Id, left.State, left.Code).ShouldBe((refused, OutboxState.Refused, "run.ended"));
    }

    [Fact]
    public async Task a_server_that_is_busy_gets_it_again()
    {
        await Queue(out _);
        Server.Refuse("PauseRun", "server.busy");

        await Box.Flush();

        Box.Items.ShouldHaveSingleItem().State.ShouldBe(OutboxState.Waiting);
        Box.Items[0].Tries.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task what_is_dropped_is_gone()
    {
        await Queue(out var id);

        await Box.Drop(id);

        Box.Items.ShouldBeEmpty();
        Browser.Shared.Kept.Keys.ShouldNotContain(key => key.Store == Stores.Outbox);
    }

    private Task Queue(out Guid id)
    {
        id = Guid.NewGuid();
        return Add(id);
    }

    private async Task Add(Guid id)
    {
        await StartAsync();
        (await Box.Add(Pause(id), id, "暂停 receipts", Run.ToString(), Outbox.UrgentFor)).ShouldBeTrue();
    }

    private static PauseRunMutation Pause(Guid id) => new() { Input = new PauseRunInput { CommandId = id, RunId = Run } };

    private static async Task Until(Func<bool> holds)
    {
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (!holds() && DateTime.UtcNow < deadline)
        {
            await Task.Delay(20);
        }

        holds().ShouldBeTrue();
    }
}
