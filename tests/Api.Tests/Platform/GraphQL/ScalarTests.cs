using Jarvis.Api.Platform.GraphQL;
using Jarvis.Api.Tests.Accounts;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform.GraphQL;

/// <summary>What the scalars take, and what they refuse rather than guess.</summary>
public sealed class ScalarTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Theory]
    [InlineData("2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z")]
    [InlineData("2026-11-23t10:00:00.5z", "2026-11-23T10:00:00.5Z")]
    [InlineData("2026-11-23T10:00:00+01:00", "2026-11-23T09:00:00Z")]
    [InlineData("2026-11-23T10:00:00-00:00", "2026-11-23T10:00:00Z")]
    [InlineData("2026-11-23T10:00:00.123456789Z", "2026-11-23T10:00:00.123456Z")]
    public void an_instant_is_written_as_RFC_3339_has_it(string text, string instant)
    {
        var scalar = new DateTimeScalar();
        scalar.Serialize(scalar.ParseValue(text)).ShouldBe(instant);
    }

    [Theory]
    [InlineData("11/12/2026 10:00:00 PM -05:00")]
    [InlineData("23 November 2026 10:00:00 +1")]
    [InlineData("Mon, 23 Nov 2026 10:00:00 -0500")]
    [InlineData("2026-11-23T10:00:00")]
    [InlineData("2026-11-23T10:00Z")]
    [InlineData("2026-11-23T10:00:00 +01:00")]
    [InlineData(" 2026-11-23T10:00:00Z")]
    [InlineData("2026-11-23T10:00:00Z\n")]
    [InlineData("2026-02-30T10:00:00Z")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    public void what_could_be_another_day_or_none_is_no_instant(string text) => Should.Throw<Exception>(() => new DateTimeScalar().ParseValue(text));

    [Theory]
    [InlineData(" 01a20954-13a0-7e28-9182-c43b485e2c6d")]
    [InlineData("{01a20954-13a0-7e28-9182-c43b485e2c6d}")]
    [InlineData("+1a20954-13a0-7e28-9182-c43b485e2c6d")]
    [InlineData("0xa20954-13a0-7e28-9182-c43b485e2c6d")]
    [InlineData("01a2095413a07e289182c43b485e2c6d")]
    public void an_id_stands_in_its_36_characters(string text)
    {
        Should.Throw<Exception>(() => new UuidScalar().ParseValue(text));
        new UuidScalar().ParseValue("01A20954-13a0-7e28-9182-c43b485e2c6d").ShouldBe(Guid.Parse("01a20954-13a0-7e28-9182-c43b485e2c6d"));
    }

    /// <summary>Half a character cannot be written to the database: found late, it would look like the server's own failure.</summary>
    [Theory]
    [InlineData("""{ workflow(name: "\uD800") { id } }""")]
    [InlineData("""{ runs(filter: { text: "a\uDC00\uD83D" }) { nodes { id } } }""")]
    [InlineData("""{ pairing(userCode: "x\uDFFFy") { userCode } }""")]
    public async Task half_a_character_in_a_document_is_refused_as_none(string query) =>
        (await (await Person.Register(server)).Client.AskRefused(query)).ShouldBe("graphql.syntax");

    [Theory]
    [InlineData("runs")]
    [InlineData("devices")]
    public async Task a_long_text_is_searched_by_its_beginning_in_whole_characters(string list)
    {
        var person = await Person.Register(server);
        foreach (var before in (int[])[198, 199, 200])
        {
            await person.Client.Ask($"query($t: String) {{ {list}(filter: {{ text: $t }}) {{ nodes {{ id }} }} }}", new { t = new string('a', before) + "\U0001F600 and more" });
        }

        await person.Client.Ask("""{ runs(filter: { text: "\uD83D\uDE00" }) { nodes { id } } }""");
    }
}
