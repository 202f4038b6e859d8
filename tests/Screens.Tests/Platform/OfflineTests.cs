using Shouldly;
using Xunit;

namespace Jarvis.Screens.Tests.Platform;

/// <summary>The phone app without a network.</summary>
[Collection(Walk.Turns)]
public sealed class OfflineTests(SystemUnderTest system)
{
    [Fact]
    public async Task it_starts_shows_what_it_had_and_says_how_old_that_is()
    {
        await using var walk = await Walk.SignedInAsync(system, Walk.Phone, keepsApp: true);
        await walk.GoAsync("runs?show=history");
        await walk.Page.GetByText("broken").First.WaitForAsync();
        await walk.Page.EvaluateAsync("() => navigator.serviceWorker.ready");
        // Taken over by the worker, so that the next load comes from it.
        await walk.Page.WaitForFunctionAsync("() => navigator.serviceWorker.controller !== null");

        await walk.Context.SetOfflineAsync(true);
        await walk.Page.ReloadAsync();

        await walk.Page.GetByText("broken").First.WaitForAsync();
        (await walk.Page.Locator(".strip-stale").First.InnerTextAsync()).ShouldContain("离线");
        await walk.PictureAsync("m-offline-390-light");

        await walk.Context.SetOfflineAsync(false);
        await walk.Page.Locator(".strip-stale").First.WaitForAsync(new() { State = Microsoft.Playwright.WaitForSelectorState.Detached });
    }
}
