using System.Text.Json.Nodes;
using Jarvis.Cli.Platform;

namespace Jarvis.Cli.Workflows;

/// <summary>What a person may write for a published workflow: its id, its name, or <c>namespace/name</c> where the name is not enough.</summary>
internal static class WorkflowReference
{
    private const string Document = "query Named($name: String) { workflow(name: $name) { id } }";

    /// <exception cref="UsageException">No workflow has that name, or several have.</exception>
    public static async Task<string> Resolve(ServerClient client, string typed, CancellationToken cancel)
    {
        if (Guid.TryParse(typed, out var id))
        {
            return id.ToString();
        }

        var data = await client.GraphQL(Document, new JsonObject { ["name"] = typed }, cancel);
        return (string?)data["workflow"]?["id"] ?? throw new UsageException($"No one workflow is called {typed}; `jarvis workflows` lists them.");
    }
}
