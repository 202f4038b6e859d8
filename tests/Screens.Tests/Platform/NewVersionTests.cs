using Shouldly;
using Xunit;

namespace Jarvis.Screens.Tests.Platform;

/// <summary>A new build is served while somebody has the phone app open.</summary>
[Collection(Walk.Turns)]
public sealed class NewVersionTests(SystemUnderTest system)
{
    [Fact]
    public async Task the_open_app_asks_before_it_reloads_and_then_is_the_new_one()
    {
        if (system.Browser is null)
        {
            Assert.Skip("There is no Chromium on this machine.");
        }

        await using var server = new NextVersion(system.Url);
        await using var walk = await Walk.SignedInAsync(system, Walk.Phone, keepsApp: true, at: server.Url);
        var page = walk.Page;
        await page.Locator(".kpis").WaitForAsync();
        await walk.KeptAsync();
        await page.EvaluateAsync("() => { window.untouched = true; }");

        server.IsServed = true;
        // The person comes back to the app.
        await page.EvaluateAsync("() => document.dispatchEvent(new Event('visibilitychange'))");
        var ask = page.Locator(".strip-update");
        await ask.WaitForAsync();
        await walk.PictureAsync("m-new-version-390-light");

        // Until the person says so nothing of the new version is seen, and the page works on, also where its code is fetched only now.
        await page.Locator("nav.tabs a").Last.ClickAsync();
        await page.GetByRole(Microsoft.Playwright.AriaRole.Heading, new() { Name = "我的" }).WaitForAsync();
        (await page.EvaluateAsync<bool>("() => window.untouched === true && !document.documentElement.dataset.version")).ShouldBeTrue();

        await ask.ClickAsync();
        await page.WaitForFunctionAsync("() => document.documentElement.dataset.version === '2'");
        await page.Locator("nav.tabs").WaitForAsync();
        (await page.EvaluateAsync<bool>("() => window.untouched === undefined")).ShouldBeTrue();
        await page.WaitForFunctionAsync("async () => (await caches.keys()).filter(name => name.startsWith('jarvis-app-m-')).join() === 'jarvis-app-m-second'");
    }
}
