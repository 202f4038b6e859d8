using System.Text.Json;
using Jarvis.Domain.Workflows.Data;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Data;

public sealed class JsonTests
{
    [Theory]
    [InlineData("""{"b":[1,2.5,"x\n",null,true,false,{}],"a":[]}""")]
    [InlineData("100000000000000000001")]
    [InlineData("1.50")]
    [InlineData("-0")]
    [InlineData("0.1")]
    [InlineData("123456789012345")]
    [InlineData("\"é😀\\u0000\\u007f\\\"\"")]
    public void a_value_that_is_only_passed_on_is_written_as_it_was_read(string text)
    {
        Json.Parse(text).ToString().ShouldBe(text);
        JsonSerializer.Serialize(Json.Parse(text)).ShouldNotBeEmpty();
        JsonSerializer.Deserialize<Json>(JsonSerializer.Serialize(Json.Parse(text))).ShouldBe(Json.Parse(text));
    }

    [Theory]
    [InlineData(1e15, "1000000000000000")]
    [InlineData(1e16, "1e+16")]
    [InlineData(0.1 + 0.2, "0.30000000000000004")]
    [InlineData(1e-5, "1e-05")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(1.5e300, "1.5e+300")]
    [InlineData(-123456789.125, "-123456789.125")]
    [InlineData(12345678901234567890.0, "12345678901234567000")]
    [InlineData(double.NaN, "null")]
    [InlineData(double.PositiveInfinity, "1.7976931348623157e+308")]
    public void a_computed_number_is_written_as_jq_writes_it(double number, string text) => Json.Of(number).ToString().ShouldBe(text);

    [Fact]
    public void what_nests_too_deeply_or_is_no_json_is_refused()
    {
        Should.Throw<JsonException>(() => Json.Parse(new string('[', Json.MaxDepth + 1) + new string(']', Json.MaxDepth + 1)));
        Should.Throw<JsonException>(() => Json.Parse("[1,]"));
        Should.Throw<JsonException>(() => Json.Parse("1 2"));
        Should.Throw<JsonException>(() => Json.Parse(""));
    }

    [Fact]
    public void a_key_given_twice_keeps_its_place_and_its_last_value() =>
        Json.Parse("""{"a":1,"b":2,"a":3}""").ToString().ShouldBe("""{"a":3,"b":2}""");

    [Fact]
    public void equality_ignores_the_order_of_keys_and_hashes_agree()
    {
        var left = Json.Parse("""{"a":1,"b":[1,{"c":2.0}]}""");
        var right = Json.Parse("""{"b":[1.0,{"c":2}],"a":1.00}""");
        left.ShouldBe(right);
        left.GetHashCode().ShouldBe(right.GetHashCode());
        left.ShouldNotBe(Json.Parse("""{"a":1,"b":[1,{"c":3}]}"""));
        Json.Of(double.NaN).ShouldBe(Json.Of(double.NaN));
    }

    [Fact]
    public void objects_of_many_keys_find_each_of_them()
    {
        var members = JsonObject.Empty;
        for (var i = 0; i < 1000; i++)
        {
            members = members.With($"key{i}", i);
        }

        var earlier = members;
        members = members.With("key500", "changed").Without("key3").With("more", 1);

        members.Count.ShouldBe(1000);
        members["key500"].ShouldBe(Json.Of("changed"));
        members["key3"].ShouldBeNull();
        members["more"].ShouldBe(Json.Of(1));
        earlier["key500"].ShouldBe(Json.Of(500));
        earlier["more"].ShouldBeNull();
        earlier.Members.Keys.Count().ShouldBe(1000);
        members.Members.ContainsKey("key999").ShouldBeTrue();
    }

    [Fact]
    public async Task threads_may_grow_one_object_at_once()
    {
        var shared = Enumerable.Range(0, 20).Aggregate(JsonObject.Empty, (o, i) => o.With($"k{i}", i));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (var round = 0; round < 500; round++)
            {
                var mine = Enumerable.Range(0, 10).Aggregate(shared, (o, i) => o.With($"w{worker}-{i}", worker));
                mine.Count.ShouldBe(30);
                mine[$"w{worker}-9"].ShouldBe(Json.Of(worker));
                mine["k7"].ShouldBe(Json.Of(7));
                mine["absent"].ShouldBeNull();
            }
        })));
        shared.Count.ShouldBe(20);
    }

    [Fact]
    public void arrays_share_what_they_have_in_common_and_nothing_else()
    {
        var start = JsonArray.Empty.Append(1).Append(2);
        var left = start.Append(3);
        var right = start.Append(4);

        start.Items.ShouldBe([Json.Of(1), Json.Of(2)]);
        left.ToString().ShouldBe("[1,2,3]");
        right.ToString().ShouldBe("[1,2,4]");
        left.Append(5).ToString().ShouldBe("[1,2,3,5]");
        right.With(4, 6).ToString().ShouldBe("[1,2,4,null,6]");
    }
}
