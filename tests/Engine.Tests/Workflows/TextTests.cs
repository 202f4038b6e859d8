using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Workflows;

public sealed class TextTests : IAsyncDisposable
{
    private readonly FunctionsUnderTest functions = new();

    [Theory]
    [InlineData("text.replace", """{"text":"2026-01-31","pattern":"(\\d+)-(\\d+)-(\\d+)","with":"$3.$2.$1"}""", "\"31.01.2026\"")]
    [InlineData("text.replace", """{"text":"a.b.c","pattern":".","literal":true,"with":"$1"}""", "\"a$1b$1c\"")]
    [InlineData("text.match", """{"text":"A1 b2","pattern":"(?<l>[a-z])(?<n>\\d)?","flags":"i"}""",
        """[{"text":"A1","index":0,"groups":{"l":"A","n":"1"}},{"text":"b2","index":3,"groups":{"l":"b","n":"2"}}]""")]
    [InlineData("text.match", """{"text":"a","pattern":"b"}""", "[]")]
    [InlineData("text.split", """{"text":"a\r\nb\nc\n"}""", """["a","b","c"]""")]
    [InlineData("text.split", """{"text":"a, b,,c","at":",","trim":true,"empty":false}""", """["a","b","c"]""")]
    [InlineData("text.split", """{"text":"a1b22c","pattern":"[0-9]+"}""", """["a","b","c"]""")]
    [InlineData("text.template", """{"template":"{{ p.name }}: {{list.1}} {{n}}","values":{"p":{"name":"<Li>"},"list":["a","b"],"n":1},"escape":"html"}""", "\"&lt;Li&gt;: b 1\"")]
    [InlineData("text.template", """{"template":"{{x}}!","values":{},"missing":"?"}""", "\"?!\"")]
    [InlineData("text.encode", """{"text":"\u5F20 b"}""", "\"5bygIGI=\"")]
    [InlineData("text.decode", """{"text":"5bygIGI="}""", "\"\u5F20 b\"")]
    [InlineData("text.decode", """{"text":"5bygIGI","as":"base64url"}""", "\"\u5F20 b\"")]
    [InlineData("text.decode", """{"text":"e5bca0","as":"hex"}""", "\"\u5F20\"")]
    [InlineData("text.decode", """{"text":"a%20b","as":"url"}""", "\"a b\"")]
    [InlineData("text.parse", """{"text":"name,sum\nLi,3"}""", """[{"name":"Li","sum":"3"}]""")]
    [InlineData("text.parse", """{"text":"{\"a\":1}\n\n[2]","as":"jsonLines"}""", """[{"a":1},[2]]""")]
    [InlineData("text.parse", """{"text":"# x\nHost: a\nport=80","as":"keyValues"}""", """{"Host":"a","port":"80"}""")]
    public async Task a_text_becomes_what_is_asked(string function, string arguments, string result) =>
        (await functions.Call(function, arguments)).ShouldBe(Json.Parse(result));

    [Theory]
    [InlineData("text.replace", """{"text":"a","pattern":"(","with":""}""", "not a regular expression")]
    [InlineData("text.split", """{"text":"a","at":",","pattern":","}""", "exclude")]
    [InlineData("text.template", """{"template":"{{a.b}}","values":{"a":1}}""", "'a.b'")]
    [InlineData("text.decode", """{"text":"/w=="}""", "not base64")]
    [InlineData("text.decode", """{"text":"abc","as":"hex"}""", "not hex")]
    [InlineData("text.decode", """{"text":"[1]","as":"json"}""", "not json")]
    [InlineData("text.parse", """{"text":"{}\n{","as":"jsonLines"}""", "Line 2")]
    [InlineData("text.parse", """{"text":"no value","as":"keyValues"}""", "Line 1")]
    public async Task what_cannot_be_is_refused_by_its_place(string function, string arguments, string why)
    {
        var fault = await functions.Refused(function, arguments);
        fault.Type.ShouldBe(FaultTypes.Validation);
        fault.Detail.ShouldNotBeNull().ShouldContain(why);
    }

    [Fact]
    public async Task an_expression_that_searches_too_long_is_a_time_out()
    {
        var text = new string('a', 60) + "!";
        (await functions.Refused("text.match", Json.Of(("text", text), ("pattern", "^(a+)+$")).ToString())).Type.ShouldBe(FaultTypes.Timeout);
    }

    [Fact]
    public async Task a_result_that_grows_without_end_is_refused()
    {
        var text = new string('a', 20_000);
        (await functions.Refused("text.replace", Json.Of(("text", text), ("pattern", "a"), ("with", text)).ToString())).Detail.ShouldNotBeNull().ShouldContain("more than");
    }

    public ValueTask DisposeAsync() => functions.DisposeAsync();
}
