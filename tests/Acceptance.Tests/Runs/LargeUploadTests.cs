using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Jarvis.Acceptance.Tests.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Acceptance.Tests.Runs;

/// <summary>A large file on its way to a server that is killed in between.</summary>
public sealed class LargeUploadTests
{
    private const int BlockBytes = 1024 * 1024;
    private const int Blocks = 200;
    private const long Length = (long)Blocks * BlockBytes;

    /// <summary>What the server's memory may grow by, in KiB: far less than the file.</summary>
    private const long MaxGrowthKibibytes = 100 * 1024;

    private static readonly byte[] Block = RandomNumberGenerator.GetBytes(BlockBytes);

    [Fact]
    public async Task An_upload_of_200_megabytes_goes_on_where_it_stood_when_the_server_was_killed_and_memory_stays_bounded()
    {
        await using var system = await JarvisSystem.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(system.Url), Timeout = TimeSpan.FromMinutes(3) };
        http.DefaultRequestHeaders.Authorization = system.Http.DefaultRequestHeaders.Authorization;
        var hash = Hash();
        var address = $"/blobs/sha256/{hash}";

        var first = http.PutAsync(new Uri(address, UriKind.Relative), Content(0));
        await Arrived(system, hash, Length / 3);
        await system.KillServerAsync();
        await Should.ThrowAsync<HttpRequestException>(() => first);
        await system.StartServerAsync();
        // What a first blob costs a server (its code is compiled) is no cost of a large one.
        using (var small = await http.PutAsync(new Uri($"/blobs/sha256/{Convert.ToHexStringLower(SHA256.HashData(Block))}", UriKind.Relative), new ByteArrayContent(Block)))
        {
            small.StatusCode.ShouldBe(HttpStatusCode.Created);
        }

        var before = PeakKibibytes(system.Server.Id);

        using var head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, address));
        var offset = long.Parse(head.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture);
        offset.ShouldBeGreaterThan(Length / 4);
        using var rest = new HttpRequestMessage(HttpMethod.Patch, address) { Content = Content(offset) };
        rest.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        using var answer = await http.SendAsync(rest);

        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        if (before is { } least && PeakKibibytes(system.Server.Id) is { } most)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"The server grew by {(most - least) / 1024} MiB to {most / 1024} MiB at most.");
            (most - least).ShouldBeLessThan(MaxGrowthKibibytes);
        }
    }

    private static string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < Blocks; i++)
        {
            hash.AppendData(Block);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static StreamContent Content(long from)
    {
        var content = new StreamContent(new Repeated(from));
        content.Headers.ContentLength = Length - from;
        return content;
    }

    private static async Task Arrived(JarvisSystem system, string hash, long bytes)
    {
        var deadline = DateTime.UtcNow.AddMinutes(1);
        while (DateTime.UtcNow < deadline)
        {
            var uploads = new DirectoryInfo(Path.Combine(system.DataFolder, "blobs", "uploads"));
            if (uploads.Exists && uploads.EnumerateFiles(hash + ".part", SearchOption.AllDirectories).Any(part => part.Length > bytes))
            {
                return;
            }

            await Task.Delay(5);
        }

        throw new TimeoutException("The upload did not begin.");
    }

    private static long? PeakKibibytes(int process) => !OperatingSystem.IsLinux() ? null
        : File.ReadLines($"/proc/{process}/status").Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
            .Select(line => (long?)long.Parse(line["VmHWM:".Length..^"kB".Length].Trim(), CultureInfo.InvariantCulture)).FirstOrDefault();

    /// <summary>The block again and again, up to the length.</summary>
    private sealed class Repeated(long from) : Stream
    {
        private long at = from;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => at;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var within = (int)(at % BlockBytes);
            var read = (int)Math.Min(Math.Min(count, BlockBytes - within), LargeUploadTests.Length - at);
            Block.AsSpan(within, read).CopyTo(buffer.AsSpan(offset));
            at += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
