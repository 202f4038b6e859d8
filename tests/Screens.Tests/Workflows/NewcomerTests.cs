using Jarvis.Screens.Tests.Platform;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Jarvis.Screens.Tests.Workflows;

/// <summary>Somebody brings a workflow of their own for the first time.</summary>
[Collection(Walk.Turns)]
public sealed class NewcomerTests(SystemUnderTest system)
{
    private const string WithMistakes = """
        document: { dsl: '1.0.0', namespace: walks, name: newcomer, version: '1.0.0' }
        do:
          - first:
              set: { a: 1 }
              thn: end
          - second:
              call: file.raed
              with: { path: x }
          - third:
              wait: { secondz: 1 }
        """;

    [Fact]
    public async Task pastes_one_with_three_mistakes_mends_them_at_their_lines_publishes_runs_and_watches_to_the_end()
    {
        await using var walk = await Walk.SignedInAsync(system, Walk.Phone);
        var page = walk.Page;
        await walk.GoAsync("workflows/new");
        var text = page.Locator("textarea");
        await text.FillAsync(WithMistakes);
        await page.Locator(".bench-problem").Nth(2).WaitForAsync();
        (await page.Locator(".bench-line").AllInnerTextsAsync()).Select(line => line.Split('行')[0]).ShouldBe(["第 5 ", "第 7 ", "第 10 "]);
        await walk.PictureAsync("m-workflows-new-mistakes-390-light");
        (await walk.ViolationsAsync()).ShouldBeEmpty();

        // Each is jumped to, and what stands in its line is replaced.
        foreach (var (line, right) in ((int, string)[])[(10, "      wait: { seconds: 1 }"), (7, "      call: file.list"), (5, "      then: second")])
        {
            await page.Locator(".bench-problem").Filter(new LocatorFilterOptions { HasText = $"第 {line} 行" }).ClickAsync();
            (await text.EvaluateAsync<int>("area => area.value.slice(0, area.selectionStart).split('\\n').length")).ShouldBe(line);
            await page.Keyboard.PressAsync("Home");
            await page.Keyboard.PressAsync("Shift+End");
            await page.Keyboard.InsertTextAsync(right);
        }

        // file.list is a call to try the list with; here nothing on the PC is needed.
        await text.FillAsync((await text.InputValueAsync()).Replace("call: file.list\n      with: { path: x }", "set: { b: 2 }", StringComparison.Ordinal));
        await page.GetByText("没有问题，可以发布").WaitForAsync();
        (await page.Locator(".node").CountAsync()).ShouldBe(3);
        await page.ReloadAsync();
        await page.GetByText("没有问题，可以发布").WaitForAsync();
        (await text.InputValueAsync()).ShouldContain("set: { b: 2 }");

        await page.Locator(".bench-foot .button-primary").ClickAsync();
        await page.GetByText("已发布 newcomer，第 1 版").WaitForAsync();
        await page.Locator("dialog[open] a.button-primary").ClickAsync();
        await page.WaitForURLAsync("**/workflows/*/start");
        await page.Locator("button.button-primary:visible").Last.ClickAsync();

        await page.WaitForURLAsync("**/runs/*");
        await page.Locator(".badge-completed:visible").First.WaitForAsync();
        walk.ShouldHaveNoComplaints();
    }
}
