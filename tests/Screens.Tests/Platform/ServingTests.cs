using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Jarvis.Screens.Tests.Platform;

/// <summary>How the published apps are served.</summary>
[Collection(Walk.Turns)]
public sealed partial class ServingTests(SystemUnderTest system)
{
    // KB, as they come over the wire: the goals of the first load (docs/figures.md), and what home adds to it for who is signed in.
    private const int PhoneBudget = 2_300;
    private const int HomeBudget = 2_380;
    private const int OfficeBudget = 3_800;

    [Theory]
    [InlineData(Walk.Phone)]
    [InlineData(Walk.Office)]
    public async Task the_page_allows_no_inline_script_but_its_own_and_is_asked_for_again_each_time(string app)
    {
        using var http = Client();
        using var answer = await http.GetAsync($"/{app}/");
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();

        Directive(policy, "script-src").ShouldNotContain("'unsafe-inline'");
        Directive(policy, "script-src").ShouldNotContain("'unsafe-eval'");
        Directive(policy, "script-src").ShouldContain("'wasm-unsafe-eval'");
        answer.Headers.CacheControl!.NoCache.ShouldBeTrue();
        answer.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");

        // Any address of the app is its page; a file that is not there is not.
        using var deep = await http.GetAsync($"/{app}/some/page");
        (await deep.Content.ReadAsStringAsync()).ShouldBe(await answer.Content.ReadAsStringAsync());
        (await http.GetAsync($"/{app}/_framework/none.js")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await http.GetAsync($"/{app}")).Headers.Location!.ToString().ShouldBe($"/{app}/");
    }

    [Theory]
    [InlineData(Walk.Phone)]
    [InlineData(Walk.Office)]
    public async Task a_named_version_is_kept_for_good_comes_compressed_and_is_not_sent_twice(string app)
    {
        using var http = Client();
        var script = FrameworkScript().Match(await http.GetStringAsync($"/{app}/")).Value;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/{app}/{script}") { Headers = { { "Accept-Encoding", "gzip, br" } } };
        using var answer = await http.SendAsync(request);
        answer.Content.Headers.ContentEncoding.ShouldBe(["br"]);
        answer.Headers.CacheControl!.ToString().ShouldContain("immutable");
        answer.Headers.Vary.ShouldContain("Accept-Encoding");

        using var again = new HttpRequestMessage(HttpMethod.Get, $"/{app}/{script}") { Headers = { { "Accept-Encoding", "br" }, { "If-None-Match", answer.Headers.ETag!.Tag } } };
        (await http.SendAsync(again)).StatusCode.ShouldBe(HttpStatusCode.NotModified);

        using var plain = new HttpRequestMessage(HttpMethod.Get, $"/{app}/{script}") { Headers = { { "Accept-Encoding", "identity" } } };
        (await http.SendAsync(plain)).Content.Headers.ContentEncoding.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Walk.Phone, Walk.Narrow, "nav.tabs a", 5)]
    [InlineData(Walk.Office, Walk.Wide, "nav.rail a", 8)]
    public async Task each_tab_and_each_entry_of_the_rail_opens_with_nothing_missing_refused_by_the_policy_or_sent_as_it_lies(string app, int width, string entries, int count)
    {
        await using var walk = await Walk.BeginAsync(system, app, width: width, opens: false);
        var wrong = new ConcurrentQueue<string>();
        var compressed = 0;
        await walk.Context.AddInitScriptAsync("addEventListener('securitypolicyviolation', e => console.error('policy: ' + e.violatedDirective + ' ' + e.blockedURI))");
        walk.Page.Response += (_, answer) =>
        {
            if (answer.Status >= 400)
            {
                wrong.Enqueue($"{answer.Status} {answer.Url}");
            }
            else if (answer.Url.Contains("/_framework/", StringComparison.Ordinal) && answer.Status == 200)
            {
                if (answer.Headers.GetValueOrDefault("content-encoding") == "br" && answer.Headers.GetValueOrDefault("cache-control")?.Contains("immutable", StringComparison.Ordinal) == true)
                {
                    Interlocked.Increment(ref compressed);
                }
                else
                {
                    wrong.Enqueue($"not compressed, or not for good: {answer.Url}");
                }
            }
        };
        await walk.Page.GotoAsync($"/{app}/");
        await walk.SignInAsync(app == Walk.Office ? system.Administrator : system.Owner);
        var links = walk.Page.Locator(entries);
        await links.First.WaitForAsync();

        (await links.CountAsync()).ShouldBe(count);
        for (var i = 0; i < count; i++)
        {
            await links.Nth(i).ClickAsync();
            await walk.Page.Locator($"{entries}[aria-current=page]").And(links.Nth(i)).WaitForAsync();
            await walk.SettledAsync();
        }

        wrong.ShouldBeEmpty();
        compressed.ShouldBeGreaterThan(20);
        walk.ShouldHaveNoComplaints();
    }

    [Theory]
    [InlineData("zh-CN,zh;q=0.9", "zh-CN", "手机应用")]
    [InlineData("en-GB,en;q=0.9", "en", "Phone app")]
    public async Task the_front_door_says_what_this_is_in_ones_language_with_a_code_for_the_phone(string accepted, string language, string word)
    {
        using var http = Client();
        http.DefaultRequestHeaders.AcceptLanguage.ParseAdd(accepted);
        var page = await http.GetStringAsync("/");

        page.ShouldContain($"<html lang=\"{language}\">");
        page.ShouldContain(word);
        page.ShouldContain("<svg role=\"img\"");
        page.ShouldContain("href=\"/admin/\"");
    }

    [Theory]
    [InlineData(Walk.Phone, PhoneBudget)]
    [InlineData(Walk.Office, OfficeBudget)]
    public async Task the_first_load_keeps_its_budget(string app, int budget)
    {
        await using var walk = await Walk.BeginAsync(system, app, opens: false);
        await using var load = await LoadOf.BeginAsync(walk.Page);
        await walk.Page.GotoAsync($"/{app}/");
        await walk.Page.Locator("input[type=email]").WaitForAsync();
        await walk.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        load.Kilobytes.ShouldBeLessThan(budget, load.Largest);

        if (app == Walk.Phone)
        {
            await walk.SignInAsync(system.Owner);
            await walk.Page.Locator(".kpis").WaitForAsync();
            load.Kilobytes.ShouldBeLessThan(HomeBudget, load.Largest);
        }
    }

    private HttpClient Client()
    {
        if (system.Browser is null)
        {
            Assert.Skip("There is no Chromium on this machine, so nothing was published.");
        }

        return new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None }) { BaseAddress = new Uri(system.Url) };
    }

    private static string[] Directive(string policy, string name) =>
        policy.Split(';', StringSplitOptions.TrimEntries).Single(directive => directive.StartsWith(name + " ", StringComparison.Ordinal)).Split(' ');

    [GeneratedRegex(@"_framework/blazor\.webassembly\.[0-9a-z]+\.js")]
    private static partial Regex FrameworkScript();
}
