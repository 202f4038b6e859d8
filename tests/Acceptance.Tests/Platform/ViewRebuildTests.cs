using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jarvis.Acceptance.Tests.Runs;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Acceptance.Tests.Platform;

/// <summary>An administrator makes every view anew while people read and runs go on; nobody notices, and it is the same to the byte.</summary>
public sealed class ViewRebuildTests
{
    private const string SetupToken = "acceptance-set-up-token";

    private static readonly string[] Views = ["Runs", "Workflows", "Devices", "Accounts"];

    [Fact]
    public async Task Views_are_made_anew_while_they_are_read_and_written_and_end_identical()
    {
        await using var system = await JarvisSystem.StartAsync(environment: new Dictionary<string, string?> { ["JARVIS_SETUP_TOKEN"] = SetupToken });
        using var administrator = await AdministratorAsync(system);
        await system.StartRunnerAsync();
        var workflow = await system.PublishAsync(Workflows.Files(system.PathOf("out"), 60));
        var runs = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            runs.Add(await system.StartRunAsync(workflow));
        }

        await system.WaitForStatusAsync(runs[0], "RUNNING");
        var reads = 0;
        foreach (var view in Views)
        {
            var asked = administrator.PostAsync(new Uri($"/views/{view}/rebuild", UriKind.Relative), null);
            while (!asked.IsCompleted)
            {
                var seen = (await system.AskAsync("{ runs(first: 10) { nodes { id } } workflows(first: 2) { nodes { name } } devices(first: 2) { nodes { status } } }"));
                seen["runs"]!["nodes"]!.AsArray().Count.ShouldBe(3, "a list was half made");
                seen["workflows"]!["nodes"]!.AsArray().Count.ShouldBe(1);
                seen["devices"]!["nodes"]!.AsArray().Count.ShouldBe(1);
                reads++;
            }

            (await asked).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        reads.ShouldBeGreaterThan(0);
        foreach (var run in runs)
        {
            await system.WaitForStatusAsync(run, TimeSpan.FromMinutes(2), "COMPLETED");
        }

        await system.KillRunnerAsync();
        var before = await QuietAsync(system);
        foreach (var view in Views)
        {
            (await administrator.PostAsync(new Uri($"/views/{view}/rebuild", UriKind.Relative), null)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        (await QuietAsync(system)).ShouldBe(before);
        (await administrator.PostAsync(new Uri("/views/Nothing/rebuild", UriKind.Relative), null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await system.Http.PostAsync(new Uri("/views/Runs/rebuild", UriKind.Relative), null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    private static async Task<HttpClient> AdministratorAsync(JarvisSystem system)
    {
        var client = new HttpClient { BaseAddress = new Uri(system.Url), Timeout = TimeSpan.FromMinutes(2) };
        using var answer = await client.PostAsJsonAsync(
            "/auth/register", new { email = "admin@example.test", password = "correct horse battery staple", setupToken = SetupToken });
        answer.EnsureSuccessStatusCode();
        client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", (await answer.Content.ReadFromJsonAsync<JsonObject>())!["accessToken"]!.GetValue<string>());
        return client;
    }

    /// <summary>A fingerprint of every view, once it stands still. A device that is gone for good goes offline within the time waited here.</summary>
    private static async Task<string> QuietAsync(JarvisSystem system)
    {
        var last = "";
        for (var same = 0; same < 3;)
        {
            var now = await FingerprintAsync(system);
            same = now == last ? same + 1 : 0;
            last = now;
            await Task.Delay(1_000);
        }

        return last;
    }

    private static async Task<string> FingerprintAsync(JarvisSystem system)
    {
        await using var connection = new NpgsqlConnection(system.Postgres.ConnectionString() + ";Pooling=false");
        await connection.OpenAsync();
        var tables = new List<string>();
        await using (var named = new NpgsqlCommand("select tablename::text from pg_tables where schemaname = 'views' order by 1", connection))
        await using (var reader = await named.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                tables.Add(reader.GetString(0));
            }
        }

        var prints = new List<string>();
        foreach (var table in tables)
        {
            await using var command = new NpgsqlCommand($"select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from views.{table} t", connection);
            prints.Add($"{table} {await command.ExecuteScalarAsync()}");
        }

        return string.Join('\n', prints);
    }
}
