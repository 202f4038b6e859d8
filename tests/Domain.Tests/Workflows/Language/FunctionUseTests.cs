using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Language;

public sealed class FunctionUseTests
{
    private static readonly ValidationContext Known = new(
        [.. ((string[])["file.read", "sheet.write", "browser.open", "screen.capture"]).Select(name => new FunctionDescription(name, name, Json.Parse("""{"type":"object"}"""), true, []))]);

    [Fact]
    public void a_call_in_every_run_is_sure_and_one_that_is_caught_or_under_a_condition_is_not()
    {
        var use = Of("""
              - read: { call: file.read }
              - both:
                  fork:
                    branches:
                      - write: { call: sheet.write }
              - look:
                  try:
                    - shot: { call: screen.capture }
                  catch: { as: none }
              - maybe: { if: .wanted, call: browser.open }
            """);
        use.Sure.ShouldBe(["file.read", "sheet.write"]);
        use.Perhaps.ShouldBe(["browser.open", "screen.capture"]);
    }

    [Fact]
    public void what_stands_behind_a_branch_may_be_gone_past()
    {
        var use = Of("""
              - choose:
                  switch:
                    - done: { when: .done, then: end }
                    - go: { then: continue }
              - read: { call: file.read }
            """);
        use.Sure.ShouldBeEmpty();
        use.Perhaps.ShouldBe(["file.read"]);
    }

    [Fact]
    public void each_of_a_list_may_be_none() =>
        Of("""
              - each:
                  for: { each: item, in: .items }
                  do:
                    - read: { call: file.read }
            """).Perhaps.ShouldBe(["file.read"]);

    private static FunctionUse Of(string tasks)
    {
        var parsed = DefinitionParser.Parse($"document: {{ dsl: '1.0.0', namespace: tests, name: uses, version: '1.0.0' }}\ndo:\n{tasks}", Known);
        parsed.Problems.ShouldBeEmpty();
        return FunctionUse.Of(parsed.Definition!);
    }
}
