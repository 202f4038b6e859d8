using Jarvis.Domain.Tests.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Language;

public sealed class DefinitionParserTests
{
    private static ParsedDefinition Parse(string text) => DefinitionParser.Parse(Story.Whole(text), Story.Functions);

    private static Problem Only(string text)
    {
        var parsed = Parse(text);
        parsed.Definition.ShouldBeNull();
        return parsed.Problems.ShouldHaveSingleItem();
    }

    [Fact]
    public void an_expression_that_needs_quotes_is_told_so_where_it_stands()
    {
        var problem = Only("do:\n  - one:\n      set:\n        a: ${ { count: 1 } }\n");
        problem.Code.ShouldBe("language.syntax");
        problem.Message.ShouldContain("put the whole text in quotes");
    }

    [Fact]
    public void a_definition_knows_its_document_and_the_hash_of_its_text()
    {
        var text = Story.Whole("do:\n  - one:\n      set: { a: 1 }\n");
        var definition = DefinitionParser.Parse(text, ValidationContext.Empty).Definition!;
        definition.Reference.ShouldBe(new("test", "story", "1.0.0"));
        definition.SourceHash.Length.ShouldBe(64);
        definition.Do.Tasks[0].Pointer.ShouldBe("/do/0/one");
    }

    [Fact]
    public void json_is_read_as_well_as_yaml()
    {
        var json = """
            { "document": { "dsl": "1.0.0", "namespace": "test", "name": "json", "version": "1.0.0", "title": "\ud83d\ude00 \u00e9" },
              "do": [ { "one": { "set": { "a": "${ .b }" } } } ] }
            """;
        var definition = DefinitionParser.Parse(json, ValidationContext.Empty).Definition!;
        definition.Document.Title.ShouldBe("😀 é");
        definition.Do.Tasks[0].ShouldBeOfType<TaskDefinition.Set>();
    }

