using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Engine.Tests.Runs;
using Jarvis.Engine.Workflows;
using Jarvis.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Workflows;

/// <summary>The samples as they are shipped, run to their end.</summary>
public sealed class SampleTests
{
    public static TheoryData<string> Samples => [.. Directory.GetFiles(Paths.In("samples"), "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file))];

    [Theory]
    [MemberData(nameof(Samples))]
    public void a_sample_is_valid_and_told_in_two_languages_with_category_and_tags(string name)
    {
        var parsed = DefinitionParser.Parse(Source(name), FunctionCatalog.Standard.Validation);
        parsed.Problems.ShouldBeEmpty();
        var document = (JsonObject)((JsonObject)Yaml(name))["document"]!;
        document["name"].ShouldBe(Json.Of(name));
        ((JsonObject)document["tags"]!).Members.ShouldNotBeEmpty();
        var metadata = (JsonObject)document["metadata"]!;
        metadata["category"].ShouldBeOfType<JsonString>();
        ShouldBeBilingual((JsonObject)metadata["title"]!);
        var schema = (JsonObject)((JsonObject)((JsonObject)((JsonObject)Yaml(name))["input"]!)["schema"]!)["document"]!;
        foreach (var (_, property) in ((JsonObject)schema["properties"]!).Members)
        {
            ShouldBeBilingual((JsonObject)((JsonObject)property)["x-title"]!);
        }

        static void ShouldBeBilingual(JsonObject title)
        {
            title["en"].ShouldBeOfType<JsonString>();
            title["zh"].ShouldBeOfType<JsonString>().Value.ShouldContain(c => c >= '\u4E00');
        }
    }

    [Fact]
    public async Task the_readme_names_every_sample_and_most_need_no_shell()
    {
        var readme = await File.ReadAllTextAsync(Paths.In("README.md"), TestContext.Current.CancellationToken);
        var names = Directory.GetFiles(Paths.In("samples"), "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)).ToList();
        names.ShouldAllBe(name => readme.Contains($"(samples/{name}.yaml)", StringComparison.Ordinal));
        names.Count(name => !Source(name).Contains("shell:", StringComparison.Ordinal)).ShouldBeGreaterThanOrEqualTo(4);
    }

    [Fact]
    public async Task a_thousand_steps_add_up()
    {
        await using var engine = new EngineUnderTest();
        var output = (await engine.Run(Source("thousand-steps"), JsonObject.Empty)).ShouldBeOfType<Ending.Completed>().Output;
        ((JsonObject)output)["sum"].ShouldBe(Json.Of(500_500));
    }

    [Fact]
    public async Task a_site_is_watched_from_its_first_look_to_its_change()
    {
        var page = "<html><style>x</style><h1>News</h1><p>old</p><script>1</script></html>";
        await using var site = await Site(app => app.MapGet("/", () => Results.Content(page, "text/html")));
        await using var engine = new EngineUnderTest();
        var input = Json.Of(("url", site.Urls.First() + "/"), ("memory", engine.File("memory.json")));
        var looks = new List<JsonObject>();
        for (var look = 0; look < 3; look++)
        {
            page = look == 2 ? page.Replace("old", "new", StringComparison.Ordinal) : page;
            looks.Add((JsonObject)(await engine.Run(Source("site-watch"), input)).ShouldBeOfType<Ending.Completed>().Output);
        }

        looks[0].ShouldBe(Json.Parse("""{"first":true,"changed":false,"came":[],"went":[]}"""));
        looks[1].ShouldBe(Json.Parse("""{"first":false,"changed":false,"came":[],"went":[]}"""));
        looks[2].ShouldBe(Json.Parse("""{"first":false,"changed":true,"came":["new"],"went":["old"]}"""));
    }

    [Fact]
    public async Task the_server_is_asked_with_the_password_of_the_secrets_and_without_it_only_whether_it_is_ready()
    {
        var heard = new List<string>();
        await using var site = await Site(app =>
        {
            app.MapGet("/health/ready", () => Results.Text("ready"));
            app.MapPost("/auth/login", (HttpContext http) => Body(http, """{"accessToken":"a","refreshToken":"r","expiresIn":60}"""));
            app.MapPost("/graphql", (HttpContext http) => Body(http, """{"data":{"runs":{"nodes":[{"status":"COMPLETED"},{"status":"FAILED"},{"status":"COMPLETED"}]}}}"""));
            app.MapPost("/auth/logout", (HttpContext http) => Body(http, "{}"));
        });
        await using var engine = new EngineUnderTest();
        var input = Json.Of(("server", site.Urls.First()), ("email", "li@example.org"));
        (await engine.Run(Source("server-status"), input)).ShouldBeOfType<Ending.Completed>().Output.ShouldBe(Json.Parse("""{"ready":true,"signedIn":false}"""));
        heard.ShouldBeEmpty();

        Jarvis.Engine.Platform.PrivateFile.Write(engine.Home.SecretsFile, """{"JARVIS_PASSWORD":"correct horse"}"""u8);
        (await engine.Run(Source("server-status"), input)).ShouldBeOfType<Ending.Completed>().Output
            .ShouldBe(Json.Parse("""{"ready":true,"signedIn":true,"latest":3,"byStatus":{"COMPLETED":2,"FAILED":1}}"""));
        heard.Count.ShouldBe(3);
        heard[0].ShouldContain("correct horse");
        heard[1].ShouldStartWith("Bearer a");
        heard[2].ShouldContain("\"r\"");

        async Task Body(HttpContext http, string answer)
        {
            using var reader = new StreamReader(http.Request.Body);
            heard.Add($"{http.Request.Headers.Authorization} {await reader.ReadToEndAsync()}");
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(answer);
        }
    }

    [Fact]
    public async Task a_web_form_takes_every_row_of_the_spreadsheet()
    {
        Assert.SkipWhen(FunctionCatalog.Standard.Find("browser.open")!.Lacking() is not null, "There is no browser.");
        await using var engine = new EngineUnderTest();
        var input = Json.Of(("sheet", Paths.In("samples", "web-form", "people.xlsx")), ("page", Paths.In("samples", "web-form", "form.html")));
        var output = (JsonObject)(await engine.Run(Source("web-form"), input)).ShouldBeOfType<Ending.Completed>().Output;
        output["registered"].ShouldBe(Json.Of(5));
        await using var functions = new FunctionsUnderTest();
        var rows = ((JsonArray)((JsonObject)await functions.Call("sheet.read", ("path", output["sheet"]!)))["rows"]!).Items;
        rows[1].ShouldBe(Json.Parse("""{"Number":"R-002","Name":"\u674E\u660E","Arrives":"2026-12-11","Meal":"Anything","Guest":"yes"}"""));
        rows[4].ShouldBe(Json.Parse("""{"Number":"R-005","Name":"\u738B\u82B3","Arrives":"2026-12-12","Meal":"Vegetarian","Guest":"no"}"""));
    }

    private static string Source(string name) => File.ReadAllText(Paths.In("samples", name + ".yaml"));

    private static Json Yaml(string name) => DefinitionParser.Parse(Source(name), FunctionCatalog.Standard.Validation).Definition.ShouldNotBeNull().Source;

    private static async Task<WebApplication> Site(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var site = builder.Build();
        map(site);
        await site.StartAsync();
        return site;
    }
}
