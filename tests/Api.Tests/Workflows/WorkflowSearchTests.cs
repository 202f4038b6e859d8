using System.Globalization;
using System.Text.Json;
using Jarvis.Api.Tests.Accounts;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Application.Workflows;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Workflows;

/// <summary>Finding a workflow among many.</summary>
public sealed class WorkflowSearchTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task a_fragment_of_name_title_or_description_finds_it_in_any_language()
    {
        var person = await Library();
        (await Names(person, "text: \"port\"")).ShouldBe(["export", "report"]);
        (await Names(person, "text: \"REPORT\"")).ShouldBe(["report"]);
        (await Names(person, "text: \"季度\"")).ShouldBe(["report"]);
        (await Names(person, "text: \"发票 邮件\"")).ShouldBe(["invoices"]);
        (await Names(person, "text: \"发票 季度\"")).ShouldBeEmpty();
        (await Names(person, "text: \"%\"")).ShouldBeEmpty();
        var other = await Library();
        (await Names(other, "text: \"port\"")).ShouldBe(["export", "report"]);
        // Titles stand sealed in the view and in the events.
        (await server.Scalar<long>("select count(*) from views.workflows where about like '%季度%'")).ShouldBe(0);
        (await server.Scalar<long>("select count(*) from jarvis.mt_events where data::text like '%季度%'")).ShouldBe(0);
    }

    [Fact]
    public async Task a_title_is_told_and_found_in_the_readers_language()
    {
        var person = await Person.Register(server);
        var position = await Publish(person, "receipts", "title: Receipts, metadata: { title: { zh: 票据合并 }, description: { zh: 合并一个文件夹 } }");
        var workflow = (await person.Client.Ask(
            $$"""{ workflows(atLeast: "{{position}}") { nodes { title zh: title(language: "zh-CN") fr: title(language: "fr") description(language: "zh") } } }""")).At("workflows", "nodes")[0];
        (workflow.Text("title"), workflow.Text("zh"), workflow.Text("fr"), workflow.Text("description")).ShouldBe(("Receipts", "票据合并", "Receipts", "合并一个文件夹"));
        (await Names(person, "text: \"票据\"")).ShouldBe(["receipts"]);
        (await Names(person, "text: \"文件夹 receipts\"")).ShouldBe(["receipts"]);
        (await server.Scalar<long>("select count(*) from jarvis.mt_events where data::text like '%票据合并%'")).ShouldBe(0);
    }

    [Fact]
    public async Task category_and_tags_narrow_and_combine_and_the_owners_word_counts()
    {
        var person = await Library();
        (await Names(person, "category: \"财务\"")).ShouldBe(["invoices", "report"]);
        (await Names(person, "tags: [\"monthly\"]")).ShouldBe(["export", "report"]);
        (await Names(person, "category: \"财务\", tags: [\"monthly\"]")).ShouldBe(["report"]);
        (await Names(person, "tags: [\"monthly\", \"team:ops\"]")).ShouldBe(["export"]);
        (await Names(person, "category: \"财务\", text: \"季度\"")).ShouldBe(["report"]);

        var report = await Id(person, "report");
        var position = await Do(person, "classifyWorkflow", $"workflowId: \"{report}\", category: \"归档\", tags: []");
        (await Names(person, "category: \"财务\"", position)).ShouldBe(["invoices"]);
        (await Names(person, "category: \"归档\"")).ShouldBe(["report"]);
        (await Names(person, "tags: [\"monthly\"]")).ShouldBe(["export"]);
        var facets = (await person.Client.Ask("{ workflowFacets { categories { name count } tags { name count } } }")).At("workflowFacets");
        facets.At("categories").EnumerateArray().Select(facet => $"{facet.Text("name")} {facet.Text("count")}").Order().ShouldBe(["归档 1", "财务 1"], ignoreOrder: true);
        facets.At("tags").EnumerateArray().Select(facet => facet.Text("name")).ShouldBe(["monthly", "team:ops"], ignoreOrder: true);

        position = await Do(person, "classifyWorkflow", $"workflowId: \"{report}\"");
        (await Names(person, "category: \"财务\", tags: [\"monthly\"]", position)).ShouldBe(["report"]);
        var other = await Person.Register(server);
        (await other.Client.AskRefused($"mutation {{ classifyWorkflow(input: {{ commandId: \"{Guid.NewGuid()}\", workflowId: \"{report}\" }}) {{ position }} }}")).ShouldBe("workflow.not_found");
    }

    [Fact]
    public async Task favourites_are_first_where_that_is_asked_and_pages_meet()
    {
        var person = await Library();
        var invoices = await Id(person, "invoices");
        await Do(person, "favouriteWorkflow", $"workflowId: \"{invoices}\"");
        var position = await Do(person, "favouriteWorkflow", $"workflowId: \"{invoices}\"");
        (await Names(person, "favourite: true", position)).ShouldBe(["invoices"]);
        (await Names(person, "favourite: false")).ShouldBe(["export", "report"]);
        (await Paged(person, "FAVOURITES_FIRST")).ShouldBe(["invoices", "export", "report"]);
        (await Paged(person, "NAME")).ShouldBe(["export", "invoices", "report"]);
        (await Paged(person, "NEWEST")).ShouldBe(["export", "report", "invoices"]);
        var then = position;
        position = await Do(person, "unfavouriteWorkflow", $"workflowId: \"{invoices}\"");
        (await Names(person, "favourite: true", position)).ShouldBeEmpty();
        var past = await person.Client.Ask($"{{ workflows(filter: {{ favourite: true }}, asOf: {{ position: \"{then}\" }}) {{ nodes {{ name favourite }} }} }}");
        past.At("workflows", "nodes").EnumerateArray().Select(node => $"{node.Text("name")} {node.Text("favourite")}").ShouldBe(["invoices True"]);
    }

    [Fact]
    public async Task a_workflow_shows_what_it_is()
    {
        var person = await Library();
        var seen = (await person.Client.Ask("{ workflow(name: \"report\") { name title description category tags revision owner { id } changedAt changedBy { id } favourite } }")).At("workflow");
        seen.Text("title").ShouldBe("季度报告");
        seen.Text("description").ShouldBe("Sums up the quarter");
        seen.At("tags").EnumerateArray().Select(tag => tag.GetString()).ShouldBe(["monthly"]);
        seen.At("owner", "id").GetGuid().ShouldBe(person.Id);
        seen.At("changedBy", "id").GetGuid().ShouldBe(person.Id);
        seen.At("favourite").GetBoolean().ShouldBeFalse();
    }

    private static async Task<string[]> Names(Person person, string filter, long? atLeast = null)
    {
        var answer = await person.Client.Ask(
            $"{{ workflows(filter: {{ {filter} }}, order: NAME{(atLeast is { } position ? $", atLeast: \"{position}\"" : "")}) {{ nodes {{ name }} }} }}");
        return [.. answer.At("workflows", "nodes").EnumerateArray().Select(node => node.Text("name")!)];
    }

    private static async Task<List<string>> Paged(Person person, string order)
    {
        var names = new List<string>();
        string? after = null;
        do
        {
            var page = (await person.Client.Ask(
                $"query($after: String) {{ workflows(first: 1, after: $after, order: {order}) {{ nodes {{ name }} pageInfo {{ hasNextPage endCursor }} }} }}", new { after })).At("workflows");
            names.AddRange(page.At("nodes").EnumerateArray().Select(node => node.Text("name")!));
            after = page.At("pageInfo", "hasNextPage").GetBoolean() ? page.Text("pageInfo", "endCursor") : null;
        }
        while (after is not null);
        return names;
    }

    private static async Task<Guid> Id(Person person, string name) =>
        (await person.Client.Ask("query($name: String) { workflow(name: $name) { id } }", new { name })).At("workflow", "id").GetGuid();

    private static async Task<long> Do(Person person, string mutation, string arguments)
    {
        var answer = await person.Client.Ask($"mutation {{ {mutation}(input: {{ commandId: \"{Guid.NewGuid()}\", {arguments} }}) {{ position }} }}");
        return long.Parse(answer.Text(mutation, "position")!, CultureInfo.InvariantCulture);
    }

    private async Task<Person> Library()
    {
        var person = await Person.Register(server);
        await Publish(person, "invoices", "title: 发票, summary: 把发票从邮件里取出来, metadata: { category: 财务 }");
        await Publish(person, "report", "title: 季度报告, metadata: { category: 财务, tags: [monthly], description: Sums up the quarter }");
        var position = await Publish(person, "export", "tags: { team: ops, monthly: '' }");
        await person.Client.Ask($"{{ workflows(atLeast: \"{position}\") {{ nodes {{ id }} }} }}");
        return person;
    }

    private async Task<long> Publish(Person person, string name, string more) => (await server.Do(new PublishWorkflow(
        $"document: {{ dsl: '1.0.0', namespace: tests, name: {name}, version: '1.0.0', {more} }}\ndo:\n  - one: {{ set: {{ a: 1 }} }}\n"), person.Id)).Position;
}
