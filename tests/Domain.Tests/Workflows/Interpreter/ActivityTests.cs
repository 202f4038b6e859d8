using System.Text;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Interpreter;

/// <summary>Calls and processes, and what is told of them.</summary>
public sealed class ActivityTests
{
    private static readonly KeyValuePair<string, string>[] JsonType = [new("Content-Type", "application/json")];

    private static Action<FakeHost> Answers(int status, string body, params KeyValuePair<string, string>[] headers) => host =>
        host.On("http", a => new HttpReply(status, null, headers.Length == 0 ? JsonType : headers, Encoding.UTF8.GetBytes(body)).ToOutput((Activity.Http)a));

    private static Story Http(string with) => Story.Of($"use:\n  secrets: [pass, login]\ndo:\n  - call:\n      call: http\n      with: {with}\n");

    private static Activity.Http Sent(Outcome run) => run.Host.Performed.OfType<Activity.Http>().Last();

    [Fact]
    public void content_is_the_decoded_body() =>
        Http("{ method: get, endpoint: 'https://x.y/{id}' }").Given("""{"id":"a b/c"}""").Run(Answers(200, """{"ok":true}""")).ShouldGive("""{"ok":true}""");

    [Theory]
    [InlineData("iso-8859-1", "text/plain; charset=iso-8859-1", "h\u00e9llo")]
    [InlineData("gbk", "text/html; charset=\"GBK\"", "\u4efb\u52a1")]
    [InlineData("utf-16", "text/plain;charset=UTF-16", "\u4efb")]
    [InlineData("utf-8", "text/plain; charset=no-such-thing", "h\u00e9llo")]
    public void a_text_is_decoded_as_its_content_type_says(string written, string contentType, string text)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(written) ?? Encoding.GetEncoding(written);
        Http("{ method: get, endpoint: 'https://x.y' }")
            .Run(host => host.On("http", a => new HttpReply(200, null, [new("Content-Type", contentType)], encoding.GetBytes(text)).ToOutput((Activity.Http)a)))
            .ShouldGive(Json.Of(text).ToString());
    }

    [Fact]
    public void a_byte_order_mark_before_json_is_passed_over() =>
        Http("{ method: get, endpoint: 'https://x.y' }").Run(Answers(200, "\uFEFF{\"ok\":true}")).ShouldGive("""{"ok":true}""");

    [Fact]
    public void an_endpoint_template_is_expanded_with_the_inputs_properties()
    {
        var run = Http("{ method: get, endpoint: 'https://x.y/{id}/{none}?q={n}' }").Given("""{"id":"a b/c","n":1.5}""").Run(Answers(200, "1"));
        Sent(run).Uri.AbsoluteUri.ShouldBe("https://x.y/a%20b%2Fc/?q=1.5");
        Http("{ method: get, endpoint: 'https://x.y/{id}' }").Given("""{"id":[1]}""").Run(Answers(200, "1")).Fault.Type.ShouldBe(FaultTypes.Expression);
    }

    [Fact]
    public void query_headers_and_body_are_evaluated()
    {
        var run = Http("{ method: post, endpoint: '${ \"https://x.y/\\(.id)?a=1\" }', query: { q: '${ .q }', many: [1, 2] }, headers: { X-A: '${ .id }' }, body: { id: '${ .id }' } }")
            .Given("""{"id":7,"q":"a&b"}""").Run(Answers(200, "null"));
        var sent = Sent(run);
        sent.Method.ShouldBe("POST");
        sent.Uri.AbsoluteUri.ShouldBe("https://x.y/7?a=1&q=a%26b&many=1&many=2");
        Encoding.UTF8.GetString(sent.Body!).ShouldBe("""{"id":7}""");
        sent.Headers.ShouldContain(KeyValuePair.Create("X-A", "7"));
        sent.Headers.ShouldContain(KeyValuePair.Create("Content-Type", "application/json"));
        sent.Headers.ShouldContain(KeyValuePair.Create("Idempotency-Key", "id-1"));
    }

    [Fact]
    public void reading_carries_no_idempotency_key() =>
        Sent(Http("{ method: get, endpoint: 'https://x.y' }").Run(Answers(200, "1"))).Headers.ShouldBeEmpty();

    [Fact]
    public void headers_and_query_can_be_one_expression()
    {
        var run = Http("{ method: get, endpoint: 'https://x.y/', headers: '${ .h }', query: '${ .q }' }")
            .Given("""{"h":{"Accept":"text/plain"},"q":{"search":"x"}}""").Run(Answers(200, "1"));
        Sent(run).Uri.Query.ShouldBe("?search=x");
        Sent(run).Headers.ShouldBe([KeyValuePair.Create("Accept", "text/plain")]);
    }

    [Fact]
    public void a_header_cannot_smuggle_a_line() =>
        Http("{ method: get, endpoint: 'https://x.y/', headers: { A: '${ .h }' } }").Given("""{"h":"a\r\nB: c"}""").Run().Fault.Type.ShouldBe(FaultTypes.Configuration);

    [Fact]
    public void response_tells_request_status_headers_and_content()
    {
        var run = Http("{ method: get, endpoint: 'https://x.y/1', output: response }").Run(Answers(201, """{"id":1}"""));
        run.ShouldGive("""{"request":{"method":"GET","uri":"https://x.y/1","headers":{}},"statusCode":201,"headers":{"Content-Type":"application/json"},"content":{"id":1}}""");
    }

    [Fact]
    public void raw_is_base64() => Http("{ method: get, endpoint: 'https://x.y/1', output: raw }").Run(Answers(200, "abc")).ShouldGive("\"YWJj\"");

    [Theory]
    [InlineData(404, false, true)]
    [InlineData(302, false, true)]
    [InlineData(302, true, false)]
    [InlineData(500, true, true)]
    [InlineData(204, false, false)]
    public void a_status_outside_success_is_a_communication_error(int status, bool redirect, bool faults)
    {
        var run = Http($"{{ method: get, endpoint: 'https://x.y/1', redirect: {(redirect ? "true" : "false")} }}").Run(Answers(status, "\"x\""));
        if (faults)
        {
            (run.Fault.Type, run.Fault.Status, run.Fault.Instance).ShouldBe((FaultTypes.Communication, status, "/do/0/call"));
        }
        else
        {
            run.Ending.ShouldBeOfType<Ending.Completed>();
        }
    }

    [Fact]
    public void basic_and_bearer_prove_who_asks_and_are_not_told()
    {
        var run = Http("{ method: get, endpoint: { uri: 'https://x.y/', authentication: { basic: { username: '${ .u }', password: '${ $secrets.pass }' } } }, headers: { A: '${ $authorization.scheme }' } }")
            .Given("""{"u":"me"}""").WithSecret("pass", "\"s3cret\"").Run(Answers(200, "1"));
        Sent(run).Headers.ShouldContain(KeyValuePair.Create("Authorization", "Basic " + Convert.ToBase64String("me:s3cret"u8)));
        Sent(run).Headers.ShouldContain(KeyValuePair.Create("A", "Basic"));
        var told = run.Events.OfType<ExecutionTaskStarted>().Single().Arguments!.Reveal()!.ToString();
        told.ShouldContain("\"Authorization\":\"***\"");
        told.ShouldNotContain("s3cret");

        Sent(Http("{ method: get, endpoint: { uri: 'https://x.y/', authentication: { bearer: { token: abc } } } }").Run(Answers(200, "1")))
            .Headers.ShouldContain(KeyValuePair.Create("Authorization", "Bearer abc"));
        Sent(Http("{ method: get, endpoint: { uri: 'https://x.y/', authentication: { basic: { use: login } } } }")
            .WithSecret("login", """{"username":"a","password":"b"}""").Run(Answers(200, "1")))
            .Headers.ShouldContain(KeyValuePair.Create("Authorization", "Basic " + Convert.ToBase64String("a:b"u8)));
    }

    [Fact]
    public void a_secret_that_is_not_to_be_had_is_an_authorization_error()
    {
        var fault = Http("{ method: get, endpoint: 'https://x.y', headers: { A: '${ $secrets.pass }' } }").Run(Answers(200, "1")).Fault;
        (fault.Type, fault.Status).ShouldBe((FaultTypes.Authorization, 403));
    }

    [Fact]
    public void a_functions_arguments_are_checked_completed_and_recorded_before_it_runs()
    {
        var run = Story.Of("do:\n  - a:\n      call: test.pay\n      with: { amount: '${ .n }' }\n").Given("""{"n":5}""").Run(host =>
            host.On("test.pay", a =>
            {
                host.Entries[^1].Event.ShouldBeOfType<ExecutionTaskStarted>().Arguments!.Reveal().ShouldBe(((Activity.Function)a).Arguments);
                return ((Activity.Function)a).Arguments;
            }));
        run.ShouldGive("""{"amount":5,"currency":"EUR"}""");
        var fault = Story.Of("do:\n  - a:\n      call: test.pay\n      with: { amount: '${ .n }' }\n").Given("""{"n":"x"}""").Run().Fault;
        (fault.Type, fault.Status).ShouldBe((FaultTypes.Validation, 400));
    }

    [Fact]
    public void an_exception_of_an_activity_is_a_runtime_error_and_never_escapes()
    {
        var fault = Story.Of("do:\n  - a:\n      call: test.echo\n").Run(h => h.On("test.echo", _ => throw new InvalidOperationException("broke"))).Fault;
        (fault.Type, fault.Status, fault.Instance).ShouldBe((FaultTypes.Runtime, 500, "/do/0/a"));
        fault.Detail!.ShouldContain("broke");
    }

    [Fact]
    public void a_journal_that_cannot_be_written_ends_the_interpretation_as_it_is() => Should.Throw<IOException>(() =>
        Story.Of("do:\n  - a:\n      fork:\n        branches:\n          - x:\n              set: { a: 1 }\n          - y:\n              wait: PT1S\n")
            .Run(h => h.AfterRecord = host => _ = host.Entries.Count < 3 ? 0 : throw new IOException("disk full")));

    [Fact]
    public void a_shell_command_is_given_arguments_environment_and_stdin()
    {
        var run = Story.Of("do:\n  - a:\n      run:\n        shell: { command: 'echo $1', arguments: ['${ .x }', 2], environment: { A: '${ .x }' }, stdin: '${ .y }' }\n        return: all\n")
            .Given("""{"x":"one","y":{"z":1}}""").Run(h => h.On("shell", _ => new ProcessReply(3, "out", "err").ToOutput(ProcessReturn.All)));
        run.ShouldGive("""{"code":3,"stdout":"out","stderr":"err"}""");
        var shell = run.Host.Performed.OfType<Activity.Shell>().Single();
        shell.Arguments.ShouldBe(["one", "2"]);
        shell.Environment.ShouldBe(new Dictionary<string, string> { ["A"] = "one" });
        shell.Stdin.ShouldBe("""{"z":1}""");
    }

    [Theory]
    [InlineData(ProcessReturn.Stdout, "\"out\"")]
    [InlineData(ProcessReturn.Stderr, "\"err\"")]
    [InlineData(ProcessReturn.Code, "0")]
    [InlineData(ProcessReturn.None, "null")]
    public void a_process_gives_what_is_asked_for(ProcessReturn wanted, string output) =>
        new ProcessReply(0, "out", "err").ToOutput(wanted).ShouldBe(Json.Parse(output));

    [Fact]
    public void a_process_that_fails_is_a_runtime_error_unless_its_code_is_asked_for()
    {
        Should.Throw<WorkflowFaultException>(() => new ProcessReply(2, "", "bad").ToOutput(ProcessReturn.Stdout)).Fault.Detail.ShouldBe("The process ended with code 2. bad");
        new ProcessReply(2, "", "bad").ToOutput(ProcessReturn.Code).ShouldBe(Json.Of(2));
    }

    [Fact]
    public void what_is_not_awaited_hands_the_input_on()
    {
        Story.Of("do:\n  - a:\n      run: { shell: { command: x }, await: false }\n").Given("""{"x":1}""").Run(h => h.On("shell", _ => Json.Null)).ShouldGive("""{"x":1}""");
        Story.Of("do:\n  - a:\n      run: { workflow: { namespace: n, name: w, version: '1.0.0' }, await: false }\n").Given("""{"x":1}""").Run().ShouldGive("""{"x":1}""");
    }

    [Fact]
    public void another_workflow_is_run_with_its_input()
    {
        var run = Story.Of("do:\n  - a:\n      run: { workflow: { namespace: n, name: w, version: '1.0.0', input: { c: '${ .x }' } } }\n").Given("""{"x":1}""")
            .Run(h => h.Child = (_, input) => Json.Of(("got", input)));
        run.ShouldGive("""{"got":{"c":1}}""");
        run.Host.Children.Single().Reference.ShouldBe(new WorkflowReference("n", "w", "1.0.0", true));
    }

    [Fact]
    public void secrets_are_masked_in_every_event_and_kept_for_the_resume()
    {
        var story = Story.Of("""
            use: { secrets: [token] }
            do:
              - a:
                  call: test.echo
                  with: { header: '${ "Bearer " + $secrets.token }' }
                  export: { as: '{ t: .header }' }
              - b:
                  raise: { error: { type: 'https://x.y/z', status: 500, detail: '${ $context.t }', instance: '${ "/orders/" + $secrets.token }' } }
            """).WithSecret("token", "\"top-secret\"");
        var run = story.Run();
        run.Fault.Detail.ShouldBe("Bearer top-secret");
        foreach (var e in run.Events)
        {
            System.Text.Json.JsonSerializer.Serialize(e, e.GetType(), Jarvis.Domain.Platform.EventJson.Wire).ShouldNotContain("top-secret");
        }

        run.Host.Lines.ShouldAllBe(line => !line.Contains("top-secret"));
        var half = Outcome.Reread(run.Journal.TakeWhile(e => e.Event is not ExecutionTaskCreated { Name: "b" }));
        story.Run(journal: half).Fault.Detail.ShouldBe("Bearer top-secret");
    }

    [Fact]
    public void a_task_whose_value_is_on_the_deepest_level_completes_and_on_the_next_one_fails()
    {
        static Story Deep(int levels) => Story.Of($"do:\n  - a: {{ set: '${{ reduce range({levels}) as $i (1; [.]) }}' }}\n");
        var deepest = Deep(WorkflowInterpreter.MaxValueDepth).Run();
        deepest.Events.OfType<ExecutionTaskCompleted>().Count().ShouldBe(1);
        deepest.Events.OfType<ExecutionTaskFaulted>().ShouldBeEmpty();

        var deeper = Deep(WorkflowInterpreter.MaxValueDepth + 1).Run();
        deeper.Events.OfType<ExecutionTaskCompleted>().ShouldBeEmpty();
        deeper.Events.OfType<ExecutionTaskFaulted>().Count().ShouldBe(1);
    }

    [Fact]
    public void a_script_is_given_its_code_arguments_environment_and_input()
    {
        var run = Story.Of("do:\n  - s:\n      run: { script: { language: javascript, code: 'console.log(1)', arguments: ['${ .a }'], environment: { B: c }, stdin: '${ . }' }, return: all }\n")
            .Given("""{"a":"x"}""").Run(host => host.On("script", _ => new ProcessReply(0, "out", "").ToOutput(ProcessReturn.All)));
        run.ShouldGive("""{"code":0,"stdout":"out","stderr":""}""");
        var script = run.Host.Performed.OfType<Activity.Script>().Single();
        (script.Language, script.Code, script.Arguments[0], script.Environment["B"], script.Stdin).ShouldBe((ScriptLanguage.JavaScript, "console.log(1)", "x", "c", """{"a":"x"}"""));
        run.Events.OfType<ExecutionTaskStarted>().Single().Arguments!.Reveal().ShouldBe(Json.Parse("""{"language":"javascript","code":"console.log(1)","arguments":["x"],"environment":{"B":"c"},"stdin":"{\"a\":\"x\"}"}"""));
    }

    [Fact]
    public void a_script_can_be_fetched_from_where_it_lies()
    {
        var run = Story.Of("do:\n  - s:\n      run: { script: { language: python, source: { endpoint: 'https://x.y/s.py' } } }\n").Run(host =>
        {
            host.On("http", a => new HttpReply(200, null, [], Encoding.UTF8.GetBytes("print(1)")).ToOutput((Activity.Http)a));
            host.On("script", a => Json.Of(((Activity.Script)a).Code));
        });
        run.ShouldGive("\"print(1)\"");
    }
}
