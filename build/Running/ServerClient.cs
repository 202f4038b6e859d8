using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Jarvis.Build.Running;

/// <summary>The server as anybody outside sees it: sign-in over REST, everything else over GraphQL.</summary>
public sealed class ServerClient(string url) : IAsyncDisposable
{
    private readonly HttpClient http = new() { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(30) };

    public int Port { get; } = new Uri(url).Port;

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>True once <c>/health/ready</c> says so.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>True while nobody is administrator yet, so that the one-time link still works.</summary>
    public async Task<bool> SetupIsOpenAsync(string token, CancellationToken cancellation)
    {
        using var answer = await http.GetAsync(new Uri("/setup?token=" + token, UriKind.Relative), cancellation);
        return answer.IsSuccessStatusCode;
    }

    /// <summary>Signs in, registering the person first if the server does not know them.</summary>
    /// <exception cref="ProblemException">The server knows them under another password.</exception>
    public async Task SignInAsync(Person person, string? setupToken, CancellationToken cancellation)
    {
        using var login = await PostAsync("/auth/login", new JsonObject { ["email"] = person.Email, ["password"] = person.Password }, cancellation);
        if (login.IsSuccessStatusCode)
        {
            await UseAsync(login, cancellation);
            return;
        }

        if (login.StatusCode != HttpStatusCode.Unauthorized)
        {
            throw await UnexpectedAsync("sign " + person.Email + " in", login, cancellation);
        }

        var registration = new JsonObject
        {
            ["email"] = person.Email,
            ["password"] = person.Password,
            ["displayName"] = person.Name,
            ["timeZone"] = TimeZoneInfo.Local.HasIanaId ? TimeZoneInfo.Local.Id : "UTC",
        };
        if (setupToken is not null)
        {
            registration["setupToken"] = setupToken;
        }

        using var registered = await PostAsync("/auth/register", registration, cancellation);
        if (registered.StatusCode == HttpStatusCode.Conflict)
        {
            throw new ProblemException(
                $"This database already knows {person.Email} with another password; start with --no-demo and sign in with your own.");
        }

        if (!registered.IsSuccessStatusCode)
        {
            throw await UnexpectedAsync("register " + person.Email, registered, cancellation);
        }

        await UseAsync(registered, cancellation);
    }

    /// <summary>Asks or orders; the answer's <c>data</c>.</summary>
    /// <exception cref="RefusedException">The server says no.</exception>
    public async Task<JsonNode> QueryAsync(string document, JsonObject variables, CancellationToken cancellation)
    {
        using var answer = await PostAsync("/graphql", new JsonObject { ["query"] = document, ["variables"] = variables }, cancellation);
        var body = answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true
            ? await answer.Content.ReadFromJsonAsync<JsonNode>(cancellation)
            : null;
        if (body?["errors"] is JsonArray { Count: > 0 } errors)
        {
            throw new RefusedException(
                errors[0]?["extensions"]?["code"]?.GetValue<string>() ?? "",
                string.Join("; ", errors.Select(e => e?["message"]?.ToString())) + Problems(errors[0]?["extensions"]?["problems"]));
        }

        return body?["data"] ?? throw await UnexpectedAsync("answer a query", answer, cancellation);
    }

    private static string Problems(JsonNode? problems) =>
        problems is JsonArray list
            ? string.Concat(list.Select(p => $" [line {p?["line"]}, column {p?["column"]}: {p?["message"]}]"))
            : "";

    private async Task<HttpResponseMessage> PostAsync(string path, JsonObject body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = JsonContent.Create(body) };
        return await http.SendAsync(request, cancellation);
    }

    private async Task UseAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var tokens = await answer.Content.ReadFromJsonAsync<JsonNode>(cancellation);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens!["accessToken"]!.GetValue<string>());
    }

    private static async Task<ProblemException> UnexpectedAsync(string what, HttpResponseMessage answer, CancellationToken cancellation) =>
        new($"The server did not {what}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellation)}");
}
