using System.IO.Compression;
using Jarvis.Domain.Workflows.Data;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Workflows;

public sealed class ArchiveTests : IAsyncDisposable
{
    private readonly FunctionsUnderTest functions = new();

    [Fact]
    public async Task a_folder_comes_out_of_an_archive_as_it_went_in()
    {
        foreach (var name in new[] { "in/a.txt", "in/sub/\u5F20.txt" })
        {
            await functions.Call("file.write", ("path", name), ("content", name));
        }

        Directory.CreateDirectory(functions.File("in", "empty"));
        var packed = (JsonObject)await functions.Call("file.zip", """{"from":"in","to":"out.zip"}""");
        packed["files"].ShouldBe(Json.Of(2));
        for (var i = 0; i < 2; i++)
        {
            var unpacked = (JsonObject)await functions.Call("file.unzip", """{"path":"out.zip","to":"again"}""");
            unpacked["count"].ShouldBe(Json.Of(2));
        }

        File.ReadAllText(functions.File("again", "sub", "\u5F20.txt")).ShouldBe("in/sub/\u5F20.txt");
        Directory.Exists(functions.File("again", "empty")).ShouldBeTrue();
        (await functions.Refused("file.unzip", """{"path":"out.zip","to":"again","overwrite":false}""")).Detail.ShouldNotBeNull().ShouldContain("there already");
    }

    [Fact]
    public async Task several_sources_stand_beside_each_other_under_their_names()
    {
        await functions.Call("file.write", ("path", "in/a.txt"), ("content", "a"));
        await functions.Call("file.write", ("path", "b.txt"), ("content", "b"));
        await functions.Call("file.zip", """{"from":["in","b.txt"],"to":"out.zip","level":"best"}""");
        using var archive = ZipFile.OpenRead(functions.File("out.zip"));
        archive.Entries.Select(entry => entry.FullName).ShouldBe(["b.txt", "in/a.txt"]);
        (await functions.Refused("file.zip", """{"from":["nowhere"],"to":"out.zip"}""")).Detail.ShouldNotBeNull().ShouldContain("no file or folder");
    }

    [Fact]
    public async Task what_lies_deep_is_packed_and_listed_like_anything_else()
    {
        var deep = Path.Combine([.. Enumerable.Repeat("d", 80), "deep.txt"]);
        await functions.Call("file.write", ("path", Path.Combine("in", deep)), ("content", "deep"));
        (await functions.Call("file.list", """{"path":"in","recursive":true}""")).ShouldBeOfType<JsonArray>().Items.Length.ShouldBe(1);
        ((JsonObject)await functions.Call("file.zip", """{"from":"in","to":"out.zip"}"""))["files"].ShouldBe(Json.Of(1));
        using var archive = ZipFile.OpenRead(functions.File("out.zip"));
        archive.Entries.Single().FullName.ShouldBe(deep.Replace('\\', '/'));
    }

    [Fact]
    public async Task a_folder_that_links_to_itself_is_listed_once()
    {
        await functions.Call("file.write", ("path", "in/a.txt"), ("content", "a"));
        Directory.CreateSymbolicLink(functions.File("in", "back"), functions.File("in"));
        Directory.CreateSymbolicLink(functions.File("in", "again"), functions.File("in"));
        (await functions.Call("file.list", """{"path":"in","recursive":true}""")).ShouldBeOfType<JsonArray>().Items.Length.ShouldBe(1);
        (await functions.Call("file.list", """{"path":"in","recursive":true,"folders":true}""")).ShouldBeOfType<JsonArray>().Items.Length.ShouldBe(3);
    }

    [Theory]
    [InlineData("../evil.txt")]
    [InlineData("a/../../evil.txt")]
    [InlineData("/evil.txt")]
    [InlineData("..\\evil.txt")]
    [InlineData("C:\\evil.txt")]
    [InlineData("..")]
    public async Task an_entry_that_would_leave_the_folder_refuses_the_whole_archive(string name)
    {
        Make(archive =>
        {
            Entry(archive, "good.txt", "good");
            Entry(archive, name, "evil");
        });
        (await functions.Refused("file.unzip", """{"path":"made.zip","to":"out"}""")).Detail.ShouldNotBeNull().ShouldContain("outside");
        File.Exists(functions.File("evil.txt")).ShouldBeFalse();
        File.Exists(functions.File("out", "good.txt")).ShouldBeFalse();
    }

    [Fact]
    public async Task links_are_neither_unpacked_nor_followed()
    {
        Make(archive => Entry(archive, "link", "/etc").ExternalAttributes = unchecked((int)0xA1FF0000));
        (await functions.Refused("file.unzip", """{"path":"made.zip","to":"out"}""")).Detail.ShouldNotBeNull().ShouldContain("link");

        Directory.CreateDirectory(functions.File("elsewhere"));
        Directory.CreateDirectory(functions.File("trap"));
        File.CreateSymbolicLink(functions.File("trap", "sub"), functions.File("elsewhere"));
        Make(archive => Entry(archive, "sub/file.txt", "x"));
        (await functions.Refused("file.unzip", """{"path":"made.zip","to":"trap"}""")).Detail.ShouldNotBeNull().ShouldContain("link");
        Directory.EnumerateFileSystemEntries(functions.File("elsewhere")).ShouldBeEmpty();
    }

    [Fact]
    public async Task an_archive_that_unpacks_to_too_much_is_refused()
    {
        Make(archive => Entry(archive, "big", new string('x', 2 * 1024 * 1024)));
        (await functions.Refused("file.unzip", """{"path":"made.zip","to":"out","maxMebibytes":1}""")).Detail.ShouldNotBeNull().ShouldContain("more than");
        await File.WriteAllTextAsync(functions.File("made.zip"), "no zip", TestContext.Current.CancellationToken);
        (await functions.Refused("file.unzip", """{"path":"made.zip","to":"out"}""")).Detail.ShouldNotBeNull().ShouldContain("not a ZIP archive");
    }

    public ValueTask DisposeAsync() => functions.DisposeAsync();

    private static ZipArchiveEntry Entry(ZipArchive archive, string name, string content)
    {
        var entry = archive.CreateEntry(name);
        using var writer = new StreamWriter(entry.Open());
        writer.Write(content);
        return entry;
    }

    private void Make(Action<ZipArchive> fill)
    {
        File.Delete(functions.File("made.zip"));
        using var archive = ZipFile.Open(functions.File("made.zip"), ZipArchiveMode.Create);
        fill(archive);
    }
}
