using Jarvis.Domain.Workflows.Language;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Language;

[Trait("NoSecondGo", "drawn input")]
public sealed class RevisionDifferenceTests
{
    private const string Head = "document: { dsl: '1.0.0', namespace: tests, name: two, version: '1.0.0' }\n";

    [Fact]
    public void equal_texts_do_not_differ() => TextDifference.Of("a\nb\n", "a\r\nb").ShouldBeEmpty();

    [Fact]
    public void a_changed_line_is_removed_and_added_with_its_neighbours()
    {
        var lines = TextDifference.Of("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n");
        Shown(lines).ShouldBe("2.2 2|3.3 3|4.4 4|-5. 5|+.5 five|6.6 6|7.7 7|8.8 8");
    }

    [Fact]
    public void the_shortest_difference_is_found()
    {
        Shown(TextDifference.Of("a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n")).Count(c => c is '-' or '+').ShouldBe(5);
        Shown(TextDifference.Of("", "x\n")).ShouldBe("+.1 x");
        Shown(TextDifference.Of("x\n", "")).ShouldBe("-1. x");
    }

    [Fact]
    public void any_difference_leads_from_the_one_text_to_the_other()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            string[] a = [.. Enumerable.Range(0, random.Next(12)).Select(_ => $"{(char)('a' + random.Next(3))}")];
            string[] b = [.. Enumerable.Range(0, random.Next(12)).Select(_ => $"{(char)('a' + random.Next(3))}")];
            var lines = TextDifference.Of(string.Join('\n', a), string.Join('\n', b));
            foreach (var line in lines)
            {
                (line.OldLine is { } o ? a[o - 1] : line.Text).ShouldBe(line.Text);
                (line.NewLine is { } n ? b[n - 1] : line.Text).ShouldBe(line.Text);
            }

            var kept = a.Where((_, i) => !lines.Any(l => l.Kind == DifferenceKind.Removed && l.OldLine == i + 1));
            kept.ShouldBe(b.Where((_, i) => !lines.Any(l => l.Kind == DifferenceKind.Added && l.NewLine == i + 1)));
        }
    }

    [Fact]
    public void texts_that_have_nothing_in_common_cost_no_more_than_a_bound()
    {
        var lines = TextDifference.Of(string.Concat(Enumerable.Range(0, 30_000).Select(i => $"a{i}\n")), string.Concat(Enumerable.Range(0, 30_000).Select(i => $"b{i}\n")));
        lines.Length.ShouldBe(60_000);
    }

    [Fact]
    public void tasks_are_told_apart_by_name_and_not_by_place()
    {
        var old = Parse("""
            do:
              - one: { set: { a: 1 } }
              - each:
                  for: { in: '${ [1, 2] }' }
                  do:
                    - gone: { set: { a: 1 } }
                    - kept: { set: { a: 2 } }
              - last: { wait: { seconds: 1 } }
            """);
        var @new = Parse("""
            do:
              - fresh: { set: { a: 0 } }
              - one: { set: { a: 1 } }
              - each:
                  for: { in: '${ [1, 2] }' }
                  do:
                    - kept: { set: { a: 3 } }
              - last: { wait: { seconds: 1 } }
            """);
        TaskDifferences.Of(old, @new).Select(d => $"{d.Kind} {string.Join('/', d.Path)} {d.OldId} {d.NewId}").ShouldBe(
            ["Added fresh  /do/0/fresh", "Removed each/gone /do/1/each/do/0/gone ", "Changed each/kept /do/1/each/do/1/kept /do/2/each/do/0/kept"]);
        TaskDifferences.Of(old, old).ShouldBeEmpty();
    }

    private static string Shown(IEnumerable<DifferenceLine> lines) => string.Join('|', lines.Select(line =>
        $"{line.Kind switch { DifferenceKind.Removed => "-", DifferenceKind.Added => "+", _ => "" }}{line.OldLine}.{line.NewLine} {line.Text}"));

    private static Definition Parse(string text)
    {
        var parsed = DefinitionParser.Parse(Head + text, new ValidationContext([]));
        parsed.Problems.ShouldBeEmpty();
        return parsed.Definition!;
    }
}
