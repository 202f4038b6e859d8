using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Workflows;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Workflows;

public sealed class BrowserTests : IAsyncLifetime
{
    private readonly FunctionsUnderTest functions = new();
    private BrowserSite site = null!;

    public async ValueTask InitializeAsync()
    {
        site = await BrowserSite.Start();
        if (FunctionCatalog.Standard.Find("browser.open")!.Lacking() is { } lacking)
        {
            Assert.Skip(lacking);
        }
    }

    [Fact]
    public async Task a_second_run_is_still_signed_in_by_its_profile_and_another_profile_is_not()
    {
        await functions.Call("browser.open", ("url", site.Url), ("profile", "shop"));
        await functions.Call("browser.fill", """{"label":"Password","value":"correct horse"}""");
        await functions.Call("browser.click", """{"role":"button","name":"Sign in"}""");
        (await Title()).ShouldBe("Home");

        await functions.NextRun();
        await functions.Call("browser.open", ("url", site.Url), ("profile", "shop"));
        (await Title()).ShouldBe("Home");

        await functions.NextRun();
        await functions.Call("browser.open", ("url", site.Url), ("profile", "other"));
        (await Title()).ShouldBe("Sign in");
        await functions.NextRun();
        await functions.Call("browser.open", ("url", site.Url));
        (await Title()).ShouldBe("Sign in");
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(functions.File("home", "browser", "shop.cookies.json")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task a_form_is_filled_sent_read_and_a_file_is_downloaded()
    {
        await functions.Call("browser.open", ("url", site.Url + "/form"));
        (await Read("""{"css":"table","what":"table"}""")).ShouldBe(Json.Parse("""[{"Item":"Tea","Price":"3"},{"Item":"Milk","Price":"2"}]"""));
        ((JsonObject)await functions.Call("browser.read", """{"css":"p.two","all":true}"""))["values"].ShouldBe(Json.Of(["a", "b"]));
        (await Read("""{"css":"p.two","nth":2}""")).ShouldBe(Json.Of("b"));
        (await Read("""{"text":"Export","what":"attribute","attribute":"href"}""")).ShouldBe(Json.Of("/export"));
        await functions.Call("browser.wait", """{"text":"Ready now"}""");

        Directory.CreateDirectory(functions.File("in"));
        var download = (JsonObject)await functions.Call("browser.download", """{"text":"Export","to":"in"}""");
        ((JsonString)download["path"]!).Value.ShouldStartWith(functions.File("in"));
        (await File.ReadAllTextAsync(((JsonString)download["path"]!).Value, TestContext.Current.CancellationToken)).ShouldBe("a,b\n1,2\n");

        await functions.Call("browser.fill", """{"label":"Name","value":"Li"}""");
        await functions.Call("browser.fill", """{"label":"Colour","value":"Blue"}""");
        await functions.Call("browser.fill", """{"role":"checkbox","name":"News","value":true}""");
        (await Read("""{"role":"checkbox","what":"value"}""")).ShouldBe(Json.True);
        await functions.Call("browser.click", """{"role":"button","name":"Send"}""");
        await functions.Call("browser.wait", """{"url":"**/sent"}""");
        (await Read("{}")).ShouldBe(Json.Of("Thanks, Li"));
        site.Sent.ShouldBe(["Li/b/on"]);
    }

    [Fact]
    public async Task the_picture_of_a_step_has_a_frame_around_its_element_and_the_page_has_none_afterwards()
    {
        await functions.Call("browser.open", ("url", site.Url + "/form"));
        var read = (JsonObject)await functions.Call("browser.read", """{"role":"button","name":"Send"}""");
        read["element"].ShouldBe(Json.Parse("""{"x":300,"y":200,"width":100,"height":50}"""));
        (await Read("""{"css":"html","what":"html"}""")).ToString().ShouldNotContain("jarvis-frame");

        // The browser itself says which colour the picture has on the frame's upper edge, and in the element.
        var hash = ((JsonString)((JsonObject)((JsonObject)read["picture"]!)["$blob"]!)["hash"]!).Value;
        var picture = Convert.ToBase64String(await File.ReadAllBytesAsync(functions.File("blobs", hash[..2], hash), TestContext.Current.CancellationToken));
        await functions.Call("file.write", ("path", "look.html"), ("content", $$"""
            <p id=top></p><p id=within></p><script>
            const image = new Image();
            image.onload = () => {
              const canvas = document.createElement('canvas'), pen = canvas.getContext('2d');
              canvas.width = image.width; canvas.height = image.height; pen.drawImage(image, 0, 0);
              const at = (x, y) => [...pen.getImageData(x, y, 1, 1).data].slice(0, 3).join();
              top.document.getElementById('top').textContent = at(350, 196);
              document.getElementById('within').textContent = at(305, 205);
            };
            image.src = 'data:image/png;base64,{{picture}}';
            </script>
            """));
        await functions.Call("browser.open", ("file", "look.html"));
        (await Read("""{"css":"#top"}""")).ShouldBe(Json.Of("229,72,77"));
        (await Read("""{"css":"#within"}""")).ShouldNotBe(Json.Of("229,72,77"));
    }

    [Theory]
    [InlineData("browser.click", """{"css":"#nowhere","timeoutSeconds":1}""", "no such element")]
    [InlineData("browser.click", """{"css":"#secret","timeoutSeconds":1}""", "not visible")]
    [InlineData("browser.click", """{"role":"button","name":"Later","timeoutSeconds":1}""", "disabled")]
    [InlineData("browser.wait", """{"text":"Never","timeoutSeconds":1}""", "no such element")]
    [InlineData("browser.wait", """{"url":"**/never","timeoutSeconds":1}""", "within 1 s")]
    public async Task a_step_that_waits_in_vain_names_element_page_and_cause(string function, string arguments, string cause)
    {
        await functions.Call("browser.open", ("url", site.Url + "/form"));
        var fault = await functions.Refused(function, arguments);
        fault.Type.ShouldBe(FaultTypes.Timeout);
        fault.Detail.ShouldNotBeNull().ShouldContain(cause);
        fault.Detail.ShouldContain(site.Url + "/form");
        fault.Detail.ShouldContain(function);
    }

    [Fact]
    public async Task an_element_that_is_several_is_refused_with_their_number()
    {
        await functions.Call("browser.open", ("url", site.Url + "/form"));
        (await functions.Refused("browser.click", """{"css":"p.two"}""")).Detail.ShouldNotBeNull().ShouldContain("means 2 elements");
    }

    [Fact]
    public async Task a_step_without_a_page_and_a_page_that_is_not_there_say_so()
    {
        (await functions.Refused("browser.click", """{"css":"a"}""")).Detail.ShouldNotBeNull().ShouldContain("browser.open");
        (await functions.Refused("browser.open", """{"url":"http://127.0.0.1:1/"}""")).Detail.ShouldNotBeNull().ShouldContain("http://127.0.0.1:1/");
        await functions.Call("browser.open", ("url", site.Url));
        await functions.Call("browser.close", "{}");
        (await functions.Refused("browser.read", "{}")).Detail.ShouldNotBeNull().ShouldContain("browser.open");
    }

    [Fact]
    public async Task a_page_opened_right_after_one_that_is_not_there_is_not_interrupted()
    {
        for (var round = 0; round < 5; round++)
        {
            await functions.Refused("browser.open", """{"url":"http://127.0.0.1:1/","screenshot":false}""");
            await functions.Call("browser.open", ("url", site.Url + "/form"));
            (await Read("""{"css":"p.two","nth":2}""")).ShouldBe(Json.Of("b"));
        }
    }

    [Fact]
    public async Task a_page_that_answers_no_more_ends_the_step_and_the_next_page_opens()
    {
        await functions.Call("browser.open", ("url", site.Url + "/busy"));
        var fault = await functions.Refused("browser.click", """{"text":"Go","timeoutSeconds":1}""");
        fault.Type.ShouldBe(FaultTypes.Timeout);
        fault.Detail.ShouldNotBeNull().ShouldContain(site.Url + "/busy");
        await functions.Call("browser.open", ("url", site.Url + "/form"));
        (await Read("""{"css":"p.two","nth":2}""")).ShouldBe(Json.Of("b"));
    }

    [Fact]
    public async Task a_name_that_a_page_gives_replaces_nothing_and_fits_the_folder()
    {
        Directory.CreateDirectory(functions.File("in"));
        await functions.Call("browser.open", ("url", site.Url + "/exports"));
        var first = await Download("""{"text":"Export","exact":true,"to":"in"}""");
        await File.WriteAllTextAsync(first, "mine", TestContext.Current.CancellationToken);
        var second = await Download("""{"text":"Export","exact":true,"to":"in"}""");
        second.ShouldBe(first.Replace(".csv", " (2).csv", StringComparison.Ordinal));
        File.ReadAllText(first).ShouldBe("mine");
        await functions.Call("browser.download", """{"text":"Long","to":"in"}""");
        Directory.GetFiles(functions.File("in"), "nnn*.csv").Length.ShouldBe(1);
    }

    [Fact]
    public async Task a_download_that_never_ends_is_a_time_out_and_leaves_no_file()
    {
        await functions.Call("browser.open", ("url", site.Url + "/exports"));
        var fault = await functions.Refused("browser.download", """{"text":"Endless","to":"e.bin","arrivalSeconds":2}""");
        fault.Type.ShouldBe(FaultTypes.Timeout);
        fault.Detail.ShouldNotBeNull().ShouldContain("/endless");
        File.Exists(functions.File("e.bin")).ShouldBeFalse();
    }

    [Fact]
    public async Task a_profile_belongs_to_one_run_at_a_time()
    {
        await functions.Call("browser.open", ("url", site.Url), ("profile", "shop"));
        await using (new FileStream(functions.File("home", "browser", "busy.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            var fault = await functions.Refused("browser.open", $$"""{"url":"{{site.Url}}","profile":"busy","timeoutSeconds":1}""");
            fault.Detail.ShouldNotBeNull().ShouldContain("'busy' was in use by another run");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await functions.DisposeAsync();
        await site.DisposeAsync();
    }

    private async Task<string> Download(string arguments) => ((JsonString)((JsonObject)await functions.Call("browser.download", arguments))["path"]!).Value;

    private async Task<string> Title() => ((JsonString)((JsonObject)await functions.Call("browser.read", "{}"))["title"]!).Value;

    private async Task<Json> Read(string arguments) => ((JsonObject)await functions.Call("browser.read", arguments))["value"]!;
}
