using System.Security.Cryptography;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Workflows;

public sealed class DownloadTests : IAsyncLifetime
{
    private readonly FunctionsUnderTest functions = new();
    private readonly byte[] content = RandomNumberGenerator.GetBytes(3 * 1024 * 1024);
    private readonly List<string> ranges = [];
    private WebApplication site = null!;
    private int breaksLeft;
    private string tag = "\"one\"";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        site = builder.Build();
        site.MapGet("/file", Serve);
        site.MapGet("/missing", () => Results.NotFound());
        site.MapGet("/astray", (HttpContext http) =>
        {
            http.Response.StatusCode = 302;
            http.Response.Headers.Location = "http://[";
        });
        await site.StartAsync();
    }

    [Fact]
    public async Task a_file_arrives_whole_with_its_hash()
    {
        var result = await Download();
        result["sha256"].ShouldBe(Json.Of(Hash));
        result["resumed"].ShouldBe(Json.False);
        (await File.ReadAllBytesAsync(functions.File("f.bin"), TestContext.Current.CancellationToken)).ShouldBe(content);
        Directory.GetFiles(functions.File(), "f.bin*").Length.ShouldBe(1);
    }

    [Fact]
    public async Task a_connection_that_breaks_is_taken_up_where_it_broke()
    {
        breaksLeft = 2;
        (await Download())["resumed"].ShouldBe(Json.True);
        ranges.Count(range => range.Length > 0).ShouldBe(2);
        Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(functions.File("f.bin"), TestContext.Current.CancellationToken))).ShouldBe(Hash);
        functions.Log.ShouldContain(line => line.Contains("taken up again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task what_was_begun_of_other_content_is_not_mixed_into_the_new()
    {
        await File.WriteAllBytesAsync(functions.File("f.bin.part"), new byte[1000], TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync(functions.File("f.bin.part.tag"), [Address, "\"zero\""], TestContext.Current.CancellationToken);
        var result = await Download();
        result["sha256"].ShouldBe(Json.Of(Hash));
        result["resumed"].ShouldBe(Json.False);
    }

    [Fact]
    public async Task a_wrong_hash_keeps_nothing_and_a_known_one_downloads_nothing()
    {
        var wrong = new string('0', 64);
        (await functions.Refused("http.download", $$"""{"url":"{{Address}}","to":"f.bin","sha256":"{{wrong}}"}""")).Detail.ShouldNotBeNull().ShouldContain(Hash);
        Directory.GetFiles(functions.File(), "f.bin*").ShouldBeEmpty();

        await Download();
        ranges.Clear();
        await functions.Call("http.download", $$"""{"url":"{{Address}}","to":"f.bin","sha256":"{{Hash}}"}""");
        ranges.ShouldBeEmpty();
    }

    [Fact]
    public async Task too_much_and_refusals_and_other_schemes_are_faults()
    {
        (await functions.Refused("http.download", $$"""{"url":"{{Address}}","to":"f.bin","maxMebibytes":1}""")).Detail.ShouldNotBeNull().ShouldContain("more than");
        (await functions.Refused("http.download", $$"""{"url":"{{Address.Replace("file", "missing", StringComparison.Ordinal)}}","to":"f.bin"}""")).Status.ShouldBe(404);
        (await functions.Refused("http.download", """{"url":"file:///etc/passwd","to":"f.bin"}""")).Type.ShouldBe(FaultTypes.Validation);
        (await functions.Refused("http.download", $$"""{"url":"{{Address.Replace("file", "astray", StringComparison.Ordinal)}}","to":"f.bin"}""")).Type.ShouldBe(FaultTypes.Communication);
        Directory.GetFiles(functions.File(), "f.bin*").ShouldBeEmpty();
    }

    [Fact]
    public async Task a_folder_is_refused_before_anything_is_asked_for()
    {
        Directory.CreateDirectory(functions.File("in"));
        (await Should.ThrowAsync<IOException>(() => functions.Call("http.download", ("url", Address), ("to", "in")))).Message.ShouldContain("is a folder");
        (await functions.Refused("http.download", $$"""{"url":"{{Address}}","to":"new/"}""")).Detail.ShouldNotBeNull().ShouldContain("names a folder");
        ranges.ShouldBeEmpty();
        File.Exists(functions.File("in.part")).ShouldBeFalse();
    }

    public async ValueTask DisposeAsync()
    {
        await site.DisposeAsync();
        await functions.DisposeAsync();
    }

    private string Address => site.Urls.First() + "/file";

    private string Hash => Convert.ToHexStringLower(SHA256.HashData(content));

    private async Task<JsonObject> Download() => (JsonObject)await functions.Call("http.download", ("url", Address), ("to", "f.bin"));

    private async Task Serve(HttpContext http)
    {
        var range = http.Request.Headers.Range.ToString();
        ranges.Add(range);
        var from = range.Length > 0 && http.Request.Headers.IfRange == tag ? int.Parse(range["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture) : 0;
        http.Response.Headers.ETag = tag;
        http.Response.ContentLength = content.Length - from;
        if (from > 0)
        {
            http.Response.StatusCode = 206;
            http.Response.Headers.ContentRange = $"bytes {from}-{content.Length - 1}/{content.Length}";
        }

        if (breaksLeft-- > 0)
        {
            await http.Response.Body.WriteAsync(content.AsMemory(from, 1_000_000), http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            http.Abort();
            return;
        }

        await http.Response.Body.WriteAsync(content.AsMemory(from), http.RequestAborted);
    }
}
