using System.Text.Json.Nodes;
using Jarvis.Cli.Platform;

namespace Jarvis.Cli.Devices;

/// <summary>What a person may write for a device: its id or its name.</summary>
internal static class DeviceReference
{
    private const string Document = "query Devices { devices(first: 100) { edges { node { id name } } } }";

    /// <exception cref="UsageException">No device has that name, or several have.</exception>
    public static async Task<string> Resolve(ServerClient client, string typed, CancellationToken cancel)
    {
        if (Guid.TryParse(typed, out var id))
        {
            return id.ToString();
        }

        var data = await client.GraphQL(Document, [], cancel);
        var named = ((JsonArray)data["devices"]!["edges"]!).Select(edge => edge!["node"]!).Where(device => (string?)device["name"] == typed).ToArray();
        return named.Length switch
        {
            1 => (string)named[0]["id"]!,
            0 => throw new UsageException($"No device is called {typed}; `jarvis devices` lists them."),
            _ => throw new UsageException($"{named.Length} devices are called {typed}; give the id of one, from `jarvis devices`."),
        };
    }
}
