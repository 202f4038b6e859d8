using System.Text;
using Jarvis.Domain.Workflows.Interpreter;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Interpreter;

/// <summary><c>call: openapi</c>: the document says where each parameter goes.</summary>
public sealed class OpenApiTests
{
    private const string Three = """
        openapi: 3.0.3
        info: { title: Pets, version: '1' }
        servers: [ { url: '/api/{stage}', variables: { stage: { default: v3 } } } ]
        paths:
          /pets/{petId}:
            parameters: [ { $ref: '#/components/parameters/petId' } ]
            get:
              operationId: getPet
              parameters:
                - { name: fields, in: query, schema: { type: array } }
                - { name: tags, in: query, explode: false, schema: { type: array } }
                - { name: where, in: query, style: deepObject, schema: { type: object } }
                - { name: X-Trace, in: header, schema: { type: string } }
                - { name: session, in: cookie, schema: { type: string } }
            put:
              operationId: setPet
              requestBody: { required: true, content: { application/json: {} } }
        components:
          parameters:
            petId: { name: petId, in: path, required: true, schema: { type: integer } }
        """;

    private const string Two = """
        {"swagger":"2.0","host":"pets.example","basePath":"/v2","schemes":["https"],"paths":{
          "/pets":{"get":{"operationId":"find","parameters":[{"name":"status","in":"query","type":"array","collectionFormat":"multi"},{"name":"ids","in":"query","type":"array","collectionFormat":"pipes"}]},
                   "post":{"operationId":"add","consumes":["application/json"],"parameters":[{"name":"pet","in":"body","required":true}]}},
          "/login":{"post":{"operationId":"login","parameters":[{"name":"user","in":"formData","type":"string"}]}}}}
        """;

    private static Outcome Call(string document, string operation, string parameters, string more = "") => Story
        .Of($"do:\n  - call:\n      call: openapi\n      with: {{ document: {{ endpoint: 'https://docs.example/pets.yaml' }}, operationId: {operation}, parameters: {parameters}{more} }}\n")
        .Given("""{"id":7}""")
        .Run(host => host.On("http", activity =>
        {
            var call = (Activity.Http)activity;
            var body = call.Uri.Host == "docs.example" && call.Uri.AbsolutePath == "/pets.yaml" ? document : """{"ok":true}""";
            return new HttpReply(200, null, [new("Content-Type", "application/json")], Encoding.UTF8.GetBytes(body)).ToOutput(call);
        }));

    private static Activity.Http Sent(Outcome run)
    {
        run.ShouldGive("""{"ok":true}""");
        return run.Host.Performed.OfType<Activity.Http>().Last();
    }

    [Fact]
    public void parameters_go_into_path_query_header_and_cookie_by_their_style()
    {
        var sent = Sent(Call(Three, "getPet", "{ petId: '${ .id }', fields: [a, b c], tags: [x, y], where: { age: 3 }, X-Trace: t1, session: s }"));
        sent.Method.ShouldBe("GET");
        sent.Uri.AbsoluteUri.ShouldBe("https://docs.example/api/v3/pets/7?fields=a&fields=b%20c&tags=x,y&where[age]=3");
        sent.Headers.ShouldContain(new KeyValuePair<string, string>("X-Trace", "t1"));
        sent.Headers.ShouldContain(new KeyValuePair<string, string>("Cookie", "session=s"));
    }

    [Theory]
    [InlineData("{ petId: 1, body: { name: Milou } }")]
    [InlineData("{ petId: 1, name: Milou }")]
    public void a_body_is_given_whole_or_member_by_member(string parameters)
    {
        var sent = Sent(Call(Three, "setPet", parameters));
        sent.Method.ShouldBe("PUT");
        Encoding.UTF8.GetString(sent.Body!).ShouldBe("""{"name":"Milou"}""");
        sent.Headers.ShouldContain(new KeyValuePair<string, string>("Content-Type", "application/json"));
        sent.Headers.ShouldContain(h => h.Key == "Idempotency-Key");
    }

    [Fact]
    public void swagger_2_is_read_too()
    {
        Sent(Call(Two, "find", "{ status: [a, b], ids: [1, 2] }")).Uri.AbsoluteUri.ShouldBe("https://pets.example/v2/pets?status=a&status=b&ids=1%7C2");
        Encoding.UTF8.GetString(Sent(Call(Two, "add", "{ pet: { name: x } }")).Body!).ShouldBe("""{"name":"x"}""");
        var form = Sent(Call(Two, "login", "{ user: a b }"));
        Encoding.UTF8.GetString(form.Body!).ShouldBe("user=a%20b");
    }

    [Theory]
    [InlineData("getPet", "{}", FaultTypes.Validation, "`petId`")]
    [InlineData("getPet", "{ petId: 1, colour: red }", FaultTypes.Validation, "`colour`")]
    [InlineData("setPet", "{ petId: 1 }", FaultTypes.Validation, "body")]
    [InlineData("getPets", "{}", FaultTypes.Configuration, "`getPets`")]
    public void what_does_not_fit_the_document_is_told(string operation, string parameters, string type, string words)
    {
        var fault = Call(Three, operation, parameters).Fault;
        fault.Type.ShouldBe(type);
        fault.Detail!.ShouldContain(words);
        fault.Instance.ShouldBe("/do/0/call");
    }

    [Theory]
    [InlineData("nothing: [")]
    [InlineData("[1]")]
    [InlineData("{")]
    public void a_document_that_cannot_be_read_is_a_configuration_error(string document) =>
        Call(document, "x", "{}").Fault.Type.ShouldBe(FaultTypes.Configuration);

    [Fact]
    public void references_that_go_round_in_circles_or_elsewhere_end()
    {
        Call("""{"openapi":"3.0.0","paths":{"/a":{"$ref":"#/paths/~1a"}}}""", "x", "{}").Fault.Type.ShouldBe(FaultTypes.Configuration);
        Call("""{"openapi":"3.0.0","paths":{"/a":{"$ref":"other.json"}}}""", "x", "{}").Fault.Detail!.ShouldContain("other.json");
    }

    [Fact]
    public void a_document_is_fetched_once()
    {
        var run = Story.Of("""
            do:
              - each:
                  for: { in: '[1,2,3]' }
                  do:
                    - call: { call: openapi, with: { document: { endpoint: 'https://docs.example/pets.yaml' }, operationId: find, parameters: { ids: '${ [$item] }' } } }
            """).Run(host => host.On("http", a => new HttpReply(200, null, [], Encoding.UTF8.GetBytes(((Activity.Http)a).Uri.Host == "docs.example" ? Two : "ok")).ToOutput((Activity.Http)a)));
        run.ShouldGive("\"ok\"");
        run.Host.Performed.Count.ShouldBe(4);
    }
}
