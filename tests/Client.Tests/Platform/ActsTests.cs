using Jarvis.Client.Platform;
using Jarvis.Client.Schema;
using Jarvis.Client.Workflows;
using Jarvis.Mobile.Devices;
using Jarvis.Mobile.Platform;
using Jarvis.Mobile.Runs;
using Jarvis.Mobile.Workflows;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Platform;

/// <summary>What becomes of an act while there is no network: what is safe waits, what touches a running task asks, what must be seen done is refused.</summary>
public sealed class ActsTests : PhoneTest
{
    private static readonly Guid Some = Guid.CreateVersion7();
    private static readonly WorkflowEntry Workflow = new()
    {
        Id = Some, Titled = new Titled { Name = "receipts", TitleZh = null, TitleEn = null }, Namespace = "my", DescriptionZh = null, DescriptionEn = null, Category = null, Tags = [], Disabled = false, Favourite = false, Revision = 1,
        ChangedAt = default,
    };

    private readonly List<Question> asked = [];

    [Fact]
    public async Task a_star_waits_without_a_question_and_is_sent_once()
    {
        await Offline();

        (await The<WorkflowActs>().Star(Workflow, on: true)).ShouldBe(Acted.Queued);

        asked.ShouldBeEmpty();
        Box.Items.ShouldHaveSingleItem().Target.ShouldBe("workflows/" + Some);
        Server.On("FavouriteWorkflow", """{"favouriteWorkflow":{"position":"9"}}""");
        Browser.Go(online: true);
        await Until(() => Box.Items.Count == 0);
        Server.AskedOf("FavouriteWorkflow").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task a_star_that_is_pressed_twice_offline_leaves_nothing_to_send()
    {
        await Offline();
        await The<WorkflowActs>().Star(Workflow, on: true);

        await The<WorkflowActs>().Star(Workflow with { Favourite = true }, on: false);

        Box.Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task disabling_a_workflow_waits_and_says_that_it_does()
    {
        await Offline();

        (await The<WorkflowActs>().Turn(Workflow, enabled: false)).ShouldBeNull();

        The<WorkflowActs>().IsTurning(Some).ShouldBeTrue();
        Box.Items.ShouldHaveSingleItem().Title.ShouldBe("停用 receipts");
        asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task stopping_a_running_task_asks_once_more_and_is_good_for_ten_minutes()
    {
        await Offline(yes: true);

        (await The<RunActs>().Stop(new RunFacts(Some, "receipts", "pc", RunStatus.Running, default))).ShouldBe(Acted.Queued);

        asked.Select(question => question.Title).ShouldBe(["终止“receipts”？", "现在连不上服务器"]);
        var kept = Box.Items.ShouldHaveSingleItem();
        (kept.ExpiresAt - kept.QueuedAt).ShouldBe(Outbox.UrgentFor);
        kept.Target.ShouldBe("runs/" + Some);
    }

    [Fact]
    public async Task cancelling_one_that_only_waits_is_safe_and_waits_without_a_second_question()
    {
        await Offline(yes: true);

        (await The<RunActs>().Stop(new RunFacts(Some, "receipts", null, RunStatus.Pending, default))).ShouldBe(Acted.Queued);

        asked.Select(question => question.Title).ShouldBe(["取消“receipts”？"]);
        var kept = Box.Items.ShouldHaveSingleItem();
        (kept.ExpiresAt - kept.QueuedAt).ShouldBe(Outbox.SafeFor);
    }

    [Fact]
    public async Task what_the_person_would_rather_not_send_later_is_not_kept()
    {
        await Offline(yes: false);

        (await The<RunActs>().Resume(new RunFacts(Some, "receipts", "pc", RunStatus.Paused, default))).ShouldBe(Acted.No);

        Box.Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task unbinding_does_not_wait_and_the_person_is_told_why()
    {
        await Offline();

        var done = await The<Acts>().SendNow(new RevokeDeviceMutation { Input = new RevokeDeviceInput { CommandId = Guid.CreateVersion7(), DeviceId = Some } }, ActWords.WhyNotUnbind);

        done.ShouldBeNull();
        Box.Items.ShouldBeEmpty();
        The<Toasts>().All.ShouldHaveSingleItem().Text.ShouldBe("手机离线，没有执行。解除绑定必须马上生效，不能排队等。");
    }

    [Fact]
    public async Task a_server_that_went_silent_under_it_is_not_said_to_have_done_nothing()
    {
        await StartAsync();
        Server.IsAway = true;

        await The<Acts>().SendNow(new RevokeDeviceMutation { Input = new RevokeDeviceInput { CommandId = Guid.CreateVersion7(), DeviceId = Some } }, ActWords.WhyNotUnbind);

        The<Toasts>().All.ShouldHaveSingleItem().Text.ShouldStartWith("服务器没有回答，不确定是否执行了");
    }

    [Fact]
    public async Task what_is_settled_twice_is_sent_as_it_was_settled_last()
    {
        await Offline();
        await Name("first");
        await Name("second");

        Server.On("RenameDevice", """{"renameDevice":{"position":"9","device":{"id":"00000000-0000-0000-0000-000000000001","name":"second"}}}""");
        Browser.Go(online: true);
        await Until(() => Box.Items.Count == 0);

        Server.AskedOf("RenameDevice").ShouldHaveSingleItem()["variables"]!["input"]!["name"]!.GetValue<string>().ShouldBe("second");

        Task Name(string name)
        {
            var id = Guid.CreateVersion7();
            return The<Acts>().Send(
                new RenameDeviceMutation { Input = new RenameDeviceInput { CommandId = id, DeviceId = Some, Name = name } }, id,
                new Waits("rename", "devices/" + Some, Outbox.SafeFor, "rename:" + Some));
        }
    }

    [Fact]
    public async Task a_question_that_is_asked_while_another_is_answered_is_answered_too()
    {
        var questions = new Questions();
        var asking = AskTwice();

        questions.Answer(new Consent("first"));
        questions.Open!.Title.ShouldBe("second");
        questions.Answer(new Consent("second"));

        (await asking.WaitAsync(Long, TestContext.Current.CancellationToken)).ShouldBe("first second");

        async Task<string> AskTwice() => (await questions.Ask(new Question("first", "", "")))!.Reason + " " + (await questions.Ask(new Question("second", "", "")))!.Reason;
    }

    private async Task Offline(bool yes = false)
    {
        await StartAsync();
        The<Questions>().Changed += () =>
        {
            if (The<Questions>().Open is { } open)
            {
                asked.Add(open);
                The<Questions>().Answer(yes ? new Consent(null) : null);
            }
        };
        Browser.Go(online: false);
    }
}
