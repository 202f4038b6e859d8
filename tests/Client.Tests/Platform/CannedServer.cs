using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Jarvis.Client.Platform;

namespace Jarvis.Client.Tests.Platform;

/// <summary>Answers by the operation's name (GraphQL) or by the path (sign-in); what it was asked is kept.</summary>
public sealed class CannedServer
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

    public Posted? Post(string path, byte[] sent, string? token)
    {
        if (IsAway)
        {
            return null;
        }

        var body = JsonNode.Parse(sent)!;
        var what = path == "/graphql" ? body["operationName"]!.GetValue<string>() : path;
        Asked.Add((what, body, token));
        if (path == "/graphql" && GoodTokens is not null && (token is null || !GoodTokens.Contains(token)))
        {
            return Of((HttpStatusCode.Unauthorized, """{"errors":[{"message":"expired","extensions":{"code":"auth.token_expired"}}]}"""));
        }

        return Of(answers.TryGetValue(what, out var answer)
            ? answer(body)
            : (HttpStatusCode.OK, """{"errors":[{"message":"nothing is canned","extensions":{"code":"test.not_canned"}}]}"""));
    }

    private static Posted Of((HttpStatusCode Status, string Body) answer) => new(answer.Status, Encoding.UTF8.GetBytes(answer.Body));
}
