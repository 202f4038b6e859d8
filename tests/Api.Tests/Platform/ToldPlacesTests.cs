using Jarvis.Api.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>The table's answer and the notifications overtake one another; a view's place goes back only where it did.</summary>
public sealed class ToldPlacesTests
{
    private const string Shard = "Runs:All";

    private readonly ToldPlaces places = new();

    [Fact]
    public void what_was_told_while_the_table_was_asked_is_not_set_back_by_its_answer()
    {
        places.Tell(Shard, 5);
        var asked = places.Asking();
        places.Tell(Shard, 9);
        places.Answer(asked, Rows(5));
        places.Of(Shard).ShouldBe(9);
    }

    [Fact]
    public void a_first_place_told_while_the_table_was_asked_is_not_set_back_by_an_answer_without_it()
    {
        var asked = places.Asking();
        places.Tell(Shard, 9);
        places.Answer(asked, new Dictionary<string, long>());
        places.Of(Shard).ShouldBe(9);
    }

    [Fact]
    public void what_is_told_late_is_doubted_and_sets_nothing_back()
    {
        places.Answer(places.Asking(), Rows(7));
        places.Tell(Shard, 6).ShouldBeFalse();
        places.Of(Shard).ShouldBe(7);
        places.Tell(Shard, 7).ShouldBeTrue();
        places.Tell(Shard, 8).ShouldBeTrue();
    }

    [Fact]
    public void a_place_that_went_back_in_the_table_goes_back()
    {
        places.Tell(Shard, 9);
        places.Answer(places.Asking(), Rows(5));
        places.Of(Shard).ShouldBe(5);
        places.Answer(places.Asking(), new Dictionary<string, long>());
        places.Of(Shard).ShouldBe(0, "a view without a row is at its beginning");
    }

    [Fact]
    public void a_place_that_went_back_while_the_table_was_asked_goes_back_with_the_next_answer()
    {
        var asked = places.Asking();
        places.Tell(Shard, 9);
        places.Tell(Shard, 4).ShouldBeFalse();
        places.Answer(asked, Rows(4));
        places.Answer(places.Asking(), Rows(4));
        places.Of(Shard).ShouldBe(4);
    }

    private static Dictionary<string, long> Rows(long position) => new() { [Shard] = position };
}
