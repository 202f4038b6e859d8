using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Workflows;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Workflows;

public sealed class FunctionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<(LogSeverity Severity, string Text)> log = [];

    [Fact]
    public async Task a_file_is_written_whole_and_read_back_in_every_form()
    {
        await Call("file.write", ("path", "a/b.json"), ("content", Json.Of(("k", "ü"))));
        (await Call("file.read", ("path", "a/b.json"), ("as", "json"))).ShouldBe(Json.Of(("k", "ü")));
        (await Call("file.read", ("path", "a/b.json"))).ShouldBe(Json.Of("""{"k":"ü"}"""));
        await Call("file.write", ("path", "lines"), ("content", "one\r\ntwo\n"));
        (await Call("file.read", ("path", "lines"), ("as", "lines"))).ShouldBe(Json.Of(["one", "two"]));
        await Call("file.write", ("path", "raw"), ("content", "AP8="), ("encoding", "base64"));
        (await Call("file.read", ("path", "raw"), ("as", "base64"))).ShouldBe(Json.Of("AP8="));
        Directory.EnumerateFiles(folder.Path, "*.jarvis", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("raw", "text", "not UTF-8")]
    [InlineData("lines", "json", "not JSON")]
    [InlineData("missing", "text", "missing")]
    [InlineData("..", "text", "is a folder")]
    public async Task a_file_that_cannot_be_read_says_why(string path, string form, string why)
    {
        await Call("file.write", ("path", "lines"), ("content", "one\ntwo"));
        await Call("file.write", ("path", "raw"), ("content", "AP8="), ("encoding", "base64"));
        (await Should.ThrowAsync<Exception>(() => Call("file.read", ("path", path), ("as", form)))).Message.ShouldContain(why);
    }

    [Fact]
    public async Task a_file_over_the_limit_is_not_read()
    {
        using (var file = File.Create(folder.File("huge")))
        {
            file.SetLength(17 * 1024 * 1024);
        }

        (await Refused("file.read", ("path", "huge"))).Detail.ShouldNotBeNull().ShouldContain("at most");
        (await Call("file.hash", ("path", "huge")))["size"].ShouldBe(Json.Of(17 * 1024 * 1024));
    }

    [Fact]
    public async Task a_folder_is_listed_by_patterns_in_order()
    {
        foreach (var name in new[] { "b.txt", "a.txt", "c.csv", "sub/d.txt", "sub/deep/e.txt" })
        {
            await Call("file.write", ("path", name), ("content", "x"));
        }

        Names(await Call("file.list", ("path", "."))).ShouldBe(["a.txt", "b.txt", "c.csv"]);
        Names(await Call("file.list", ("path", "."), ("pattern", "*.txt, *.csv"), ("recursive", true))).ShouldBe(["a.txt", "b.txt", "c.csv", "sub/d.txt", "sub/deep/e.txt"]);
        Names(await Call("file.list", ("path", "."), ("pattern", "sub/**/*.txt"))).ShouldBe(["sub/d.txt", "sub/deep/e.txt"]);
        Names(await Call("file.list", ("path", "."), ("pattern", "*/*.txt"))).ShouldBe(["sub/d.txt"]);
        (await Refused("file.list", ("path", "nowhere"))).Detail.ShouldNotBeNull().ShouldContain("no folder");
        static IEnumerable<string> Names(Json list) => ((JsonArray)list).Items.Select(i => ((JsonString)((JsonObject)i)["relativePath"]!).Value);
    }

    [Fact]
    public async Task copies_moves_and_deletes_done_again_change_nothing()
    {
        await Call("file.write", ("path", "from"), ("content", "x"));
        for (var i = 0; i < 2; i++)
        {
            await Call("file.copy", ("from", "from"), ("to", "copy"), ("overwrite", false));
            await Call("file.move", ("from", "copy"), ("to", "moved"));
            if (i == 0)
            {
                (await Call("file.move", ("from", "copy"), ("to", "moved")))["path"].ShouldBe(Json.Of(folder.File("moved")));
                (await Call("file.delete", ("path", "moved")))["deleted"].ShouldBe(Json.True);
                (await Call("file.delete", ("path", "moved")))["deleted"].ShouldBe(Json.False);
            }
        }

        await Call("file.write", ("path", "other"), ("content", "other"));
        (await Refused("file.copy", ("from", "other"), ("to", "from"), ("overwrite", false))).Detail.ShouldNotBeNull().ShouldContain("there already");
        (await Refused("file.move", ("from", "other"), ("to", "from"))).Detail.ShouldNotBeNull().ShouldContain("there already");
        (await Refused("file.move", ("from", "nothing"), ("to", "nowhere"))).Detail.ShouldNotBeNull().ShouldContain("no file");
        (await Refused("file.delete", ("path", "/"), ("recursive", true))).Detail.ShouldNotBeNull().ShouldContain("root");
    }

    [Fact]
    public async Task a_hash_is_the_one_that_others_compute()
    {
        await Call("file.write", ("path", "abc"), ("content", "abc"));
        (await Call("file.hash", ("path", "abc")))["hash"].ShouldBe(Json.Of("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        (await Call("file.hash", ("path", "abc"), ("algorithm", "md5")))["hash"].ShouldBe(Json.Of("900150983cd24fb0d6963f7d28e17f72"));
    }

    [Fact]
    public async Task a_sheet_comes_back_as_it_was_written()
    {
        var rows = Json.Of([Json.Of(("name", "Müller, \"Jo\""), ("sum", -3.5)), Json.Of(("name", "two\nlines"), ("note", "x"))]);
        var written = await Call("sheet.write", ("path", "s.csv"), ("rows", rows), ("bom", true));
        written["columns"].ShouldBe(Json.Of(["name", "sum", "note"]));
        await Call("sheet.append", ("path", "s.csv"), ("rows", Json.Of([Json.Of(("note", "third"), ("sum", 1))])));
        var read = await Call("sheet.read", ("path", "s.csv"));
        read["columns"].ShouldBe(Json.Of(["name", "sum", "note"]));
        read["rows"].ShouldBe(Json.Parse(
            """[{"name":"Müller, \"Jo\"","sum":"-3.5","note":""},{"name":"two\nlines","sum":"","note":"x"},{"name":"","sum":"1","note":"third"}]"""));
        (await Refused("sheet.append", ("path", "s.csv"), ("rows", Json.Of([Json.Of(("other", "x"))])))).Detail.ShouldNotBeNull().ShouldContain("no column 'other'");
    }

    [Fact]
    public async Task cells_that_a_spreadsheet_would_run_are_made_harmless_unless_told_otherwise()
    {
        var rows = Json.Of([Json.Of(("a", "=cmd()"), ("b", "@x"), ("c", "+1"), ("d", "-1+1"), ("e", -1))]);
        await Call("sheet.write", ("path", "safe.csv"), ("rows", rows), ("header", false));
        File.ReadAllText(folder.File("safe.csv")).ShouldBe("\"'=cmd()\",\"'@x\",\"'+1\",\"'-1+1\",-1\r\n");
        await Call("sheet.write", ("path", "raw.csv"), ("rows", rows), ("header", false), ("safe", false));
        File.ReadAllText(folder.File("raw.csv")).ShouldBe("=cmd(),@x,+1,-1+1,-1\r\n");
    }

    [Fact]
    public async Task a_line_reaches_the_log()
    {
        await Call("notify.log", ("message", Json.Of(("a", 1))), ("level", "warning"));
        log.ShouldHaveSingleItem().ShouldBe((LogSeverity.Warning, """{"a":1}"""));
    }

    [Fact]
    public async Task a_page_is_pictured_with_the_systems_browser()
    {
        await Call("file.write", ("path", "page.html"), ("content", "<title>Hello</title><body style='margin:0;height:3000px;background:teal'>"));
        try
        {
            var result = await Call("browser.screenshot", ("file", "page.html"), ("path", "out/page.png"), ("width", 400), ("height", 300), ("fullPage", true));
            var png = await File.ReadAllBytesAsync(folder.File("out", "page.png"), TestContext.Current.CancellationToken);
            png.AsSpan(0, 4).SequenceEqual<byte>([0x89, 0x50, 0x4e, 0x47]).ShouldBeTrue();
            System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)).ShouldBe(400);
            System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)).ShouldBe(3000);
            result["title"].ShouldBe(Json.Of("Hello"));
            ((JsonObject)result["picture"]!).TryGet("$blob", out _).ShouldBeTrue();
        }
        catch (WorkflowFaultException none) when (none.Fault.Type == JarvisFaults.NotAvailable)
        {
            Assert.Skip(none.Message);
        }
    }

    [Fact]
    public async Task without_a_browser_a_picture_is_not_available()
    {
        Environment.SetEnvironmentVariable("JARVIS_BROWSER", "/no/such/browser");
        try
        {
            (await Refused("browser.screenshot", ("url", "http://127.0.0.1/"))).Type.ShouldBe("https://jarvis.ai/errors/not-available");
        }
        finally
        {
            Environment.SetEnvironmentVariable("JARVIS_BROWSER", null);
        }
    }

    [Theory]
    [InlineData("file.read", """{}""", "path")]
    [InlineData("file.read", """{"path":"x","as":"xml"}""", "as")]
    [InlineData("file.write", """{"path":"x","content":"","more":1}""", "more")]
    [InlineData("sheet.write", """{"path":"x","rows":[1]}""", "rows/0")]
    [InlineData("browser.screenshot", """{"url":"http://a","width":1}""", "width")]
    public void wrong_arguments_are_refused_by_name(string function, string arguments, string name)
    {
        var fault = Should.Throw<WorkflowFaultException>(() => FunctionCatalog.Standard.Find(function)!.Check(Json.Parse(arguments))).Fault;
        fault.Type.ShouldBe(FaultTypes.Validation);
        fault.Detail.ShouldNotBeNull().ShouldContain($"'{name}'");
    }

    [Fact]
    public void every_function_describes_itself_with_an_example_that_it_accepts()
    {
        foreach (var function in FunctionCatalog.Standard.All)
        {
            function.Summary.ShouldEndWith(".");
            Should.NotThrow(() => function.Check(Json.Parse(function.Example)), function.Name);
        }
    }

    public void Dispose() => folder.Dispose();

    private async Task<JsonLike> Call(string name, params (string, Json)[] arguments)
    {
        var function = FunctionCatalog.Standard.Find(name)!;
        var blobs = new BlobFolder(folder.File("blobs"));
        var context = new FunctionContext(folder.Path, TimeProvider.System, (severity, text) => log.Add((severity, text)), blobs.Keep);
        return new JsonLike(await function.Invoke(function.Check(Json.Of(arguments)), context, TestContext.Current.CancellationToken));
    }

    private async Task<Fault> Refused(string name, params (string, Json)[] arguments) =>
        (await Should.ThrowAsync<WorkflowFaultException>(() => Call(name, arguments))).Fault;

    /// <summary>A result that is looked into by name.</summary>
    private sealed record JsonLike(Json Value)
    {
        public Json? this[string name] => ((JsonObject)Value)[name];

        public static implicit operator Json(JsonLike like) => like.Value;

        public void ShouldBe(Json expected) => Value.ShouldBe(expected);
    }
}
