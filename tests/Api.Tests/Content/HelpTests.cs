using System.Text.Json;
using Jarvis.Api.Documents;
using Jarvis.Api.Tests.Accounts;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Documents;

/// <summary>Help that comes with the server, and what the server says of itself.</summary>
public sealed class HelpTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public void every_document_is_there_in_every_language_with_title_and_summary()
    {
        HelpDocuments.All.Length.ShouldBeGreaterThan(8);
        foreach (var language in HelpDocuments.Languages)
        {
            HelpDocuments.All.Where(document => document.Language == language).Select(document => document.Id).Order()
                .ShouldBe(HelpDocuments.All.Select(document => document.Id).Distinct().Order(), language);
        }

        HelpDocuments.All.ShouldAllBe(document => document.Title.Length > 0 && document.Summary.Length > 0 && !document.Title.Contains('#') && document.Body.StartsWith("# "));
    }

    [Fact]
    public async Task help_is_read_and_searched_in_the_persons_language()
    {
        var person = await Person.Register(server);
        (await Titles(person, "")).ShouldContain("暂停、继续与终止");
        (await Titles(person, "(search: \"绑定 代码\")")).ShouldBe(["绑定一台电脑"]);
        (await Titles(person, "(search: \"there is no such word\")")).ShouldBeEmpty();
        (await Titles(person, "(language: \"en-GB\", search: \"EXPIRES acknowledged\")")).ShouldBe(["Pause, resume and stop"]);
        await person.Client.Ask(
            "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { position } }", new { input = new { commandId = Guid.CreateVersion7(), language = "en" } });
        var one = (await person.Client.Ask("{ helpDocument(id: \"pair-a-pc\") { title language body } }")).At("helpDocument");
        one.Text("title").ShouldBe("Pair a PC");
        one.Text("body")!.ShouldContain("jarvis runner --server");
        (await person.Client.Ask("{ helpDocument(id: \"../secret\") { title } }")).At("helpDocument").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task the_server_tells_its_version()
    {
        var person = await Person.Register(server);
        var told = (await person.Client.Ask("{ server { version builtFrom now isDemo } }")).At("server");
        told.Text("version")!.ShouldMatch(@"^\d+\.\d+\.\d+$");
        told.At("isDemo").GetBoolean().ShouldBeFalse();
        (await server.Anonymous().AskRefused("{ server { version } }")).ShouldBe("auth.required");
    }

    private static async Task<string[]> Titles(Person person, string arguments) =>
        [.. (await person.Client.Ask($"{{ helpDocuments{arguments} {{ id title summary }} }}")).At("helpDocuments").EnumerateArray().Select(document => document.Text("title")!)];
}
