using System.Globalization;
using System.Text.RegularExpressions;
using Jarvis.Screens.Tests.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Screens.Tests.Runs;

/// <summary>Ten thousand runs of one owner on the phone. How soon they are there is measured by <c>build/bench S4</c>.</summary>
[Collection(Walk.Turns)]
public sealed partial class LongListTests(SystemUnderTest system)
{
    private const int Runs = 10_000;

    // What fits on the screen, and some before and after.
    private const int RowsDrawn = 60;
    private const int RowsScrolled = 1_200;

    // Goes on until enough was seen, and looks at every picture in between: the rows drawn are each the one before of their neighbour.
    private const string ScrollOn = """
        async ([runs, wanted]) => {
          const wrong = [];
          let drawn = 0, last = runs + 1;
          const look = () => {
            const rows = [...document.querySelectorAll('[role=listitem]')].map(row => +row.querySelector('.list-title').textContent.replace('many ', ''));
            drawn = Math.max(drawn, rows.length);
            for (let i = 1; i < rows.length; i++) if (rows[i] !== rows[i - 1] - 1) wrong.push(`${rows[i - 1]} then ${rows[i]}`);
            last = Math.min(last, ...rows);
          };
          const watch = new MutationObserver(look);
          watch.observe(document.querySelector('[role=list]'), { childList: true, subtree: true });
          look();
          const page = document.scrollingElement, begin = performance.now();
          while (last > runs - wanted && performance.now() - begin < 120000) {
            // As fast as a thumb that throws the list: further than a screen at once, never past what is there.
            page.scrollBy(0, 2400);
            await new Promise(done => setTimeout(done, 30));
          }
          watch.disconnect();
          look();
          return { drawn, last, wrong: wrong.slice(0, 5).join(', ') };
        }
        """;

    // The name and the place on screen of the first row that is wholly in view.
    private const string FirstInView = """
        () => {
          const row = [...document.querySelectorAll('[role=listitem]')].find(row => row.getBoundingClientRect().top >= 80);
          return row.querySelector('.list-title').textContent + ' at ' + Math.round(row.getBoundingClientRect().top);
        }
        """;

    [Fact]
    public async Task ten_thousand_runs_are_scrolled_through_in_order_a_screen_at_a_time_and_back_keeps_the_place()
    {
        if (system.Browser is null)
        {
            Assert.Skip("There is no Chromium on this machine.");
        }

        var owner = await system.RegisterAsync("many@example.test");
        var id = (await system.AskAsync(owner.Token, "{ viewer { id } }"))["viewer"]!["id"]!.GetValue<string>();
        await system.SqlAsync(Seeding(id));
        try
        {
            await ScrollAsync(owner.Email);
        }
        finally
        {
            // The other walks' lists of everybody's runs begin with what is new.
            await system.SqlAsync($"delete from views.runs where owner_id = '{id}'; delete from views.run_counts where owner_id = '{id}'");
        }
    }

    private async Task ScrollAsync(string email)
    {
        await using var walk = await Walk.BeginAsync(system, Walk.Phone);
        await walk.SignInAsync((email, SystemUnderTest.Password));
        await walk.GoAsync("runs?show=history");
        var page = walk.Page;
        await page.GetByText($"many {Runs}", new() { Exact = true }).WaitForAsync();
        NotDigits().Replace(await page.Locator(".panel [role=status]").First.InnerTextAsync(), "").ShouldBe(Runs.ToString(CultureInfo.InvariantCulture));

        var seen = await page.EvaluateAsync<Scrolled>(ScrollOn, new[] { Runs, RowsScrolled });

        seen.Wrong.ShouldBeEmpty("No run may be left out or stand twice.");
        seen.Drawn.ShouldBeLessThan(RowsDrawn);
        seen.Last.ShouldBeLessThanOrEqualTo(Runs - RowsScrolled);

        // Into a run and back: the same row at the same place.
        await page.WaitForFunctionAsync("() => !document.querySelector('.skeleton-line')");
        var place = await page.EvaluateAsync<string>(FirstInView);
        await page.EvaluateAsync("name => [...document.querySelectorAll('[role=listitem]')].find(row => row.querySelector('.list-title').textContent === name).querySelector('a').click()", place.Split(" at ")[0]);
        await page.Locator(".pane-detail h1").WaitForAsync();
        await page.GoBackAsync();
        await page.Locator(".panes-list").WaitForAsync();

        await page.WaitForFunctionAsync($"place => ({FirstInView})() === place", place);
        walk.ShouldHaveNoComplaints();
    }

    /// <summary>Completed runs <c>many 1</c> to <c>many N</c>, as the view holds them, because ten thousand real ones take minutes.</summary>
    private string Seeding(string owner)
    {
        const long FirstPosition = 1_000_000_000_000;
        return $"""
            insert into views.runs (run_id, from_position, to_position, owner_id, requested_position, status, workflow_id, namespace, workflow_name, revision, definition_hash,
                trigger, requested_by, requested_at, priority, granted, started_at, ended_at, clock_offset_ms, occurred_at, controls_open, changed_at, stream_version)
            select md5('many ' || n)::uuid, {FirstPosition} + n, {long.MaxValue}, '{owner}', {FirstPosition} + n, 'completed', '{system.Workflow}', 'walks', 'many ' || n, 1, md5('many'),
                'manual', '{owner}', began, 'normal', true, began, began + interval '7 seconds', 0, began, 0, now(), 4
            from (select n, now() - ({Runs} - n) * interval '1 minute' as began from generate_series(1, {Runs}) n) r;
            insert into views.run_counts select '{owner}', 'completed', '{system.Workflow}', '{Guid.Empty}', {Runs};
            analyze views.runs
            """;
    }

    [GeneratedRegex(@"\D")]
    private static partial Regex NotDigits();

    private sealed record Scrolled
    {
        /// <summary>The most rows that stood in the page at once.</summary>
        public int Drawn { get; init; }

        /// <summary>The number of the lowest run seen.</summary>
        public int Last { get; init; }

        /// <summary>Neighbours that are none.</summary>
        public string Wrong { get; init; } = "";
    }
}
