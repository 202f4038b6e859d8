namespace Jarvis.Client.Tests.Runs;

/// <summary>Answers as the server gives them.</summary>
internal static class Samples
{
    public static string Run(Guid id, string status, string workflow = "receipts") =>
        $$"""
        {"id":"{{id}}","status":"{{status}}","workflowName":"{{workflow}}","requestedAt":"2026-03-05T07:50:00Z","startedAt":null,"endedAt":null,"occurredAt":"2026-03-05T07:50:00Z",
        "durationSeconds":null,"errorType":null,"position":"7","cursor":"c","device":null,"progress":null,"queue":null,"workflow":{"name":"{{workflow}}","titleZh":null,"titleEn":null},
        "trigger":"MANUAL","priority":"NORMAL","attention":null,"askedDevice":null,"queueLimit":null}
        """;

    public static string Runs(params string[] runs) =>
        "{\"runs\":{\"nodes\":[" + string.Join(',', runs) + "],\"totalCount\":{\"value\":" + runs.Length + ",\"isExact\":true},\"pageInfo\":{\"endCursor\":null,\"hasNextPage\":false}}}";
}
