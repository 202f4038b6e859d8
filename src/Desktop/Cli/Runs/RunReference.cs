using System.Text.Json.Nodes;
using Jarvis.Cli.Platform;

namespace Jarvis.Cli.Runs;

/// <summary>What a person may write for a run: its id, or <c>latest</c>.</summary>
internal static class RunReference
{
    private const string Latest = "query Latest { runs(first: 1) { edges { node { id } } } }";

    public static System.CommandLine.Argument<string> Argument() => new("RUN") { Description = "The run's id, or `latest`." };

    /// <exception cref="UsageException">It is neither, or there is no run.</exception>
    public static async Task<string> Resolve(ServerClient client, string typed, CancellationToken cancel)
    {
        if (typed == "latest")
        {
            var data = await client.GraphQL(Latest, [], cancel);
            return (string?)(data["runs"]?["edges"] as JsonArray)?.FirstOrDefault()?["node"]?["id"] ?? throw new UsageException("There is no run yet.");
        }

        return Guid.TryParse(typed, out var id) ? id.ToString() : throw new UsageException($"{typed} is not the id of a run; `jarvis runs` lists them.");
    }
}
