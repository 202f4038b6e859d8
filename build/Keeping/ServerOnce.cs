using System.Globalization;
using Jarvis.Build.Processes;
using Jarvis.Build.Running;

namespace Jarvis.Build.Keeping;

/// <summary>Starts the server until it is ready, and ends it: an empty database has its tables then.</summary>
public static class ServerOnce
{
    /// <param name="program">The server's assembly.</param>
    /// <exception cref="ProblemException">It did not start; with its own words.</exception>
    public static async Task RunAsync(string program, string connectionString, string dataFolder, CancellationToken cancellation)
    {
        var url = "http://127.0.0.1:" + Ports.Free().ToString(CultureInfo.InvariantCulture);
        var log = Path.Combine(Path.GetTempPath(), "jarvis-" + Guid.NewGuid().ToString("N") + ".log");
        await using var client = new ServerClient(url);
        var server = new Server(
            program,
            new Dictionary<string, string?>
            {
                ["JARVIS_DATABASE"] = connectionString,
                ["JARVIS_URL"] = url,
                ["JARVIS_DATA"] = dataFolder,
                ["DOTNET_ROOT"] = Compiling.DotNet.Root,
                ["ASPNETCORE_URLS"] = null,
            },
            client, log, log + ".pid");
        var running = await server.StartAsync(cancellation);
        await running.StopAsync();
        File.Delete(log);
    }
}
