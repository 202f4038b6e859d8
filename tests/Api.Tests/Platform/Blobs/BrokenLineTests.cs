using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform.Blobs;

/// <summary>Uploads over a real connection that breaks.</summary>
public sealed class BrokenLineTests(ListeningServer server) : IClassFixture<ListeningServer>
{
    private readonly Guid owner = Guid.CreateVersion7();

    [Fact]
    public async Task what_came_before_the_line_broke_is_kept_and_the_rest_completes_it()
    {
        const int Sent = 1_250_000;
        var content = BlobOwner.Content(2_000_000);
        var token = await server.TokenOf(owner);
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(server.Address.Host, server.Address.Port);
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"PUT {BlobOwner.AddressOf(content)} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: image/png\r\nContent-Length: {content.Length}\r\n\r\n"));
            await socket.GetStream().WriteAsync(content.AsMemory(0, Sent));
            await Arrived(content, 1_000_000);
        }

        using var client = new HttpClient { BaseAddress = server.Address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        var offset = await Eventually.Be(() => Offset(client, content), at => at > 1_000_000);
        offset.ShouldBeLessThanOrEqualTo(Sent);
        using var rest = new HttpRequestMessage(HttpMethod.Patch, BlobOwner.AddressOf(content)) { Content = new ByteArrayContent(content, offset, content.Length - offset) };
        rest.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        using var answer = await client.SendAsync(rest);

        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task a_sender_that_comes_back_takes_over_from_its_own_dead_request()
    {
        var content = BlobOwner.Content(400_000);
        var token = await server.TokenOf(owner);
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Address.Host, server.Address.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"PUT {BlobOwner.AddressOf(content)} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Length: {content.Length}\r\n\r\n"));
        await socket.GetStream().WriteAsync(content.AsMemory(0, 100_000));
        await Arrived(content, 65_536);

        // The first connection stands still, neither closed nor sending.
        using var client = new HttpClient { BaseAddress = server.Address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        var offset = await Eventually.Be(() => Offset(client, content), at => at > 0);

        offset.ShouldBeInRange(65_536, 100_000);
    }

    private Task<long> Arrived(byte[] content, int bytes) => Eventually.Be(
        () =>
        {
            var part = new FileInfo(Path.Combine(server.DataFolder, "blobs", "uploads", owner.ToString("N"), BlobOwner.HashOf(content) + ".part"));
            return Task.FromResult(part.Exists ? part.Length : 0);
        },
        length => length > bytes);

    private static async Task<int> Offset(HttpClient client, byte[] content)
    {
        using var head = new HttpRequestMessage(HttpMethod.Head, BlobOwner.AddressOf(content));
        using var answer = await client.SendAsync(head);
        return int.Parse(answer.Header("Upload-Offset") ?? "0", CultureInfo.InvariantCulture);
    }
}
