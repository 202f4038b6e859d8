using Jarvis.Domain.Platform;
using Jarvis.Domain.Tests.Workflows.Interpreter;
using Jarvis.Domain.Workflows;
using Jarvis.Domain.Workflows.Language;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows;

public sealed class WorkflowCardTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly Guid Person = Guid.Parse("0195527b-9d40-7000-8000-000000000001");
    private static readonly Guid Other = Guid.Parse("0195527b-9d40-7000-8000-000000000002");

    [Fact]
    public void category_and_tags_come_from_the_document()
    {
        var card = Card("  tags: { team: finance, nightly: '', category: books }\n  metadata: { tags: [财务, 报表, 财务], category: ' 记账 ' }\n");
        card.Category.ShouldBe("记账");
        card.Tags.ShouldBe(["财务", "报表", "team:finance", "nightly"]);
        Card("  tags: { category: books }\n").Category.ShouldBe("books");
        Card("").ShouldSatisfyAllConditions(none => none.Category.ShouldBeNull(), none => none.Tags.ShouldBeEmpty());
    }

    [Fact]
    public void title_and_description_are_kept_in_every_language_that_the_document_has_them_in()
    {
        WorkflowCard.About(Document("  title: Receipts\n  metadata: { title: { en: Receipts, zh: 票据, no: 1 }, description: { zh: 合并票据 } }\n")).ToString()
            .ShouldBe("""{"title":"Receipts","description":null,"titles":{"en":"Receipts","zh":"票据"},"descriptions":{"zh":"合并票据"}}""");
        WorkflowCard.About(Document("  title: Receipts\n  metadata: { title: 票据 }\n")).ToString().ShouldBe("""{"title":"Receipts","description":null}""");
    }

    /// <summary>U+0000 cannot be stored, and the others steer whoever shows them.</summary>
    [Theory]
    [InlineData("a\0b")]
    [InlineData("a\u001b[2Jb")]
    [InlineData("a\nb")]
    public void a_category_or_tag_that_is_no_plain_text_is_left_out_of_a_document_and_refused_from_a_person(string text)
    {
        WorkflowCard.Of(text, [text, "plain"]).ShouldSatisfyAllConditions(card => card.Category.ShouldBeNull(), card => card.Tags.ShouldBe(["plain"]));
        WorkflowCard.IsWord(text).ShouldBeFalse();
    }

    [Fact]
    public void what_is_too_long_or_too_much_is_left_out()
    {
        var tags = string.Join(", ", Enumerable.Range(0, 40).Select(i => $"t{i}"));
        var card = Card($"  metadata: {{ category: {new string('x', 51)}, tags: [{new string('y', 51)}, {tags}] }}\n");
        card.Category.ShouldBeNull();
        card.Tags.Length.ShouldBe(WorkflowCard.MaxTags);
        card.Tags[0].ShouldBe("t0");
    }

    [Fact]
    public void an_owners_word_is_taken_once_and_too_long_a_one_refused()
    {
        var workflow = Published();
        var said = workflow.Classify(" books ", ["a", "a", "b"], Person, null, Now).Events.ShouldHaveSingleItem().ShouldBeOfType<WorkflowClassified>();
        (said.Category, string.Join(' ', said.Tags!)).ShouldBe(("books", "a b"));
        var after = Workflow.Evolve(workflow, said)!;
        after.Classify("books", ["a", "b"], Person, null, Now).Events.ShouldBeEmpty();
        after.Classify(null, null, Person, null, Now).Events.ShouldHaveSingleItem();
        foreach (var tags in (string[][])[[""], [new string('x', 51)], [.. Enumerable.Range(0, 21).Select(i => $"{i}")]])
        {
            workflow.Classify(null, tags, Person, null, Now).Refusal.ShouldBe(WorkflowRefusals.ClassInvalid);
        }

        workflow.Classify(new string('x', 51), null, Person, null, Now).Refusal.ShouldBe(WorkflowRefusals.ClassInvalid);
    }

    [Fact]
    public void each_person_has_favourites_of_their_own()
    {
        var workflow = Published();
        var mine = Workflow.Evolve(workflow, workflow.Favour(Person, Now).Events.ShouldHaveSingleItem())!;
        mine.Favour(Person, Now).Events.ShouldBeEmpty();
        mine.Favour(Other, Now).Events.ShouldHaveSingleItem();
        mine.Unfavour(Other, Now).Events.ShouldBeEmpty();
        Workflow.Evolve(mine, mine.Unfavour(Person, Now).Events.ShouldHaveSingleItem())!.FavouriteOf.ShouldBeEmpty();
    }

    private static Workflow Published() => Workflow.Evolve(
        null, Workflow.Publish(null, Person, "tests", "greeting", "1.0.0", "aa", new Content.Erased(), Person, null, Now).Events.ShouldHaveSingleItem())!;

    private static WorkflowCard Card(string more) => WorkflowCard.Of(Document(more));

    private static DocumentSection Document(string more) => DefinitionParser.Parse(
        $"document:\n  dsl: '1.0.3'\n  namespace: test\n  name: story\n  version: '1.0.0'\n{more}do:\n  - one: {{ set: {{ a: 1 }} }}\n", Story.Functions).Definition!.Document;
}
