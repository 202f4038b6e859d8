using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Runs;

/// <summary>A run that began on its PC counts for the workflow whose very text it is of, and for none where that was never published.</summary>
public sealed class PublishedOnPcTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task a_run_of_a_published_text_counts_for_its_workflow()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var published = await Begin(mine, RunsOfAPerson.Greeting);
        var changed = await Begin(mine, RunsOfAPerson.Greeting + "\n# changed");
        var data = await Eventually.Be(
            () => mine.Person.Client.Ask("""{ workflow(name: "greeting") { id statistics(from: "2026-03-01", to: "2026-03-01", timeZone: "UTC") { total { runs } } } runs { totalCount { value } } }"""),
            seen => seen.At("runs", "totalCount", "value").GetInt32() == 2);
        data.At("workflow", "statistics", "total", "runs").GetInt32().ShouldBe(1);
        var of = await Run(mine, published);
        (of.At("workflow", "id").GetGuid(), of.At("revision").GetInt32(), of.Text("trigger")).ShouldBe((data.At("workflow", "id").GetGuid(), 1, "LOCAL"));
        (await Run(mine, changed)).At("workflow").ValueKind.ShouldBe(JsonValueKind.Null);

        // The same text of somebody else is none of theirs.
        await using var other = await RunsOfAPerson.Make(server);
        (await Run(other, await Begin(other, RunsOfAPerson.Greeting + " "))).At("workflow").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    private static async Task<Guid> Begin(RunsOfAPerson mine, string source)
    {
        var run = Guid.CreateVersion7();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)));
        var (status, body) = await mine.Runner.Submit(
            mine.Runner.Event(run, 1, new ExecutionStarted(
                "greeting", new DefinitionReference("tests", "greeting", "1.0.0"), RunsOfAPerson.At, null, new LocalDefinition(hash, Content.Of(Json.Of(source))), null)),
            mine.Runner.Event(run, 2, new ExecutionCompleted("greeting", RunsOfAPerson.At.AddSeconds(5), null)));
        status.ShouldBe(200, body.ToString());
        return run;
    }

    private static async Task<JsonElement> Run(RunsOfAPerson mine, Guid run) => await Eventually.Be(
        async () => (await mine.Person.Client.Ask("query($id: UUID!) { run(id: $id) { revision trigger status workflow { id } } }", new { id = run })).At("run"),
        seen => seen.ValueKind == JsonValueKind.Object && seen.Text("status") == "COMPLETED");
}
