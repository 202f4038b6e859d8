using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Language;

/// <summary>What people get wrong when they write a workflow: each is told at its place, with what to write instead.</summary>
public sealed class ClassicMistakesTests
{
    /// <summary>Stands before the text, where the text is no whole file.</summary>
    private const string Head = "document:\n  dsl: '1.0.3'\n  namespace: a\n  name: b\n  version: '1.0.0'\n";

    private const int HeadLines = 5;

    [Theory]
    [InlineData("do:\n  - a: { set: *nope }\n", 2, 15, "A value that begins with * needs quotes.")]
    [InlineData("do:\n  - a:\n      set:\n        a: @x\n", 4, 12, "A value that begins with @ needs quotes.")]
    [InlineData("do:\n  - a:\n      try:\n        - b: { set: { a: 1 } }\n      catch: { retry: { backoff: exponential } }\n", 5, 34, "Write `backoff: { exponential: {} }`.")]
    [InlineData("do:\n  - a:\n      set:\n        a: `x`\n", 4, 12, "A value that begins with ` needs quotes.")]
    [InlineData("do:\n  - a:\n      if: !.x\n      set: { a: 1 }\n", 3, 11, "A value that begins with ! needs quotes.")]
    [InlineData("do:\n  - a:\n      fork: { compete: yes, branches: [ { b: { set: { a: 1 } } } ] }\n", 3, 24, "`compete` must be true or false, not text.")]
    [InlineData("Do:\n  - a:\n      set: { a: 1 }\n", -4, 1, "A workflow must have `do`.")]
    [InlineData("do:\n  - a:\n      try:\n        - b: { set: { a: 1 } }\n      catch:\n        - c: { set: { a: 1 } }\n", 6, 9, "Write `catch: { do: … }`.")]
    [InlineData("do:\n  - a:\n      set: { a: 1 }\n      if: .a: b\n", 4, 13, "A text that holds a colon and a space needs quotes.")]
    [InlineData("document:\n  dsl: '0.8'\n  namespace: a\n  name: b\n  version: '1.0.0'\ndo:\n  - a:\n      set: { a: 1 }\n", 2, 8, "Write a version of 1.0, such as '1.0.3'.", true)]
    [InlineData("do:\n  - a:\n      set: { a: 1 }\n      set: { b: 1 }\n", 4, 7, "Keep one.")]
    [InlineData("do:\n  - a: { set: { a: 1 } }\n  - a: { set: { a: 1 } }\n", 3, 5, "Rename one.")]
    [InlineData("do:\n  - a:\n", 2, 7, "The task `a` must be an object, not nothing.")]
    [InlineData("do:\n  - a:\n      call: http\n      with: { method: get, endpoint: example.com }\n", 4, 38, "The endpoint `example.com` must begin with http:// or https://, or be an expression ${ … }.")]
    [InlineData("do:\n  - a:\n      if: .x = 1 &&\n      set: { a: 1 }\n", 3, 18, "The expression `.x = 1 &&` cannot be used: syntax error, unexpected character '&'. jq writes `and` and `or`")]
    [InlineData("do:\n  - a:\n      set: { a: ${ .x } }\n", 3, 18, "Between { } and [ ] an expression needs quotes: '${ … }'.")]
    [InlineData("do:\n  - a:\n      set:\n        a: ${ .x\n", 4, 12, "End it with `}`.")]
    [InlineData("do:\n  - a:\n      if: .x ==\n      set: { a: 1 }\n", 3, 16, "The expression `.x ==` cannot be used: syntax error, unexpected the end of the program, expecting an expression")]
    [InlineData("do:\n  - a:\n      for: { each: x, in: .xs }\n      set: { a: 1 }\n", 3, 7, "Make each a task of its own.")]
    [InlineData("do:\n  - a:\n      for: { each: $x, in: .xs }\n      do:\n        - b: { set: { a: 1 } }\n", 3, 20, "`each: $x` must be a variable's name: letters, digits and _, without $.")]
    [InlineData("do:\n  - a:\n      fork:\n        - b: { set: { a: 1 } }\n", 4, 9, "Write `fork: { branches: … }`.")]
    [InlineData("do:\n  - a:\n      call: http\n      with: { method: get, endpoint: http://example.com, headers: [a, b] }\n", 4, 67, "`headers` must be an object or an expression ${ … }, not a list.")]
    [InlineData("<html></html>", 1, 1, "A workflow must be an object, not text.", true)]
    [InlineData("do:\n  - a:\n      set: { a: 1 }\n     if: .a\n", 4, 6, "See that this line is indented as its siblings are.")]
    [InlineData("do:\n  - a:\n    set: { a: 1 }\n", 2, 5, "Indent the content below the name.")]
    [InlineData("input: .x\ndo:\n  - a:\n      set: { a: 1 }\n", 1, 8, "Write `input: { from: … }`.")]
    [InlineData("do:\n  a:\n    set: { a: 1 }\n", 2, 3, "Write each task as `- name:` with its content below.")]
    [InlineData("do:\n  - a:\n      call: http\n      with: { method: fetch me, endpoint: http://example.com }\n", 4, 23, "Write get, post, put, patch, delete, head or options.")]
    [InlineData("", -4, 1, "A workflow must have `do`.")]
    [InlineData("document:\n  dsl: '1.0.3'\n  namespace: a\n  name: My Flow\n  version: '1.0.0'\ndo:\n  - a:\n      set: { a: 1 }\n", 4, 9, "`name: My Flow` must be 1 to 63 letters, digits and hyphens, with a letter or digit at both ends.", true)]
    [InlineData("do:\n  - a:\n\u00A0     set: { a: 1 }\n", 3, 1, "It begins with a no-break space; indent with plain ones.")]
    [InlineData("do:\n  - a:\n      set: { a: 1 }\n", 1, 1, "A workflow must have `document`.", true)]
    [InlineData("do:\n  - a:\n      set: { a: 1 }\n      output: .x\n", 4, 15, "Write `output: { as: … }`.")]
    [InlineData("do:\n  - a:\n      set: { a: %x }\n", 3, 17, "A value that begins with % needs quotes.")]
    [InlineData("do:\n  - a:\n      raise: { error: { type: x, status: '400' } }\n", 3, 42, "`status` must be a whole number from 100 to 599.")]
    [InlineData("do:\n  - a:\n      raise: boom\n", 3, 14, "Write `raise: { error: … }`.")]
    [InlineData("do:\n  - a:\n      try:\n        - b: { set: { a: 1 } }\n      catch: { retry: { limit: { attempt: 3 } } }\n", 5, 43, "Write `attempt: { count: … }`.")]
    [InlineData("do:\n  - a:\n      run: ls\n", 3, 12, "Write `run: { shell: { command: … } }`.")]
    [InlineData("do:\n  - a:\n      run: { shell: ls -la }\n", 3, 21, "Write `shell: { command: … }`.")]
    [InlineData("input: { schema: { type: object } }\ndo:\n  - a:\n      set: { a: 1 }\n", 1, 18, "`schema` must have `document`.")]
    [InlineData("do:\n  - a:\n      set: { a: '${ $secrets.tok }' }\n", 3, 21, "Add it there.")]
    [InlineData("do:\n  - a:\n      if: .x && .y\n      set: { a: 1 }\n", 3, 14, "The expression `.x && .y` cannot be used: syntax error, unexpected character '&'. jq writes `and` and `or`")]
    [InlineData("do:\n  - a:\n      set: { a: “x” }\n      then: ‘end’\n", 4, 13, "It can be continue, exit, end or a task beside this one.")]
    [InlineData("do:\n  - a:\n      if: *x\n      set: { a: 1 }\n", 3, 11, "A value that begins with * needs quotes.")]
    [InlineData("id: x\nversion: '1.0'\nspecVersion: '0.8'\nname: old\nstart: A\nstates:\n  - name: A\n    type: inject\n    data: {}\n    end: true\n", 3, 1, "Jarvis runs version 1.0: `document:` and `do:` take the place of `states:`.", true)]
    [InlineData("do:\n  - a\n", 2, 5, "An entry of `do` is a task (`- name:` and its content), not text.")]
    [InlineData("do:\n  - a:\n      switch:\n        x: { when: .a, then: end }\n", 4, 9, "`switch` must be a list of at least one case (`- name: {when, then}`), not an object.")]
    [InlineData("do:\n  - a:\n      switch:\n        - when: .a\n          then: end\n", 4, 11, "An entry of `switch` is one case: its name and, below it, `when` and `then`.")]
    [InlineData("do:\n\t- a:\n\t\tset: { a: 1 }\n", 2, 1, "Indent with spaces; YAML takes no tabs there.")]
    [InlineData("do:\n  - a:\n\t  set: { a: 1 }\n", 3, 1, "Indent with spaces; YAML takes no tabs there.")]
    [InlineData("do:\n  - a:\n      set: { a: 1 }\n      then: nxt\n  - next:\n      set: { a: 1 }\n", 4, 13, "It can be continue, exit, end or a task beside this one.")]
    [InlineData("do:\n  - a:\n      try:\n        call: http\n      catch: {}\n", 4, 9, "Write each task as `- name:` with its content below.")]
    [InlineData("do:\n  - a: { set: { a: 1 } }\n---\nx: 1\n", 3, 1, "Remove everything from this `---` on.")]
    [InlineData("do:\n  - a:\n      calll: http\n      with: { method: get, endpoint: http://x }\n", 3, 7, "Give it one of call, do, emit, for, fork, listen, raise, run, set, switch, try, wait.")]
    [InlineData("do:\n  - a:\n      call: http\n      with: { methd: get, endpoint: http://x }\n", 4, 13, "`with` of http must have `method`.")]
    [InlineData("do:\n  - a:\n      call: htpp\n      with: { method: get, endpoint: http://x }\n", 3, 13, "Use http, openapi, one of Jarvis's functions, or one from `use.functions`.")]
    [InlineData("do:\n  - a:\n      set: { a: 1 }\n      outptu: { as: . }\n", 4, 7, "Did you mean `output`?")]
    [InlineData("do:\n  - a:\n      set: { a: 1\n", 4, 1, "A { is not closed, or a comma is missing.")]
    [InlineData("do:\n  - a:\n      set: { a: \"x }\n", 3, 17, "A quote is not closed.")]
    [InlineData("do:\n  - a:\n      call: http\n      with: { method: get, url: http://example.com }\n", 4, 13, "`with` of http must have `endpoint`.")]
    [InlineData("do:\n  - a:\n      set: { a: '${ $inptu.x }' }\n", 3, 21, "Did you mean `$input`?")]
    [InlineData("document:\n  dsl: '1.0.3'\n  namespace: a\n  name: b\n  version: 1.0\ndo:\n  - a:\n      set: { a: 1 }\n", 5, 12, "Put it in quotes: '1.0'.", true)]
    [InlineData("do:\n  - a:\n      wait: 5\n", 3, 13, "`wait`: A duration is an ISO 8601 text such as PT15M, or an object such as {minutes: 15}.")]
    [InlineData("do:\n  - a:\n      wait: 5s\n", 3, 13, "`wait`: \"5s\" is not an ISO 8601 duration of at most 3660 days, such as PT15M.")]
    [InlineData("do:\n  - a:\n      wait: { second: 5 }\n", 3, 15, "Did you mean `seconds`?")]
    public void a_mistake_is_told_at_its_place_and_with_its_fix(string text, int line, int column, string words, bool whole = false)
    {
        var problems = DefinitionParser.Parse(whole ? text : Head + text, ValidationContext.Empty).Problems;
        var expected = whole ? line : line + HeadLines;
        problems.ShouldContain(p => p.Line == expected && p.Column == column && p.Message.Contains(words), string.Join("\n", problems));
    }

