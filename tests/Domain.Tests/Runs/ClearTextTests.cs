using System.Text;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Tests.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Runs;

/// <summary>What stands clear in an event can be held by every view; what could not never gets there.</summary>
public sealed class ClearTextTests
{
    [Theory]
    [InlineData('x')]
    [InlineData('é')]
    [InlineData('龍')]
    public void a_text_is_fit_up_to_its_bytes_and_cut_to_them(char letter)
    {
        var bytes = Encoding.UTF8.GetByteCount([letter]);
        var longest = new string(letter, ClearText.MaxBytes / bytes);
        ClearText.IsFit(longest).ShouldBeTrue();
        ClearText.Fitted(longest).ShouldBeSameAs(longest);
        ClearText.IsFit(longest + letter).ShouldBeFalse();
        ClearText.Fitted(longest + letter).ShouldBe(longest);
    }

    [Fact]
    public void half_a_character_is_not_left_and_what_cannot_be_stored_is_exchanged()
    {
        ClearText.Fitted("xx\U0001F600", 5).ShouldBe("xx");
        ClearText.IsFit("a\0b").ShouldBeFalse();
        ClearText.Fitted("a\0b").ShouldBe("a\ufffdb");
    }

    [Fact]
    public void a_task_whose_pointer_no_event_could_hold_is_refused_where_it_is_written()
    {
        Problems(new string('a', ClearText.MaxPointerBytes)).ShouldHaveSingleItem().Code.ShouldBe("language.too_large");
        Problems("a\\0b").ShouldHaveSingleItem().Code.ShouldBe("language.invalid_value");
        Problems(new string('a', ClearText.MaxPointerBytes / 2)).ShouldBeEmpty();
    }

    [Fact]
    public void an_error_of_any_type_ends_its_run_with_an_event_that_can_be_kept()
    {
        var type = "https://example.test/" + new string('x', 2_000);
        var error = Story.Of($$"""
            do:
              - a:
                  raise: { error: { type: '{{type}}', status: 400, instance: '/{{type}}' } }
            """).Run().Events.OfType<ExecutionFaulted>().ShouldHaveSingleItem().Error;
        (ClearText.IsFit(error.Type, ClearText.MaxErrorTypeBytes), ClearText.IsFit(error.Instance)).ShouldBe((true, true));
        error.Type.ShouldStartWith("https://example.test/xxx");
    }

    private static IReadOnlyList<Problem> Problems(string name) => DefinitionParser.Parse(
        $$"""{ "document": { "dsl": "1.0.0", "namespace": "tests", "name": "names", "version": "1.0.0" }, "do": [ { "{{name.Replace("\\0", "\\u0000", StringComparison.Ordinal)}}": { "set": { "x": 1 } } } ] }""",
        Story.Functions).Problems;
}
