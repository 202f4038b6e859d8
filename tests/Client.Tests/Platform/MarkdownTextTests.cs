using Jarvis.Client.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Platform;

/// <summary>The help's Markdown.</summary>
public sealed class MarkdownTextTests
{
    [Fact]
    public void headings_paragraphs_lists_and_code_are_told_apart()
    {
        var blocks = MarkdownText.Blocks("# 标题\n\n第一行\n第二行\n\n- one\n- two\n  more\n\n1. first\n\n```yaml\n# no heading\n```\n");

        blocks[0].ShouldBe(new MarkdownBlock.Heading(1, "标题"));
        blocks[1].ShouldBe(new MarkdownBlock.Paragraph("第一行第二行"));
        blocks[2].ShouldBeOfType<MarkdownBlock.Items>().Lines.ShouldBe(["one", "two more"]);
        blocks[3].ShouldBeOfType<MarkdownBlock.Items>().IsNumbered.ShouldBeTrue();
        blocks[4].ShouldBe(new MarkdownBlock.Code("# no heading"));
    }

    [Fact]
    public void a_code_block_without_an_end_ends_with_the_text() =>
        MarkdownText.Blocks("```\na").ShouldBe([new MarkdownBlock.Code("a")]);

    [Theory]
    [InlineData("[x](https://jarvis.example/)", MarkdownSpanKind.Link)]
    [InlineData("[x](devices/pair)", MarkdownSpanKind.Link)]
    [InlineData("[x](javascript:alert(1))", MarkdownSpanKind.Plain)]
    [InlineData("[x](//elsewhere.example)", MarkdownSpanKind.Plain)]
    public void a_link_leads_within_the_app_or_to_https(string text, MarkdownSpanKind kind) => MarkdownText.Spans(text)[0].Kind.ShouldBe(kind);
}
