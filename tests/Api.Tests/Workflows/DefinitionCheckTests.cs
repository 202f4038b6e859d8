using System.Text.Json;
using Jarvis.Api.Tests.Accounts;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Application.Workflows;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Workflows;

/// <summary>A text is judged as it would be when it is published, and nothing is kept of it.</summary>
public sealed class DefinitionCheckTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private const string Question = """
        query($source: String!) { checkDefinition(source: $source) {
            valid namespace name problems { code message line column pointer }
            nodes { revision nodes { id name row } edges { from to } } form { fields { name } }
            workflow { id revision } difference { from to linesAdded linesRemoved tasks { kind path } } } }
        """;

    private const string ThreeMistakes = """
        document: { dsl: '1.0.0', namespace: tests, name: mended, version: '1.0.0' }
        do:
          - first: { sett: { a: 1 } }
          - second: { call: no.such.function }
          - third: { wait: { parsecs: 3 } }
        """;

    private const string Mended = """
        document: { dsl: '1.0.0', namespace: tests, name: mended, version: '1.0.0' }
        do:
          - first: { set: { a: 1 } }
          - third: { wait: { seconds: 3 } }
        """;

    [Fact]
    public async Task every_mistake_is_told_at_its_line_and_nothing_is_drawn()
    {
        var person = await Person.Register(server);
        var verdict = await Check(person, ThreeMistakes);
        verdict.At("valid").GetBoolean().ShouldBeFalse();
        verdict.At("problems").EnumerateArray().Select(problem => problem.At("line").GetInt32()).Distinct().ShouldBe([3, 4, 5]);
        verdict.At("problems").EnumerateArray().ShouldAllBe(problem => problem.At("column").GetInt32() > 1);
        verdict.At("nodes").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task a_text_without_mistakes_is_drawn_and_compared_with_the_latest_revision()
    {
        var person = await Person.Register(server);
        var first = await Check(person, Mended);
        first.At("valid").GetBoolean().ShouldBeTrue();
        first.At("workflow").ValueKind.ShouldBe(JsonValueKind.Null);
        first.At("nodes", "revision").GetInt32().ShouldBe(1);
        first.At("nodes", "nodes").EnumerateArray().Select(node => node.Text("name")).ShouldBe(["first", "third"]);
        (await person.Client.Ask("{ workflows { nodes { id } } }")).At("workflows", "nodes").GetArrayLength().ShouldBe(0, "it was looked at, not published");

        await server.Do(new PublishWorkflow(Mended), person.Id);
        var changed = Mended + "\n  - last: { set: { b: 2 } }";
        var next = await Eventually.Be(() => Check(person, changed), verdict => verdict.At("workflow").ValueKind == JsonValueKind.Object);
        next.At("nodes", "revision").GetInt32().ShouldBe(2);
        (next.At("difference", "from").GetInt32(), next.At("difference", "to").GetInt32(), next.At("difference", "linesAdded").GetInt32()).ShouldBe((1, 2, 1));
        next.Text("difference", "tasks", 0, "kind").ShouldBe("ADDED");

        var stranger = await Person.Register(server);
        (await Check(stranger, changed)).At("workflow").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task a_text_that_is_too_long_is_refused()
    {
        var person = await Person.Register(server);
        (await person.Client.AskRefused(Question, new { source = new string(' ', PublishWorkflow.MaxSourceCharacters + 1) })).ShouldBe("input.invalid");
    }

    private static async Task<JsonElement> Check(Person person, string source) => (await person.Client.Ask(Question, new { source })).At("checkDefinition");
}