    [Fact]
    public void a_syntax_error_of_json_is_told_with_its_place()
    {
        var problem = DefinitionParser.Parse("{\n  \"document\": {\"dsl\" \"1.0.0\"}\n}", ValidationContext.Empty).Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe("language.syntax");
        problem.Line.ShouldBe(2);
        problem.Column.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void a_syntax_error_of_yaml_is_told_with_its_place()
    {
        var problem = DefinitionParser.Parse("document:\n  dsl: '1.0.0\n", ValidationContext.Empty).Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe("language.syntax");
        problem.Line.ShouldBeInRange(2, 3);
    }

    [Fact]
    public void ten_mistakes_in_one_workflow_give_ten_located_messages()
    {
        var text = """
            document:
              dsl: '1.0.3'
              namespace: test
              name: not a name!
              version: 1.0
            do:
              - first:
                  sett: { a: 1 }
              - second:
                  set: { a: "${ .a + }" }
                  then: thrid
              - third:
                  call: test.ecoh
              - fourth:
                  wait: 15 minutes
              - fifth:
                  call: test.pay
                  with: { amount: much }
              - sixth:
                  try:
                    - inner:
                        raise: { error: missing }
                  catch:
                    retry: never
              - seventh:
                  for: { each: x }
                  do:
                    - inner:
                        set: { a: 1 }
            """;
        var problems = Parse(text).Problems;
        problems.Select(p => (p.Code, p.Line, p.Column)).ShouldBe([
            ("language.invalid_value", 4, 9),
            ("language.wrong_type", 5, 12),
            ("language.task_kind", 8, 7),
            ("language.unknown_property", 8, 7),
            ("language.expression", 10, 26),
            ("language.unknown_task", 11, 13),
            ("language.unknown_function", 13, 13),
            ("language.invalid_value", 15, 13),
            ("language.argument", 18, 23),
            ("language.unknown_reference", 22, 29),
            ("language.unknown_reference", 24, 16),
            ("language.missing", 26, 12),
        ]);
        problems[1].Message.ShouldContain("'1.0'");
        problems[2].Message.ShouldContain("Did you mean `set`?");
        problems[5].Message.ShouldContain("Did you mean `third`?");
        problems[6].Message.ShouldContain("Did you mean `test.echo`?");
    }

    [Theory]
    [InlineData("do:\n  - a:\n      call: grpc\n      with: {}\n", "grpc", 8, 13)]
    [InlineData("do:\n  - a:\n      run:\n        container: { image: x }\n", "container", 9, 9)]
    [InlineData("do:\n  - a:\n      call: log:0.5.2@global\n", "log:0.5.2@global", 8, 13)]
    [InlineData("schedule: { cron: '* * * * *' }\ndo:\n  - a:\n      set: { a: 1 }\n", "schedule", 6, 1)]
    [InlineData("use: { catalogs: {} }\ndo:\n  - a:\n      set: { a: 1 }\n", "catalogs", 6, 8)]
    [InlineData("evaluate: { language: cel }\ndo:\n  - a:\n      set: { a: 1 }\n", "cel", 6, 23)]
    [InlineData("input: { schema: { resource: { endpoint: 'https://x.y' } } }\ndo:\n  - a:\n      set: { a: 1 }\n", "resource", 6, 20)]
    public void what_is_not_there_yet_is_refused_by_name_and_place(string text, string name, int line, int column)
    {
        var problem = Only(text);
        problem.Code.ShouldBe("language.not_supported");
        problem.Message.ShouldContain(name);
        problem.Message.ShouldMatch("Use |Define |Reach |Start it|start the workflow|Write ", "it says what helps");
        (problem.Line, problem.Column).ShouldBe((line, column));
    }

    [Theory]
    [InlineData("do:\n  - a:\n      set: { a: 1 }\n      wait: PT1S\n", "language.task_kind", "several kinds")]
    [InlineData("do:\n  - a:\n      set: { a: 1 }\n    b:\n      set: { a: 1 }\n", "language.wrong_type", "one task")]
    [InlineData("do:\n  a:\n    set: { a: 1 }\n", "language.wrong_type", "list of tasks")]
    [InlineData("do:\n  - a:\n      set: { a: 1 }\n  - a:\n      set: { a: 1 }\n", "language.duplicate_key", "`a`")]
    [InlineData("do:\n  - a:\n      set: { a: 1, a: 2 }\n", "language.duplicate_key", "twice")]
    [InlineData("do:\n  - a:\n      set: text\n", "language.wrong_type", "`set`")]
    [InlineData("do: []\n", "language.missing", "at least one")]
    [InlineData("do:\n  - a:\n      set: { a: '${ $secrets.token }' }\n", "language.unknown_reference", "`token`")]
    [InlineData("do:\n  - a:\n      timeout: slow\n      set: { a: 1 }\n", "language.unknown_reference", "time-out `slow`")]
    [InlineData("do:\n  - a:\n      timeout: {}\n      set: { a: 1 }\n", "language.missing", "`after`")]
    [InlineData("do:\n  - a:\n      wait: { minuts: 1 }\n", "language.unknown_property", "`minutes`")]
    [InlineData("do:\n  - a:\n      wait: P99999999D\n", "language.invalid_value", "3660 days")]
    [InlineData("do:\n  - a:\n      call: test.pay\n", "language.argument", "needs `amount`")]
    [InlineData("do:\n  - a:\n      call: test.pay\n      with: { amount: 1, amuont: 2 }\n", "language.unknown_property", "`amount`")]
    [InlineData("do:\n  - a:\n      call: http\n      with: { method: get, endpoint: 'ftp://x' }\n", "language.invalid_value", "http://")]
    [InlineData("do:\n  - a:\n      call: http\n", "language.missing", "`with`")]
    [InlineData("do:\n  - a:\n      call: http\n      with: { method: get, endpoint: 'http://x', output: contents }\n", "language.invalid_value", "`content`")]
    [InlineData("do:\n  - a:\n      fork:\n        branches:\n          - x:\n              set: { a: 1 }\n              then: x\n", "language.unknown_task", "only continue")]
    [InlineData("do:\n  - a:\n      switch:\n        - x: { then: end }\n        - y: { then: exit }\n", "language.invalid_value", "default case")]
    [InlineData("do:\n  - a:\n      for: { each: input, in: .x }\n      do:\n        - b:\n            set: { a: 1 }\n", "language.invalid_value", "hide $input")]
    [InlineData("do:\n  - a:\n      metadata: { jarvis: { repeatible: true } }\n      set: { a: 1 }\n", "language.unknown_property", "`repeatable`")]
    [InlineData("do:\n  - a:\n      emit: { event: { with: { type: y } } }\n", "language.missing", "`source`")]
    [InlineData("do:\n  - a:\n      emit: { event: { with: { source: 'https://x.y', type: '' } } }\n", "language.invalid_value", "not empty")]
    [InlineData("do:\n  - a:\n      emit: { event: { with: { source: 'https://x.y', type: t, orderId: 1 } } }\n", "language.invalid_value", "lower-case")]
    [InlineData("do:\n  - a:\n      emit: { event: { with: { source: 'https://x.y', type: t, time: noon } } }\n", "language.invalid_value", "date and time")]
    [InlineData("do:\n  - a:\n      listen: { to: { one: { with: {} } } }\n", "language.missing", "no attribute")]
    [InlineData("do:\n  - a:\n      listen: { to: { all: [], any: [] } }\n", "language.missing", "exactly one")]
    [InlineData("do:\n  - a:\n      listen: { to: { one: { with: { type: a } }, until: .x } }\n", "language.invalid_value", "belongs to `any`")]
    [InlineData("do:\n  - a:\n      call: openapi\n      with: { document: { endpoint: 'https://x.y' } }\n", "language.missing", "`operationId`")]
    [InlineData("do:\n  - a:\n      call: http\n      with: { method: get, endpoint: { uri: 'https://x.y', authentication: { oauth2: { authority: 'https://a.b', grant: client_credential } } } }\n", "language.invalid_value", "`client_credentials`")]
    [InlineData("do:\n  - a:\n      call: http\n      with: { method: get, endpoint: { uri: 'https://x.y', authentication: { oauth2: { authority: 'https://a.b', grant: authorization_code } } } }\n", "language.not_supported", "a person")]
    [InlineData("do:\n  - a:\n      call: http\n      with: { method: get, endpoint: { uri: 'https://x.y', authentication: { basic: { username: a, password: b }, bearer: { token: t } } } }\n", "language.missing", "keep one")]
    [InlineData("do:\n  - a:\n      run: { script: { language: java, code: x } }\n", "language.invalid_value", "none of javascript")]
    [InlineData("do:\n  - a:\n      run: { script: { language: python } }\n", "language.missing", "either `code` or `source`")]
    [InlineData("input: { schema: { document: { type: strin } } }\ndo:\n  - a:\n      set: { a: 1 }\n", "language.schema", "`strin`")]
    [InlineData("input: { schema: { document: { unknwon: 1 } } }\ndo:\n  - a:\n      set: { a: 1 }\n", "language.schema", "`unknwon`")]
    [InlineData("use:\n  functions:\n    f:\n      call: g\n    g:\n      do:\n        - again:\n            call: f\ndo:\n  - a:\n      call: missing\n", "language.unknown_function", "missing", 3)]
    public void a_mistake_is_told_with_its_fix(string text, string code, string words, int count = 1)
    {
        var problems = Parse(text).Problems;
        problems.Count.ShouldBe(count, string.Join("\n", problems));
        problems.ShouldContain(p => p.Code == code && p.Message.Contains(words));
    }

    [Fact]
    public void a_mistake_in_an_expression_is_located_inside_quotes_blocks_and_folds()
    {
        var text = "do:\n  - a:\n      set:\n        x: 'it''s ${'\n        y: >-\n          ${ .a\n             | @@ }\n        z: |\n          ${ .a |\n            @@ }\n";
        var problems = Parse(text).Problems;
        problems.Select(p => (p.Code, p.Line)).ShouldBe([("language.expression", 12), ("language.expression", 15)]);
    }

    [Fact]
    public void a_variable_is_known_only_where_the_dsl_gives_it()
    {
        Only("do:\n  - a:\n      if: $input.x\n      set: { a: 1 }\n").Code.ShouldBe("language.expression");
        Only("do:\n  - a:\n      set: { a: '${ $output }' }\n").Code.ShouldBe("language.expression");
        Only("do:\n  - a:\n      for: { each: x, in: .xs }\n      do:\n        - b:\n            set: { a: '${ $y }' }\n").Code.ShouldBe("language.expression");
        Parse("do:\n  - a:\n      for: { each: x, in: .xs }\n      do:\n        - b:\n            set: { a: '${ $x + $index }' }\n").Problems.ShouldBeEmpty();
        Parse("do:\n  - a:\n      set: { a: 1 }\n      export: { as: '$output + $context' }\n").Problems.ShouldBeEmpty();
    }

    [Fact]
    public void an_alias_is_written_out_and_a_bomb_of_aliases_is_refused()
    {
        Parse("do:\n  - a:\n      set: &x { v: 1 }\n  - b:\n      set: *x\n").Problems.ShouldBeEmpty();
        var bomb = "do:\n  - a:\n      set:\n        l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n"
            + string.Concat(Enumerable.Range(1, 9).Select(i => $"        l{i}: &l{i} [{string.Join(", ", Enumerable.Repeat($"*l{i - 1}", 10))}]\n"));
        var problem = Only(bomb);
        problem.Code.ShouldBe("language.too_large");
        problem.Message.ShouldContain("100,000");
    }

    [Fact]
    public void an_alias_within_its_own_anchor_is_refused() => Only("do:\n  - a:\n      set: &x { v: *x }\n").Message.ShouldContain("*x");

    [Fact]
    public void depth_and_length_are_bounded()
    {
        Only("do:\n  - a:\n      set: { x: " + new string('[', 150) + new string(']', 150) + " }\n").Code.ShouldBe("language.too_large");
        DefinitionParser.Parse(new string('{', 50_000), ValidationContext.Empty).Definition.ShouldBeNull();
        DefinitionParser.Parse(new string(' ', 2_000_000), ValidationContext.Empty).Problems.ShouldHaveSingleItem().Code.ShouldBe("language.too_large");
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("just text")]
    [InlineData("- a\n- b\n")]
    [InlineData("a: 1\n---\nb: 2\n")]
    [InlineData("\t\t: x")]
    [InlineData("? [a, b]\n: c\n")]
    public void what_is_no_workflow_is_told_and_never_thrown(string text) =>
        DefinitionParser.Parse(text, ValidationContext.Empty).Problems.ShouldNotBeEmpty();

    [Fact]
    public void secrets_retries_errors_and_timeouts_are_found_by_their_names()
    {
        var parsed = Parse("""
            use:
              secrets: [token]
              errors:
                broken: { type: 'https://x.y/broken', status: 500 }
              timeouts:
                short: { after: { seconds: 1 } }
              retries:
                thrice: { delay: PT1S, backoff: { exponential: {} }, limit: { attempt: { count: 3 } }, jitter: { from: PT0S, to: PT1S } }
              authentications:
                basic: { basic: { username: u, password: '${ $secrets.token }' } }
            timeout: short
            do:
              - a:
                  timeout: short
                  try:
                    - b:
                        raise: { error: broken }
                    - c:
                        call: http
                        with: { method: get, endpoint: { uri: 'https://x.y/{id}', authentication: { use: basic } } }
                  catch: { retry: thrice }
            """);
        parsed.Problems.ShouldBeEmpty();
        var policy = ((TaskDefinition.Try)parsed.Definition!.Do.Tasks[0]).Catch.Retry!;
        policy.Attempts.ShouldBe(3);
        policy.Backoff.ShouldBe(Backoff.Exponential);
        parsed.Definition.Timeout.ShouldBe(new DurationTemplate.Fixed(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void a_runs_input_is_checked_against_the_workflows_schema_and_completed()
    {
        var schema = Parse("""
            input:
              schema:
                document:
                  type: object
                  required: [folder]
                  properties:
                    folder: { type: string }
                    depth: { type: integer, minimum: 1, default: 3 }
            do:
              - a:
                  set: { a: 1 }
            """).Definition!.InputSchema!;
        schema.Check(Json.Parse("""{"folder":"x"}""")).ShouldBeEmpty();
        schema.WithDefaults(Json.Parse("""{"folder":"x"}""")).ShouldBe(Json.Parse("""{"folder":"x","depth":3}"""));
        schema.Check(Json.Parse("""{"depth":0}""")).Select(v => v.Pointer).ShouldBe(["/folder", "/depth"], ignoreOrder: true);
    }

    [Fact]
    public void every_output_and_return_word_is_read()
    {
        var parsed = Parse("do:\n  - a:\n      run: { shell: { command: ls, environment: { A: b } }, return: all, await: false }\n  - b:\n      call: http\n      with: { method: get, endpoint: '${ .uri }', output: raw, redirect: true }\n");
        parsed.Problems.ShouldBeEmpty();
        var shell = (TaskDefinition.RunShell)parsed.Definition!.Do.Tasks[0];
        (shell.Return, shell.Await).ShouldBe((ProcessReturn.All, false));
        var http = (TaskDefinition.CallHttp)parsed.Definition.Do.Tasks[1];
        (http.Call.Output, http.Call.AcceptRedirects).ShouldBe((HttpOutput.Raw, true));
    }
}
