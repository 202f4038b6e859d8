using Jarvis.Screens.Tests.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Screens.Tests.Accounts;

/// <summary>In and out again.</summary>
[Collection(Walk.Turns)]
public sealed class SignInTests(SystemUnderTest system)
{
    [Fact]
    public async Task a_wrong_password_is_told_and_by_keyboard_alone_one_gets_in()
    {
        await using var walk = await Walk.BeginAsync(system, Walk.Phone);
        await walk.PictureAsync("m-sign-in-390-light");
        (await walk.ViolationsAsync()).ShouldBeEmpty();
        var keys = walk.Page.Keyboard;
        await walk.Page.Locator("input[type=email]").FocusAsync();
        await keys.TypeAsync(system.Owner.Email);
        await keys.PressAsync("Tab");
        await keys.TypeAsync("wrong password");
        await keys.PressAsync("Enter");
        await walk.Page.GetByText("邮箱或密码不对").WaitForAsync();

        await walk.Page.Locator("input[name=password]").FillAsync(system.Owner.Password);
        await keys.PressAsync("Enter");

        await walk.Page.Locator("nav.tabs").WaitForAsync();
    }

    [Fact]
    public async Task who_registers_is_in_and_who_leaves_leaves_nothing_on_the_device()
    {
        await using var walk = await Walk.BeginAsync(system, Walk.Phone, "en");
        await walk.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Create an account" }).ClickAsync();
        await walk.Page.Locator("input[type=email]").FillAsync($"new-{Guid.NewGuid():N}@example.test");
        await walk.Page.Locator("input[name=password]").FillAsync(SystemUnderTest.Password);
        await walk.Page.Locator("button[type=submit]").ClickAsync();
        await walk.Page.Locator("nav.tabs").WaitForAsync();

        await walk.GoAsync("me");
        await walk.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Sign out" }).First.ClickAsync();
        var dialog = walk.Page.Locator("dialog[open]");
        await dialog.WaitForAsync();
        // No is where the focus begins.
        (await walk.Page.EvaluateAsync<string>("() => document.activeElement.textContent")).ShouldBe("Cancel");
        await dialog.Locator(".button-danger").ClickAsync();

        await walk.Page.Locator("input[type=email]").WaitForAsync();
        (await walk.Page.EvaluateAsync<int>("""
            async () => {
              const open = indexedDB.open('jarvis');
              const db = await new Promise((resolve, reject) => { open.onsuccess = () => resolve(open.result); open.onerror = reject; });
              let count = 0;
              for (const name of db.objectStoreNames) count += await new Promise(resolve => { const r = db.transaction(name).objectStore(name).count(); r.onsuccess = () => resolve(r.result); });
              db.close();
              return count;
            }
            """)).ShouldBe(0);
    }
}
