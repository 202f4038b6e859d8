using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Jarvis.Client.Tests.Platform;

/// <summary>Answers by the operation's name (GraphQL) or by the path (sign-in); what it was asked is kept.</summary>
public sealed class CannedServer : HttpMessageHandler
{
    private readonly Dictionary<string, Func<JsonNode, (HttpStatusCode, string)>> answers = [];

    public List<(string What, JsonNode Body, string? Token)> Asked { get; } = [];

    /// <summary>No answer at all, as with the server's plug pulled.</summary>
    public bool IsAway { get; set; }

    /// <summary>Access tokens that are taken; null: any.</summary>
    public HashSet<string>? GoodTokens { get; set; }

    public CannedServer On(string what, string data) => On(what, _ => (HttpStatusCode.OK, "{\"data\":" + data + "}"));

    public CannedServer Refuse(string what, string code) =>
        On(what, _ => (HttpStatusCode.OK, "{\"errors\":[{\"message\":\"no\",\"extensions\":{\"code\":\"" + code + "\"}}],\"data\":null}"));

    public CannedServer On(string what, Func<JsonNode, (HttpStatusCode, string)> answer)
    {
        answers[what] = answer;
        return this;
    }

    public IEnumerable<JsonNode> AskedOf(string what) => Asked.Where(asked => asked.What == what).Select(asked => asked.Body);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (IsAway)
        {
            throw new HttpRequestException("refused");
        }

        var body = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
        var path = request.RequestUri!.AbsolutePath;
        var what = path == "/graphql" ? body["operationName"]!.GetValue<string>() : path;
        var token = request.Headers.Authorization?.Parameter;
        Asked.Add((what, body, token));
        if (path == "/graphql" && GoodTokens is not null && (token is null || !GoodTokens.Contains(token)))
        {
            return Of(HttpStatusCode.Unauthorized, """{"errors":[{"message":"expired","extensions":{"code":"auth.token_expired"}}]}""");
        }

        return answers.TryGetValue(what, out var answer)
            ? Of(answer(body))
            : Of(HttpStatusCode.OK, """{"errors":[{"message":"nothing is canned","extensions":{"code":"test.not_canned"}}]}""");
    }

    private static HttpResponseMessage Of((HttpStatusCode Status, string Body) answer) => Of(answer.Status, answer.Body);

    private static HttpResponseMessage Of(HttpStatusCode status, string body) =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
}
