using System.Reflection;
using Jarvis.Client.Platform;
using Jarvis.Client.Schema;
using Jarvis.Mobile.Platform;
using Jarvis.Mobile.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Platform;

/// <summary>What stays on the device, and what goes over a mobile network by itself.</summary>
public sealed class SyncChoiceTests : PhoneTest
{
    private const string Log = """{"run":{"log":{"nodes":[],"incomplete":false,"pageInfo":{"startCursor":null,"hasPreviousPage":false}}}}""";
    private static readonly Guid Some = Guid.CreateVersion7();

    private SyncChoice Choice => The<SyncChoice>();

    [Fact]
    public async Task what_the_person_does_not_want_kept_is_deleted_and_not_kept_again()
    {
        Server.On("RunLog", Log).On("Runs", Runs.Samples.Runs());
        await StartAsync();
        await The<Api>().Ask(new RunLogQuery { Id = Some });
        await The<Api>().Ask(new RunsQuery { First = 30, Order = RunOrder.Newest });
        (await Choice.Count()).ShouldBe(new Dictionary<KeptKind, int> { [KeptKind.Contents] = 1, [KeptKind.Lists] = 1 }, ignoreOrder: true);

        await Choice.Keep(KeptKind.Contents, false);
        await The<Api>().Ask(new RunLogQuery { Id = Some });

        (await Choice.Count()).ShouldBe(new Dictionary<KeptKind, int> { [KeptKind.Lists] = 1 });
        Browser.Go(online: false);
        await Should.ThrowAsync<UnreachableException>(() => The<Api>().Ask(new RunLogQuery { Id = Some }));
    }

    [Fact]
    public async Task on_a_mobile_network_what_waits_waits_for_wifi_but_not_what_touches_a_running_task()
    {
        await StartAsync();
        await Choice.Choose(wifiOnly: true);
        Browser.MoveTo(NetworkKind.Mobile);
        Browser.Go(online: false);
        var (safe, urgent) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Box.Add(Start(safe), safe, "启动 receipts", null, Outbox.SafeFor);
        await Box.Add(new CancelRunMutation { Input = new CancelRunInput { CommandId = urgent, RunId = Some } }, urgent, "终止 backup", null, Outbox.UrgentFor);
        Server.On("StartRun", "{\"startRun\":{\"position\":\"9\",\"run\":{\"id\":\"" + Some + "\"}}}").On("CancelRun", """{"cancelRun":{"position":"9","control":null}}""");

        Browser.Go(online: true);
        await Until(() => Box.Items.Count == 1);
        Box.Items.Single().Id.ShouldBe(safe);

        Browser.MoveTo(NetworkKind.Unmetered);
        await Until(() => Box.Items.Count == 0);
        Server.AskedOf("StartRun").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task nothing_is_followed_over_a_mobile_network_until_the_person_says_so()
    {
        await StartAsync();
        using var following = The<Live>().Follow(new RunsChangedSubscription(), _ => { });
        var socket = await Sockets.Next();
        await socket.Acknowledge();
        await socket.Heard("subscribe");

        await Choice.Choose(wifiOnly: true);
        Browser.MoveTo(NetworkKind.Mobile);
        await Until(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(5));
            return The<Link>().Live == LiveState.Held;
        });
        var tried = Sockets.Tried;
        Clock.Advance(TimeSpan.FromMinutes(5));
        Sockets.Tried.ShouldBe(tried);

        Choice.LetThisTime();
        await Sockets.Next();
    }

    [Fact]
    public async Task a_browser_that_does_not_tell_its_network_synchronises()
    {
        await StartAsync();
        await Choice.Choose(wifiOnly: true);

        Choice.Flows.ShouldBeTrue();
    }

    [Fact]
    public void every_query_of_the_phone_is_of_a_kind_that_the_person_can_settle()
    {
        // Of the person and the server themselves, small; the app starts with some of them.
        string[] always = ["ChosenDevice", "Pairing", "MyAccount", "MySessions", "AboutServer", "HelpList", "HelpPageBody", "Viewer", "RevisionChanges"];
        var queries = new[] { "Jarvis.Client", "Jarvis.Client.Later", "Jarvis.Mobile.First", "Jarvis.Mobile.Home", "Jarvis.Mobile.Later" }.SelectMany(name => Assembly.Load(name).GetTypes())
            .Where(type => type.GetInterfaces().Any(known => known.IsGenericType && known.GetGenericTypeDefinition() == typeof(IQuery<>)) && !type.IsAbstract)
            .Select(type => type.Name[..^"Query".Length]).ToArray();

        queries.Except(AnswersKept.Kinds.ByQuery.Keys).Except(always).ShouldBeEmpty();
        AnswersKept.Kinds.ByQuery.Keys.Except(queries).ShouldBeEmpty();
    }

    private static StartRunMutation Start(Guid id) => new() { Input = new StartRunInput { CommandId = id, WorkflowId = Some } };
}
