using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;

namespace Jarvis.Api.Tests.Platform.GraphQL;

/// <summary>Asking the server by GraphQL in one line.</summary>
public static class Asking
{
    /// <summary>The data of an answer without errors.</summary>
    public static async Task<JsonElement> Ask(this HttpClient client, string query, object? variables = null)
    {
        var answer = await client.Answer(query, variables);
        answer.TryGetProperty("errors", out var errors).ShouldBeFalse(errors.ValueKind == JsonValueKind.Undefined ? "" : errors.ToString());
        return answer.GetProperty("data");
    }

    /// <summary>The code of the first error.</summary>
    public static async Task<string> AskRefused(this HttpClient client, string query, object? variables = null)
    {
        var answer = await client.Answer(query, variables);
        answer.TryGetProperty("errors", out var errors).ShouldBeTrue(answer.ToString());
        return errors[0].GetProperty("extensions").GetProperty("code").GetString()!;
    }

    public static async Task<JsonElement> Answer(this HttpClient client, string query, object? variables = null)
    {
        using var response = await client.PostAsJsonAsync("/graphql", new { query, variables });
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public static JsonElement At(this JsonElement element, params object[] path) =>
        path.Aggregate(element, (e, step) => step is int index ? e[index] : e.GetProperty((string)step));

    public static string? Text(this JsonElement element, params object[] path) => element.At(path).ToString();
}
