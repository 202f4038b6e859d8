using Jarvis.Domain.Platform;

namespace Jarvis.Api.Platform;

/// <summary>Refusals of REST calls as problem details (RFC 9457): the stable code in <c>code</c>, the field in <c>field</c>.</summary>
public static class ProblemAnswers
{
    public static IResult Of(int status, Refusal refusal, IReadOnlyDictionary<string, object?>? more = null)
    {
        var extensions = new Dictionary<string, object?> { ["code"] = refusal.Code };
        if (refusal.Field is not null)
        {
            extensions["field"] = refusal.Field;
        }

        foreach (var (key, value) in more ?? new Dictionary<string, object?>())
        {
            extensions[key] = value;
        }

        return Results.Problem(
            detail: refusal.Message, statusCode: status, type: $"https://jarvis.ai/problems/{refusal.Code}", title: refusal.Message, extensions: extensions);
    }
}
