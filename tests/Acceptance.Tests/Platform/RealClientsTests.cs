using System.Text.Json;
using Jarvis.Acceptance.Tests.Runs;
using Jarvis.Build.Processes;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Acceptance.Tests.Platform;

/// <summary>
/// GraphQL as the programs of others speak it: the audit suite of GraphQL over HTTP, the reference client of graphql-transport-ws, Apollo Client and urql,
/// each as npm has it, against the server's own process.
/// </summary>
public sealed class RealClientsTests
{
    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Real_clients_find_everything_that_their_specifications_promise()
    {
        var missing = await InstallAsync();
        Assert.SkipWhen(missing is not null, missing ?? "");
        await using var system = await JarvisSystem.StartAsync();
        var workflow = await system.PublishAsync(Workflows.Files(system.PathOf("out"), 1));

        List<string> failed = [];
        foreach (var script in (string[])["audit.mjs", "graphql-ws.mjs", "apollo.mjs", "urql.mjs"])
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(CheckTimeout);
            var result = await Tools.RunAsync(
                Tools.Find("node")!, [script, system.Url, system.AccessToken, workflow.ToString()], Folder, cancellation: limit.Token);
            var checks = result.Output.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonSerializer.Deserialize<Check>(line, JsonSerializerOptions.Web)!).ToList();
            checks.Count.ShouldBeGreaterThanOrEqualTo(5, $"{script} told nothing: {result.Tail()}");
            result.Succeeded.ShouldBeTrue($"{script}: {result.Tail()}");
            failed.AddRange(checks.Where(check => !check.Ok).Select(check => $"{script}, {check.Name}: {check.Why}"));
        }

        failed.ShouldBeEmpty(string.Join('\n', failed));
    }

    private static string Folder => Paths.In("tests", "Acceptance.Tests", "Platform", "RealClients");

    /// <summary>Null once the clients are there, else why they are not.</summary>
    private static async Task<string?> InstallAsync()
    {
        if (Tools.Find("npm") is not { } npm || Tools.Find("node") is null)
        {
            return "The clients of others need Node 20 and npm, which are not here.";
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(InstallTimeout);
        try
        {
            var result = await Tools.RunAsync(
                npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"], Folder, cancellation: limit.Token);
            return result.Succeeded ? null : "npm could not get the clients of others: " + result.Tail(2).ReplaceLineEndings(" ");
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            return $"npm did not get the clients of others within {InstallTimeout.TotalMinutes} minutes.";
        }
    }

    private sealed record Check(string Name, bool Ok, string? Why);
}
