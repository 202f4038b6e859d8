using Jarvis.TypedGraphQL;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Platform;

/// <summary>Documents become C#, or the build fails at their line.</summary>
public sealed class GenerationTests : IDisposable
{
    private const string Sdl = """
        interface Payload { position: Position! }
        type Made implements Payload { position: Position! thing: Thing! }
        type Lost implements Payload { position: Position! why: String }
        type Thing { id: UUID! name: String tags: [String!]! parent: Thing state: State! strange: Strange }
        type ThingChange { cursor: Cursor! thing: Thing! }
        enum State { OPEN SHUT_FAST }
        input NewThing { commandId: UUID! name: String! tags: [String!] state: State }
        type Query { thing(id: UUID!): Thing things(first: Int): [Thing!]! }
        type Mutation { makeThing(input: NewThing!): Payload! }
        type Subscription { thingsChanged(after: Cursor): ThingChange! }
        scalar Position
        scalar UUID
        scalar Cursor
        scalar Strange
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("jarvis-graphql-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task a_field_that_the_schema_lacks_is_refused_with_its_line_and_column()
    {
        var problem = (await Generate("query Look {\n  things {\n    colour\n  }\n}")).ShouldHaveSingleItem();

        (problem.Line, problem.Column).ShouldBe((3, 5));
        problem.File.ShouldEndWith("Page.graphql");
        problem.Message.ShouldContain("colour");
        Directory.Exists(Path.Combine(folder, "out")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("query Look($id: UUID) { thing(id: $id) { id } }", "Variable '$id'")]
    [InlineData("query Look { thing { id } }", "id")]
    [InlineData("query Look { things { id } ", "Expected")]
    [InlineData("{ things { id } }", "needs a name")]
    [InlineData("query Look { things { strange } }", "Strange has no C# type")]
    [InlineData("query Look { things { ...Unknown } }", "Unknown")]
    [InlineData("subscription Look { thingsChanged { thing { id } } }", "cannot be resumed")]
    [InlineData("subscription Look($after: Cursor) { thingsChanged(after: $after) { thing { id } } }", "cannot be resumed")]
    public async Task a_mistake_is_told(string document, string told) =>
        (await Generate(document)).ShouldContain(problem => problem.Message.Contains(told, StringComparison.Ordinal));

    [Fact]
    public async Task an_operation_is_a_class_of_its_variables_and_its_answer()
    {
        (await Generate("query Look($id: UUID!, $first: Int) { thing(id: $id) { name parent { id } } things(first: $first) { tags state } }")).ShouldBeEmpty();

        var code = Code("Page.g.cs");
        code.ShouldContain("public sealed class LookQuery : global::Jarvis.Client.Platform.IQuery<LookQuery.Data>");
        code.ShouldContain("public required global::System.Guid Id { get; set; }");
        code.ShouldContain("public int? First { get; set; }");
        code.ShouldContain("public required ThingNode? Thing { get; set; }");
        code.ShouldContain("public required string? Name { get; set; }");
        code.ShouldContain("IReadOnlyList<string> Tags");
        code.ShouldContain("public required global::Jarvis.Client.Schema.State State { get; set; }");
        code.ShouldContain("query Look($id: UUID!,$first: Int){thing(id: $id){name parent{id }}things(first: $first){tags state }}");
    }

    [Fact]
    public async Task a_fragment_is_one_type_wherever_it_is_spread_and_only_what_is_used_is_sent()
    {
        (await Generate("fragment Row on Thing { id }\nfragment Unused on Thing { name }\nquery Look { things { ...Row } thing(id: \"7\") { name ...Row } }")).ShouldBeEmpty();

        var code = Code("Page.g.cs");
        code.ShouldContain("IReadOnlyList<global::Jarvis.Try.Row> Things");
        code.ShouldContain("public required global::Jarvis.Try.Row Row { get; set; }");
        // What pages keep and patch by "with"; the operations' own types are not.
        code.ShouldContain("public sealed record Row\n");
        code.ShouldContain("public required global::System.Guid Id { get; init; }");
        code.ShouldNotContain("public sealed record LookQuery");
        code.ShouldContain("fragment Row on Thing{id }\"");
        code.ShouldNotContain("fragment Unused on Thing{name }\"");
    }

    [Fact]
    public async Task what_may_be_of_several_types_is_told_apart_by_its_name()
    {
        (await Generate("mutation Make($input: NewThing!) { makeThing(input: $input) { position ... on Made { thing { id } } ... on Lost { why } } }")).ShouldBeEmpty();

        var code = Code("Page.g.cs");
        code.ShouldContain("makeThing(input: $input){__typename position ...on Made");
        code.ShouldContain("public required OnMadeNode? OnMade { get; set; }");
        code.ShouldContain("is \"Lost\" ? OnLostNode.Read(element) : null");
    }

    [Fact]
    public async Task a_subscription_knows_how_to_go_on()
    {
        (await Generate("subscription Look($after: Cursor, $full: Boolean!) { thingsChanged(after: $after) { cursor thing { id name @include(if: $full) } } }")).ShouldBeEmpty();

        Code("Page.g.cs").ShouldContain("From(string cursor) => new LookSubscription { Full = Full, After = cursor };");
    }

    [Fact]
    public async Task enums_know_what_they_do_not_know_and_inputs_leave_out_what_is_not_given()
    {
        (await Generate("query Look { things { id } }", types: true)).ShouldBeEmpty();

        var code = Code("Schema.g.cs");
        code.ShouldContain("\"SHUT_FAST\" => State.ShutFast,");
        code.ShouldContain("_ => State.Unknown,");
        code.ShouldContain("if (Tags is { } givenTags)");
    }

    [Fact]
    public async Task a_file_that_says_the_same_is_not_written_again_and_one_without_its_document_goes()
    {
        await Generate("query Look { things { id } }");
        var file = Path.Combine(folder, "out", "Page.g.cs");
        var long_ago = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(file, long_ago);
        await File.WriteAllTextAsync(Path.Combine(folder, "out", "Gone.g.cs"), "");

        await Generate("query Look { things { id } }");

        File.GetLastWriteTimeUtc(file).ShouldBe(long_ago);
        File.Exists(Path.Combine(folder, "out", "Gone.g.cs")).ShouldBeFalse();
    }

    private async Task<IReadOnlyList<Problem>> Generate(string document, bool types = false)
    {
        var schema = Path.Combine(folder, "schema.graphql");
        var page = Path.Combine(folder, "Page.graphql");
        await File.WriteAllTextAsync(schema, Sdl);
        await File.WriteAllTextAsync(page, document);
        return await Generation.RunAsync(new GenerationOrder
        {
            Schema = schema,
            Namespace = "Jarvis.Try",
            Root = folder,
            Out = Path.Combine(folder, "out"),
            Types = types,
            Documents = [page],
        });
    }

    private string Code(string name) => File.ReadAllText(Path.Combine(folder, "out", name));
}
