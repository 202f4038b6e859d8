using System.Text.RegularExpressions;

namespace Jarvis.Client.Platform;

public abstract record MarkdownBlock
{
    public sealed record Heading(int Level, string Text) : MarkdownBlock;

    public sealed record Paragraph(string Text) : MarkdownBlock;

    public sealed record Items(bool IsNumbered, IReadOnlyList<string> Lines) : MarkdownBlock;

    public sealed record Code(string Text) : MarkdownBlock;
}

public enum MarkdownSpanKind { Plain, Code, Strong, Link }

public sealed record MarkdownSpan(MarkdownSpanKind Kind, string Text, string? Href = null);

/// <summary>The part of CommonMark that the help is written in.</summary>
public static partial class MarkdownText
{
    public static IReadOnlyList<MarkdownBlock> Blocks(string text)
    {
        var blocks = new List<MarkdownBlock>();
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                var end = Array.FindIndex(lines, i + 1, other => other.StartsWith("```", StringComparison.Ordinal));
                end = end < 0 ? lines.Length : end;
                blocks.Add(new MarkdownBlock.Code(string.Join('\n', lines[(i + 1)..end])));
                i = end;
            }
            else if (HeadingLine().Match(line) is { Success: true } heading)
            {
                blocks.Add(new MarkdownBlock.Heading(heading.Groups[1].Length, heading.Groups[2].Value));
            }
            else if (ItemLine().Match(line) is { Success: true } item)
            {
                var numbered = char.IsDigit(item.Groups[1].Value[0]);
                var items = new List<string> { item.Groups[2].Value };
                for (; i + 1 < lines.Length && lines[i + 1].Trim().Length > 0; i++)
                {
                    if (ItemLine().Match(lines[i + 1]) is { Success: true } next)
                    {
                        items.Add(next.Groups[2].Value);
                    }
                    else
                    {
                        items[^1] = Join(items[^1], lines[i + 1].Trim());
                    }
                }

                blocks.Add(new MarkdownBlock.Items(numbered, items));
            }
            else if (line.Trim().Length > 0)
            {
                var paragraph = line.Trim();
                for (; i + 1 < lines.Length && lines[i + 1].Trim().Length > 0 && !lines[i + 1].StartsWith("```", StringComparison.Ordinal) && !ItemLine().IsMatch(lines[i + 1]); i++)
                {
                    paragraph = Join(paragraph, lines[i + 1].Trim());
                }

                blocks.Add(new MarkdownBlock.Paragraph(paragraph));
            }
        }

        return blocks;
    }

    /// <summary>A link leads within the app or to https; any other is plain text.</summary>
    public static IReadOnlyList<MarkdownSpan> Spans(string text)
    {
        var spans = new List<MarkdownSpan>();
        var at = 0;
        foreach (Match match in Span().Matches(text))
        {
            if (match.Index > at)
            {
                spans.Add(new MarkdownSpan(MarkdownSpanKind.Plain, text[at..match.Index]));
            }

            spans.Add(match.Groups["code"].Success ? new MarkdownSpan(MarkdownSpanKind.Code, match.Groups["code"].Value)
                : match.Groups["strong"].Success ? new MarkdownSpan(MarkdownSpanKind.Strong, match.Groups["strong"].Value)
                : IsSafe(match.Groups["href"].Value) ? new MarkdownSpan(MarkdownSpanKind.Link, match.Groups["label"].Value, match.Groups["href"].Value)
                : new MarkdownSpan(MarkdownSpanKind.Plain, match.Groups["label"].Value));
            at = match.Index + match.Length;
        }

        if (at < text.Length)
        {
            spans.Add(new MarkdownSpan(MarkdownSpanKind.Plain, text[at..]));
        }

        return spans;
    }

    private static bool IsSafe(string href) => href.StartsWith("https://", StringComparison.Ordinal) || (!href.Contains(':', StringComparison.Ordinal) && !href.StartsWith("//", StringComparison.Ordinal));

    // Lines of Chinese are joined without a space.
    private static string Join(string left, string right) => left.Length > 0 && right.Length > 0 && left[^1] < 0x2E80 && right[0] < 0x2E80 ? left + " " + right : left + right;

    [GeneratedRegex(@"^(#{1,6})\s+(.+?)\s*#*$")]
    private static partial Regex HeadingLine();

    [GeneratedRegex(@"^\s{0,3}([-*+]|\d{1,9}[.)])\s+(.+)$")]
    private static partial Regex ItemLine();

    [GeneratedRegex(@"`(?<code>[^`]+)`|\*\*(?<strong>[^*]+)\*\*|\[(?<label>[^\]]+)\]\((?<href>[^)\s]+)\)")]
    private static partial Regex Span();
}
