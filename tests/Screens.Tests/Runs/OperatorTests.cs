using Jarvis.Screens.Tests.Platform;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Jarvis.Screens.Tests.Runs;

/// <summary>An operator in the back office, with the keyboard.</summary>
[Collection(Walk.Turns)]
public sealed class OperatorTests(SystemUnderTest system)
{
    private const string Focused = "() => document.activeElement?.getAttribute('data-row') ?? document.activeElement?.id ?? ''";

    [Fact]
    public async Task a_run_is_found_by_its_id_with_the_keyboard_alone()
    {
        await using var walk = await Walk.SignedInAsync(system, Walk.Office, width: Walk.Wide);
        await walk.SettledAsync();
        var run = system.Runs["broken"];

        await walk.Page.Keyboard.PressAsync("Control+k");
        await walk.Page.Locator(".palette input").WaitForAsync();
        await walk.Page.WaitForFunctionAsync("() => document.activeElement?.getAttribute('role') === 'combobox'");
        await walk.Page.Keyboard.InsertTextAsync(run.ToString());

        await walk.Page.WaitForURLAsync($"**/admin/run/{run}");
        await walk.Page.Locator(".gantt").WaitForAsync();
        (await walk.Page.Locator("h1").TextContentAsync()).ShouldBe("broken");
        await walk.Page.GetByText("失败", new PageGetByTextOptions { Exact = true }).First.WaitForAsync();
        // What it worked with is its owner's, and the page says so.
        await walk.Page.GetByText("内容未开放").WaitForAsync();
        walk.ShouldHaveNoComplaints();
    }

    [Fact]
    public async Task rows_are_gone_through_selected_opened_and_closed_by_keys_and_the_focus_comes_back()
    {
        await using var walk = await Walk.SignedInAsync(system, Walk.Office, width: Walk.Wide);
        await walk.GoAsync("runs");
        await walk.Page.Locator("[data-row]").Nth(1).WaitForAsync();
        var keys = walk.Page.Keyboard;
        await walk.Page.Locator("h1").FocusAsync();

        await keys.PressAsync("j");
        await keys.PressAsync("j");
        await keys.PressAsync("x");
        await walk.Page.Locator(".batch").WaitForAsync();
        await keys.PressAsync("k");
        var first = await walk.Page.EvaluateAsync<string>(Focused);
        await keys.PressAsync("Enter");
        await walk.Page.WaitForURLAsync($"**/admin/runs/{first}");
        await walk.Page.WaitForFunctionAsync("() => document.activeElement?.id === 'drawer-title'");

        await keys.PressAsync("Escape");

        await walk.Page.Locator(".drawer").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
        await walk.Page.WaitForFunctionAsync($"() => document.activeElement?.getAttribute('data-row') === '{first}'");
        (await walk.Page.Locator(".batch").TextContentAsync()).ShouldNotBeNull().ShouldContain("已选 1 条");
        walk.ShouldHaveNoComplaints();
    }

    [Fact]
    public async Task single_keys_do_nothing_while_something_is_typed_or_once_they_are_switched_off()
    {
        await using var walk = await Walk.SignedInAsync(system, Walk.Office, width: Walk.Wide);
        await walk.GoAsync("runs");
        await walk.Page.Locator("[data-row]").First.WaitForAsync();
        await walk.Page.Keyboard.PressAsync("/");
        await walk.Page.WaitForFunctionAsync("() => document.activeElement?.matches('[data-search]')");

        await walk.Page.Keyboard.TypeAsync("jx");
        (await walk.Page.Locator("[data-search]").InputValueAsync()).ShouldBe("jx");

        await walk.Page.Locator("[data-search]").FillAsync("");
        await walk.Page.EvaluateAsync("() => localStorage.setItem('jarvis.keys', 'off')");
        await walk.Page.Locator("h1").FocusAsync();
        await walk.Page.Keyboard.PressAsync("j");
        (await walk.Page.EvaluateAsync<string>(Focused)).ShouldBe("");
    }
}
