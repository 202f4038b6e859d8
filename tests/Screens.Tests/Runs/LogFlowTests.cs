using System.Globalization;
using Jarvis.Screens.Tests.Platform;
using Jarvis.Testing;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Jarvis.Screens.Tests.Runs;

/// <summary>A run that writes 200 lines a second, looked at on the phone.</summary>
[Collection(Walk.Turns)]
public sealed class LogFlowTests(SystemUnderTest system)
{
    private const int Lines = 3_000;

    // Of a virtual list: what fits, and some before and after.
    private const int DrawnLines = 120;

    // From the moment the browser got the key to the frame that came after it.
    private const string Watch = """
        () => {
          globalThis.waited = [];
          document.addEventListener('keydown', event => requestAnimationFrame(() => setTimeout(() => waited.push(performance.now() - event.timeStamp))), true);
        }
        """;

    [Fact]
    public async Task two_hundred_lines_a_second_lose_none_keep_their_order_and_are_drawn_a_screen_at_a_time()
    {
        var token = await system.SignInAsync(system.Owner);
        using var folder = new TemporaryFolder();
        var begin = Path.Combine(folder.Path, "begin");
        // Twenty lines, a tenth of a second, again; once it is looked at.
        var workflow = await system.PublishAsync(token, $$"""
            document: { dsl: '1.0.0', namespace: walks, name: chatty, version: '1.0.0' }
            do:
              - talk:
                  run:
                    shell:
                      command: 'while [ ! -e {{begin}} ]; do sleep 0.1; done; i=0; while [ $i -lt {{Lines}} ]; do i=$((i+1)); echo "line $i of many, as a build or a download writes them"; [ $((i % 20)) -eq 0 ] && sleep 0.1; done; true'
            """);
        await using var walk = await Walk.SignedInAsync(system, Walk.Phone);
        await walk.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var page = walk.Page;
        var run = await system.StartAsync(token, workflow);
        await walk.GoAsync($"runs/{run}?tab=log");
        await page.Locator(".run-state .badge-running").WaitForAsync();
        await page.GetByText("还没有日志").WaitForAsync();
        await File.WriteAllTextAsync(begin, "", TestContext.Current.CancellationToken);
        await page.Locator(".log-line").First.WaitForAsync();
        await page.EvaluateAsync(Watch);

        // Three windows of typing; a machine with two cores that also runs the server, the store and the PC may have other things to do in one of them.
        var medians = new List<double>();
        var most = 0;
        var search = page.Locator(".log-tools input");
        for (var window = 0; window < 3; window++)
        {
            await page.EvaluateAsync("() => { waited.length = 0; }");
            await search.FocusAsync();
            for (var key = 0; key < 15; key++)
            {
                await page.Keyboard.PressAsync("a");
                most = Math.Max(most, await page.Locator(".log-line").CountAsync());
            }

            await page.WaitForFunctionAsync("() => waited.length >= 15");
            var waited = await page.EvaluateAsync<double[]>("() => waited");
            medians.Add(waited.Order().ElementAt(waited.Length / 2));
            await search.EvaluateAsync("input => { input.value = ''; }");
        }

        await page.Locator("h1").FocusAsync();
        await walk.PictureAsync("m-log-flowing-390-light");
        await page.Locator(".run-state .badge-completed").WaitForAsync();
        await page.GetByText($"{Lines.ToString("N0", CultureInfo.InvariantCulture)} 行").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "复制日志" }).ClickAsync();
        var copied = (await page.EvaluateAsync<string>("() => navigator.clipboard.readText()")).Split('\n');

        copied.Select(line => int.Parse(line.Split("line ")[1].Split(' ')[0], CultureInfo.InvariantCulture)).ShouldBe(Enumerable.Range(1, Lines));
        most.ShouldBeLessThan(DrawnLines);
        await page.Locator(".log-line").Last.GetByText($"line {Lines} of").WaitForAsync();
        // A figure is no matter for a test: it is told for whoever looks.
        TestContext.Current.SendDiagnosticMessage($"From key to frame, medians of three windows: {string.Join(", ", medians.Select(one => one.ToString("0.0", CultureInfo.InvariantCulture)))} ms");
        walk.ShouldHaveNoComplaints();
    }
}
