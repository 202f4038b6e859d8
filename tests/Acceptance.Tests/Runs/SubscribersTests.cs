using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Jarvis.Acceptance.Tests.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Acceptance.Tests.Runs;

/// <summary>
/// Many who watch one run live: each is told each of its events once, in order, none is left out. JARVIS_SUBSCRIBERS sets how many watch (40 unless set;
/// <c>build/bench R13</c> measures two thousand).
/// </summary>
public sealed class SubscribersTests
{
    private const int Steps = 8;
    private const int OpenedAtOnce = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly string[] Ends = ["ai.jarvis.run.completed.v1", "io.serverlessworkflow.workflow.completed.v1"];

    private static readonly int Subscribers =
        int.TryParse(Environment.GetEnvironmentVariable("JARVIS_SUBSCRIBERS"), out var subscribers) ? subscribers : 40;

    [Fact]
    public async Task Each_is_told_each_event_once_and_in_order()
    {
        await using var system = await JarvisSystem.StartAsync();
        var workflow = await system.PublishAsync(Workflows.Files(system.PathOf("out"), Steps));
        var run = await system.StartRunAsync(workflow);
        using var limit = new CancellationTokenSource(Patience);
        var following = new Task<List<(string Type, long Sequence)>>[Subscribers];
        await Parallel.ForAsync(0, Subscribers, new ParallelOptions { MaxDegreeOfParallelism = OpenedAtOnce }, async (n, _) =>
            following[n] = ToTheEndAsync(await OpenAsync(system, run, limit.Token), limit.Token));

        // Everybody watches before a PC is there to take the run.
        await system.StartRunnerAsync();
        (await system.WaitForStatusAsync(run, "COMPLETED", "FAILED")).ShouldBe("COMPLETED");
        var told = await Task.WhenAll(following);
        var decided = (await system.HistoryAsync(run)).Select(e => (e["type"]!.GetValue<string>(), e["sequence"]!.GetValue<long>())).ToList();
        foreach (var one in told)
        {
            // A run has two streams; each is told in its own order.
            one.ShouldBeUnique();
            one.Where(decided.Contains).ShouldBe(decided);
            one.Where(e => !decided.Contains(e)).Select(e => e.Sequence).ShouldBe(Enumerable.Range(1, one.Count - decided.Count).Select(n => (long)n));
            one.Count.ShouldBe(told[0].Count);
        }
    }

    private static async Task<ClientWebSocket> OpenAsync(JarvisSystem system, Guid run, CancellationToken cancel)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("graphql-transport-ws");
        await socket.ConnectAsync(new UriBuilder(system.Url) { Scheme = "ws", Path = "/graphql" }.Uri, cancel);
        await SendAsync(socket, new { type = "connection_init", payload = new { Authorization = "Bearer " + system.AccessToken } }, cancel);
        (await ReceiveAsync(socket, cancel)).GetProperty("type").GetString().ShouldBe("connection_ack");
        await SendAsync(socket, new { id = "1", type = "subscribe", payload = new { query = "subscription($id: UUID!) { runChanged(id: $id) { type sequence } }", variables = new { id = run } } }, cancel);
        return socket;
    }

    /// <summary>What one is told until both streams of the run have ended.</summary>
    private static async Task<List<(string Type, long Sequence)>> ToTheEndAsync(ClientWebSocket socket, CancellationToken cancel)
    {
        using (socket)
        {
            var told = new List<(string, long)>();
            while (true)
            {
                var frame = await ReceiveAsync(socket, cancel);
                switch (frame.GetProperty("type").GetString())
                {
                    case "ping":
                        await SendAsync(socket, new { type = "pong" }, cancel);
                        break;
                    case "next":
                        var change = frame.GetProperty("payload").GetProperty("data").GetProperty("runChanged");
                        told.Add((change.GetProperty("type").GetString()!, change.GetProperty("sequence").GetInt64()));
                        // The last of either stream; which of the two comes first is nobody's promise.
                        if (Ends.All(end => told.Any(e => e.Item1 == end)))
                        {
                            return told;
                        }

                        break;
                    case var other:
                        throw new InvalidOperationException($"The subscription ended with {other}: {frame.GetRawText()}");
                }
            }
        }
    }

    private static Task SendAsync(ClientWebSocket socket, object frame, CancellationToken cancel) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(frame)), WebSocketMessageType.Text, endOfMessage: true, cancel);

    private static async Task<JsonElement> ReceiveAsync(ClientWebSocket socket, CancellationToken cancel)
    {
        var buffer = new byte[16 * 1024];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), cancel);
            length += part.Count;
            if (part.EndOfMessage)
            {
                return part.MessageType == WebSocketMessageType.Close
                    ? throw new InvalidOperationException($"The socket was closed: {socket.CloseStatus} {socket.CloseStatusDescription}")
                    : JsonSerializer.Deserialize<JsonElement>(buffer.AsSpan(0, length));
            }
        }
    }
}
