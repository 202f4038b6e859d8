using System.Text;
using Jarvis.Api.Tests.Devices;
using Jarvis.Application.Devices;
using Jarvis.Application.Runs;
using Jarvis.Application.Workflows;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>Nothing personal stands in the database in the clear: not in events, documents, messages or dead letters.</summary>
public sealed class SealingTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private const string Needle = "xylophone-quartz";
    private readonly Guid owner = Guid.CreateVersion7();

    [Fact]
    public async Task a_raw_dump_of_the_database_shows_no_clear_text()
    {
        await Live();

        (await Hits(Needle)).ShouldBeEmpty();
        (await Hits(Convert.ToBase64String(Encoding.UTF8.GetBytes(Needle))[..12])).ShouldBeEmpty();
        (await Hits("ai.jarvis.run.requested.v1")).ShouldNotBeEmpty("the twin: what is there is found");
    }

    [Fact]
    public async Task a_destroyed_key_reads_as_erased_and_nothing_new_is_kept_under_it()
    {
        var secret = await server.Vault.Seal(owner, Json.Of(Needle), CancellationToken.None);
        await server.Vault.Destroy(owner, CancellationToken.None);

        (await server.Vault.Unseal([secret], CancellationToken.None)).ShouldHaveSingleItem().ShouldBeOfType<Content.Erased>();
        (await server.Vault.Seal(owner, Json.Of(Needle), CancellationToken.None)).ShouldBeOfType<Content.Erased>();
    }

    [Fact]
    public async Task sealing_at_once_for_a_new_owner_makes_one_key()
    {
        var sealings = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => server.Vault.Seal(owner, Json.Of(i), CancellationToken.None).AsTask()));

        sealings.Cast<Content.Sealed>().Select(content => content.KeyId).Distinct().ShouldHaveSingleItem();
        (await server.Vault.Unseal(sealings, CancellationToken.None)).Select(content => content.Reveal()!.ToString()).ShouldBe(Enumerable.Range(0, 20).Select(i => $"{i}"));
    }

    private async Task Live()
    {
        var source = $$"""
            document: { dsl: '1.0.0', namespace: tests, name: sealing, version: '1.0.0' }
            do:
              - greet: { set: { said: '{{Needle}}' } }
            """;
        var device = await server.PairedDevice(owner, $"PC of {Needle}");
        await using var runner = new RunnerUnderTest(server, owner, device);
        await runner.Connect();
        await server.Do(new RenameDevice(device, $"{Needle}'s PC"), owner, reason: $"because of {Needle}");
        var workflow = (await server.Do(new PublishWorkflow(source), owner, reason: Needle)).Stream;
        await server.Do(new PublishWorkflow($"document: {{ dsl: '1.0.0', namespace: tests, name: '{Needle}' }}\n{Needle}: 7"), owner);
        var run = (await server.Do(new RequestRun(workflow, null, null, Json.Of(("name", Json.Of(Needle))), null, RunTrigger.Manual), owner, reason: Needle)).Stream!.Value;
        (await runner.ReceiveCommand())["body"]!["input"]!["name"]!.ToString().ShouldBe(Needle);
        await runner.Claim(run);
        var at = DateTimeOffset.UtcNow;
        await runner.Submit(
            runner.Event(run, 1, new ExecutionStarted("sealing", new DefinitionReference("tests", "sealing", "1.0.0"), at, Content.Of(Json.Of(Needle)), null, null)),
            runner.Event(run, 2, new ExecutionLogged([new LogLine(at, LogSeverity.Info, null)], Content.Of(Json.Of([Json.Of(Needle)])))),
            runner.Event(run, 3, new ExecutionVariablesChanged("/do/0/greet", "/do/0/greet", at, Content.Of(Json.Of(("said", Json.Of(Needle)))), null)),
            runner.Event(run, 4, new ExecutionFaulted("sealing", at, new FaultError("https://serverlessworkflow.io/spec/1.0.0/errors/runtime", 500, "/do/0/greet", Content.Of(Json.Of(("title", Json.Of(Needle))))))));
        await Eventually.Be(
            async () =>
            {
                await using var session = server.Store.QuerySession();
                return await session.Events.AggregateStreamAsync<Run>(run);
            },
            state => state!.HasEnded);
        await server.Do(new RetryRun(run, RetryStart.FailedTask, Json.Of(("said", Json.Of(Needle)))), owner, reason: Needle);
    }

    /// <summary>Tables with a row whose text, JSON or bytes hold the needle.</summary>
    private async Task<List<string>> Hits(string needle)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        var tables = new List<string>();
        await using (var list = new NpgsqlCommand("select format('%I.%I', table_schema, table_name) from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'", connection))
        await using (var reader = await list.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                tables.Add(reader.GetString(0));
            }
        }

        var hits = new List<string>();
        foreach (var table in tables)
        {
            await using var rows = new NpgsqlCommand($"copy {table} to stdout", connection);
            using var copy = await connection.BeginTextExportAsync($"copy {table} to stdout");
            var text = await copy.ReadToEndAsync();
            if (text.Contains(needle, StringComparison.Ordinal) || text.Contains(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(needle)), StringComparison.Ordinal))
            {
                hits.Add(table);
            }
        }

        return hits;
    }
}