    private static Json Read(string set) =>
        ((JsonObject)DefinitionParser.Parse($"{Head}do:\n  - a:\n      set:\n{set}", ValidationContext.Empty).Definition.ShouldNotBeNull().Do.Tasks[0].Head.Source)["set"]!;

    [Theory]
    [InlineData("yes", "\"yes\"")]
    [InlineData("on", "\"on\"")]
    [InlineData("2026-01-01", "\"2026-01-01\"")]
    [InlineData("12:30:45", "\"12:30:45\"")]
    [InlineData("1_000", "\"1_000\"")]
    [InlineData("0o17", "15")]
    [InlineData("0x1F", "31")]
    [InlineData("1e3", "1E+3")]
    [InlineData(".5", "0.5")]
    [InlineData("~", "null")]
    [InlineData("'1'", "\"1\"")]
    public void a_plain_value_is_what_yaml_1_2_says(string text, string json) => Read($"        v: {text}\n").ToString().ShouldBe($"{{\"v\":{json}}}");

    [Fact]
    public void a_merge_key_merges_and_the_objects_own_members_win()
    {
        Read("        base: &b { x: 1, y: 2 }\n        more:\n          <<: *b\n          y: 3\n").ShouldBe(Json.Parse("""{"base":{"x":1,"y":2},"more":{"x":1,"y":3}}"""));
        Read("        a: &a { x: 1 }\n        b: &b { x: 2, y: 2 }\n        c:\n          <<: [*a, *b]\n").ShouldBe(Json.Parse("""{"a":{"x":1},"b":{"x":2,"y":2},"c":{"x":1,"y":2}}"""));
        Read("        v: { '<<': text }\n").ShouldBe(Json.Parse("""{"v":{"<<":"text"}}"""));
        DefinitionParser.Parse($"{Head}do:\n  - a:\n      set:\n        <<: text\n", ValidationContext.Empty).Problems.ShouldContain(p => p.Message.Contains("merges an object"));
    }

    [Fact]
    public void windows_line_ends_and_a_byte_order_mark_change_nothing()
    {
        var text = Head + "do:\n  - a:\n      set: { a: 1 }\n";
        DefinitionParser.Parse("\uFEFF" + text.Replace("\n", "\r\n", StringComparison.Ordinal), ValidationContext.Empty).Problems.ShouldBeEmpty();
    }
}
