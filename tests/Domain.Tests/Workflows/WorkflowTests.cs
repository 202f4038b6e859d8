using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows;

public sealed class WorkflowTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly Guid Person = Guid.Parse("0195527b-9d40-7000-8000-000000000001");
    private static readonly Content Text = new Content.Erased();

    [Fact]
    public void the_first_text_is_revision_one_another_the_next_the_same_none()
    {
        var first = Publish(null, "aa").Events;
        first.ShouldHaveSingleItem().ShouldBeOfType<WorkflowPublished>().Revision.ShouldBe(1);
        Publish(Given(first), "aa").Events.ShouldBeEmpty();
        Publish(Given(first), "bb").Events.ShouldHaveSingleItem().ShouldBeOfType<WorkflowPublished>().Revision.ShouldBe(2);
    }

    [Fact]
    public void an_older_text_published_again_is_a_new_revision()
    {
        var first = Publish(null, "aa").Events;
        var second = Publish(Given(first), "bb").Events;
        Publish(Given(first, second), "aa").Events.ShouldHaveSingleItem().ShouldBeOfType<WorkflowPublished>().Revision.ShouldBe(3);
    }

    [Fact]
    public void a_published_revision_stays_what_it_was()
    {
        var first = Publish(null, "aa").Events;
        var workflow = Given(first, Publish(Given(first), "bb").Events);
        workflow.Revision(1)!.DefinitionHash.ShouldBe("aa");
        workflow.Revision(null)!.DefinitionHash.ShouldBe("bb");
        workflow.Revision(3).ShouldBeNull();
        workflow.Revision(0).ShouldBeNull();
    }

    [Fact]
    public void it_is_disabled_and_enabled_once_each()
    {
        var published = Publish(null, "aa").Events;
        var disabled = Given(published).Disable(Person, null, Now).Events;
        Given(published, disabled).Disable(Person, null, Now).Refusal.ShouldBe(WorkflowRefusals.Disabled);
        Given(published).Enable(Person, null, Now).Refusal.ShouldBe(WorkflowRefusals.NotDisabled);
        Given(published, disabled, Given(published, disabled).Enable(Person, null, Now).Events).IsDisabled.ShouldBeFalse();
    }

    private static Decision Publish(Workflow? workflow, string hash) =>
        Workflow.Publish(workflow, Person, "tests", "greeting", "1.0.0", hash, Text, Person, null, Now);

    private static Workflow Given(params IReadOnlyList<object>[] events) => events.SelectMany(part => part).Aggregate((Workflow?)null, Workflow.Evolve)!;
}
