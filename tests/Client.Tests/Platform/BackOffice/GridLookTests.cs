using Jarvis.Admin.Platform.Lists;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Platform.BackOffice;

/// <summary>Columns, widths and density of a list of the back office.</summary>
public sealed class GridLookTests
{
    private readonly MemoryBrowser browser = new();

    [Fact]
    public async Task what_was_chosen_is_there_the_next_time()
    {
        var look = Look();
        await look.Toggle("device");
        await look.Toggle("id");
        await look.Widen("workflow", 320);
        await look.Choose("comfortable");

        var next = Look();

        next.Shows("device").ShouldBeFalse();
        next.Shows("id").ShouldBeTrue();
        next.Width("workflow").ShouldBe(320);
        next.Density.ShouldBe("comfortable");
    }

    [Fact]
    public async Task a_reset_restores_the_defaults_now_and_the_next_time()
    {
        var look = Look();
        await look.Toggle("device");
        await look.Toggle("id");
        await look.Widen("workflow", 320);
        await look.Choose("middle");

        await look.Reset();

        foreach (var shown in (GridLook[])[look, Look()])
        {
            shown.Shows("device").ShouldBeTrue();
            shown.Shows("id").ShouldBeFalse();
            shown.Width("workflow").ShouldBeNull();
            shown.Density.ShouldBe("compact");
        }
    }

    [Fact]
    public async Task a_column_that_starts_hidden_stays_shown_though_nothing_else_is_hidden()
    {
        await Look().Toggle("id");

        Look().Shows("id").ShouldBeTrue();
    }

    [Fact]
    public async Task one_list_does_not_change_another()
    {
        await Look().Toggle("device");

        new GridLook(browser, "devices", []).Shows("device").ShouldBeTrue();
    }

    private GridLook Look() => new(browser, "runs", ["id"]);
}
