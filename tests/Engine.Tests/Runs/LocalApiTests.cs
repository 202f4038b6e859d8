using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Engine.Devices;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Runs;
using Jarvis.Engine.Tests.Devices;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Runs;

public sealed class LocalApiTests : IAsyncLifetime
{
    private const string Definition = """
        document: { dsl: '1.0.0', namespace: test, name: tiny, version: '1.0.0' }
        do:
          - one: { set: { a: 1 } }
        """;

    private readonly TemporaryFolder folder = new();
    private readonly List<RunnerNews> news = [];
    private Journal journal = null!;
    private RunnerUnderTest.NotingExecutor executor = null!;
    private LocalApi api = null!;
    private JarvisHome home = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        home = JarvisHome.Open(folder.Path);
        journal = Journal.Open(home.JournalFile);
        executor = new RunnerUnderTest.NotingExecutor(journal);
        api = await LocalApi.Start(
            home, 0, journal, executor, new ValidationContext([]), () => new RunnerStatus(null, null, false, null, null, 0, 0, [], null),
            new RunnerVoice(news.Add), TimeProvider.System);
        http = new HttpClient { BaseAddress = api.Address.Url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", api.Address.Token);
    }

    [Fact]
    public async Task a_definition_becomes_a_run_of_this_pc_that_is_submitted()
    {
        var answer = await http.PostAsJsonAsync("/runs", new { definition = Definition, input = new { b = 2 } });
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        var id = Guid.Parse((string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["id"]!);
        var run = executor.Started.ShouldHaveSingleItem();
        run.RunId.ShouldBe(id);
        run.Origin.ShouldBe(RunOrigin.Local);
        run.Submits.ShouldBeTrue();
        run.Workflow.Name.ShouldBe("tiny");
        var read = (await http.GetFromJsonAsync<JsonObject>($"/runs/{id}"))!;
        ((string?)read["status"]).ShouldBe("pending");
        ((JsonArray)(await http.GetFromJsonAsync<JsonNode>("/runs"))!).Count.ShouldBe(1);
    }

    [Fact]
    public async Task a_broken_definition_is_refused_with_its_problems_and_places()
    {
        var answer = await http.PostAsJsonAsync("/runs", new { definition = "document: 1" });
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        ((string?)problem["code"]).ShouldBe("workflow.invalid");
        ((JsonArray)problem["problems"]!).Count.ShouldBeGreaterThan(0);
        ((int?)problem["problems"]![0]!["line"]).ShouldNotBeNull();
        executor.Started.ShouldBeEmpty();
    }

    [Fact]
    public async Task controls_reach_the_executor_and_an_unknown_run_is_not_found()
    {
        var id = Guid.CreateVersion7();
        await executor.Start(RunnerUnderTest.Order(id), CancellationToken.None);
        (await http.PostAsync(new Uri($"/runs/{id}/pause", UriKind.Relative), null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await http.PostAsync(new Uri($"/runs/{id}/cancel?graceSeconds=0", UriKind.Relative), null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        executor.Controls.Last().GraceSeconds.ShouldBe(0);
        (await http.PostAsync(new Uri($"/runs/{Guid.NewGuid()}/pause", UriKind.Relative), null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await http.GetAsync(new Uri($"/runs/{Guid.NewGuid()}", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer wrong")]
    public async Task a_call_without_the_token_is_refused_and_recorded(string authorization)
    {
        using var stranger = new HttpClient { BaseAddress = api.Address.Url };
        stranger.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        (await stranger.GetAsync(new Uri("/runs", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        news.OfType<RunnerNews.LocalCallRefused>().ShouldHaveSingleItem().Path.ShouldBe("/runs");
        (await stranger.GetAsync(new Uri("/health", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("Origin", "http://evil.example")]
    public async Task a_web_page_of_elsewhere_is_refused_even_with_the_token(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/runs");
        request.Headers.TryAddWithoutValidation(header, value);
        (await http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task the_document_describes_every_address()
    {
        var document = (await http.GetFromJsonAsync<JsonObject>("/openapi/v1.json"))!;
        document["paths"]!.AsObject().Select(path => path.Key).ShouldBe(
            ["/health", "/status", "/runs", "/runs/{id}", "/runs/{id}/pause", "/runs/{id}/resume", "/runs/{id}/cancel"], ignoreOrder: true);
    }

    [Fact]
    public void the_token_is_for_the_owner_alone()
    {
        LocalApiAddress.Load(home).ShouldBe(api.Address);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(folder.File("local-api.json")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await api.DisposeAsync();
        File.Exists(folder.File("local-api.json")).ShouldBeFalse();
        await journal.DisposeAsync();
        folder.Dispose();
    }
}
