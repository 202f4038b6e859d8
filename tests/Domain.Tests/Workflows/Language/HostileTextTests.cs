using FsCheck;
using FsCheck.Fluent;
using Jarvis.Domain.Tests.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Language;

/// <summary>Whatever stands in a file, reading it gives a definition or located problems, never an exception.</summary>
[Trait("NoSecondGo", "drawn input")]
public sealed class HostileTextTests
{
    private const string Text = """
        document: { dsl: '1.0.3', namespace: test, name: hostile, version: '1.0.0', tags: { a: b } }
        input: { schema: { document: { type: object, properties: { a: { $ref: '#/$defs/x' } }, $defs: { x: { pattern: '^a' } } } }, from: '.a' }
        use:
          secrets: [token]
          errors: { bad: { type: 'https://x.y/z', status: 500, title: '${ .t }' } }
          retries: { slow: { delay: PT1S, backoff: { linear: {} }, limit: { attempt: { count: 3 } } } }
        do:
          - one: &anchor
              if: .x == "y"
              set: { a: "${ .b | map(. + 1) }", c: [1, 2.5e3, 0x1f, ~, true] }
              then: two
          - two:
              try:
                - inner:
                    call: test.pay
                    with: { amount: 5 }
              catch: { errors: { with: { status: 500 } }, retry: slow, do: [ { x: { raise: { error: bad } } } ] }
          - three:
              for: { each: i, in: .list }
              do:
                - pause:
                    wait: { seconds: 3 }
          - four: *anchor
          - five:
              switch:
                - yes: { when: $context.a, then: end }
              metadata: |
                text
                 of ${ two } lines
        """;

    private const string Alphabet = "{}[]:,-'\"&*!|>%@`#?~ \n\t\\$.0aé\0\u2028";

    [Fact]
    public void any_damage_to_a_workflow_is_told_and_never_thrown()
    {
        var damage = Gen.Choose(0, Text.Length - 1).SelectMany(at => Gen.Choose(0, 12).SelectMany(cut => Gen.Elements(Alphabet.ToCharArray()).ListOf()
            .Select(put => (at, cut, put: new string([.. put.Take(6)])))));
        Prop.ForAll(damage.ListOf().ToArbitrary(), damages =>
        {
            var text = damages.Aggregate(Text, (t, d) => t.Length == 0 ? d.put : Replace(t, d.at % t.Length, d.cut, d.put));
            var lines = text.Split('\n').Length;
            var parsed = DefinitionParser.Parse(text, Story.Functions);
            return parsed.Definition is null == parsed.Problems.Count > 0
                && parsed.Problems.All(p => p.Line >= 1 && p.Line <= lines + 1 && p.Column >= 1 && p.Message.Length > 10);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_500));
    }

    [Fact]
    public void the_undamaged_text_has_the_one_problem_that_metadata_is_no_object() =>
        DefinitionParser.Parse(Text, Story.Functions).Problems.ShouldHaveSingleItem().Message.ShouldContain("`metadata`");

    [Theory]
    [InlineData("{\"a\":", 2_000)]
    [InlineData("[", 50_000)]
    [InlineData("- ", 20_000)]
    [InlineData("a:\n ", 5_000)]
    [InlineData("{a: ", 20_000)]
    [InlineData("&a [", 20_000)]
    [InlineData("? ", 20_000)]
    public void deep_nesting_is_refused_quickly(string piece, int times)
    {
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        DefinitionParser.Parse(string.Concat(Enumerable.Repeat(piece, times)), ValidationContext.Empty).Problems.ShouldNotBeEmpty();
        System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds.ShouldBeLessThan(5);
    }

    private static string Replace(string text, int at, int cut, string put) =>
        text[..at] + put + text[Math.Min(text.Length, at + cut)..];
}
