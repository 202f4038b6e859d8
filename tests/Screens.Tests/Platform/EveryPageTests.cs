using Shouldly;
using Xunit;

namespace Jarvis.Screens.Tests.Platform;

/// <summary>What holds for every page of both apps.</summary>
[Collection(Walk.Turns)]
public sealed class EveryPageTests(SystemUnderTest system)
{
    private static readonly string[] Themes = ["light", "dark"];
    private static readonly int[] Widths = [Walk.Narrow, Walk.Wide];

    [Theory]
    [InlineData(Walk.Phone)]
    [InlineData(Walk.Office)]
    public async Task axe_finds_nothing_in_both_themes_and_sizes_nothing_scrolls_sideways_and_the_console_is_silent(string app)
    {
        await using var walk = await Walk.SignedInAsync(system, app);
        var found = new List<string>();
        foreach (var route in Routes.Of(app, system))
        {
            await walk.GoAsync(route);
            foreach (var theme in Themes)
            {
                foreach (var width in Widths)
                {
                    await walk.LookAsync(theme, width);
                    found.AddRange((await walk.ViolationsAsync()).Select(violation => $"/{app}/{route} {theme} {width}: {violation}"));
                    if (await walk.SidewaysAsync() is > 0 and var pixels)
                    {
                        found.Add($"/{app}/{route} {theme} {width}: scrolls sideways by {pixels} px");
                    }

                    await walk.PictureAsync($"{app}-{Routes.FileName(route)}-{width}-{theme}");
                }
            }
        }

        found.ShouldBeEmpty();
        walk.ShouldHaveNoComplaints();
    }

    [Theory]
    [InlineData(Walk.Phone)]
    [InlineData(Walk.Office)]
    public async Task every_word_comes_from_the_dictionary(string app)
    {
        await using var walk = await Walk.SignedInAsync(system, app, "marked");
        var found = new List<string>();
        foreach (var route in Routes.Of(app, system))
        {
            await walk.GoAsync(route);
            // Data of the walks are English; so a Chinese character outside the marks is a text that went round the dictionary.
            found.AddRange((await walk.Page.EvaluateAsync<string[]>("""
                () => {
                  const raw = text => {
                    let depth = 0, rest = '';
                    for (const c of text) { if (c === '〔') depth++; else if (c === '〕') depth--; else if (depth === 0) rest += c; }
                    return /[\u4e00-\u9fff]/.test(rest.replace(/[\d.]+ ?(毫秒|秒|分|小时|天)|(\d+年)?\d+月\d+日/g, '')) ? text : null;
                  };
                  const found = [];
                  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                  for (let node; (node = walker.nextNode());) {
                    const parent = node.parentElement;
                    if (!parent || parent.closest('script,style,#blazor-error-ui,[lang]:not(html)')) continue;
                    const text = parent.textContent.length < 400 ? parent.textContent : node.data;
                    if (raw(node.data) && raw(text)) found.push(text.trim());
                  }
                  for (const element of document.querySelectorAll('[aria-label],[title],[placeholder]'))
                    for (const name of ['aria-label', 'title', 'placeholder']) { const text = element.getAttribute(name); if (text && raw(text)) found.push(name + '=' + text); }
                  return [...new Set(found)];
                }
                """)).Select(text => $"/{app}/{route}: {text}"));
            // The marks make every word longer, as another language does: what only just fitted is found here.
            if (await walk.SidewaysAsync() is > 0 and var pixels)
            {
                found.Add($"/{app}/{route}: scrolls sideways by {pixels} px");
            }
        }

        found.ShouldBeEmpty();
    }
}
