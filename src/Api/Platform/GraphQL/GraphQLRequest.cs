using System.Text;
using System.Text.Json;
using GraphQL;
using Jarvis.Domain.Platform;

namespace Jarvis.Api.Platform.GraphQL;

/// <summary>The parameters of a request (GraphQL over HTTP, section 5): the same in a body, an address and a socket message.</summary>
public sealed record GraphQLRequest(string Query, string? OperationName, Inputs Variables)
{
    /// <summary>A body that is no request: not an object, or a parameter of the wrong type.</summary>
    public const string Malformed = "graphql.malformed_request";

    public static (GraphQLRequest? Request, Refusal? Refusal) From(JsonElement body)
    {
        if (body.ValueKind == JsonValueKind.Array)
        {
            return (null, new Refusal("graphql.batch_refused", "Requests cannot be batched."));
        }

        if (body.ValueKind != JsonValueKind.Object)
        {
            return (null, new Refusal(Malformed, "The request must be a JSON object."));
        }

        if (!body.TryGetProperty("query", out var query) || query.ValueKind != JsonValueKind.String)
        {
            return (null, new Refusal(Malformed, "The parameter must be a string.", "query"));
        }

        string? operationName = null;
        if (body.TryGetProperty("operationName", out var name) && name.ValueKind != JsonValueKind.Null)
        {
            if (name.ValueKind != JsonValueKind.String)
            {
                return (null, new Refusal(Malformed, "The parameter must be a string.", "operationName"));
            }

            operationName = name.GetString();
        }

        if (body.TryGetProperty("extensions", out var extensions) && extensions.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
        {
            return (null, new Refusal(Malformed, "The parameter must be an object.", "extensions"));
        }

        var variables = Inputs.Empty;
        if (body.TryGetProperty("variables", out var values) && values.ValueKind != JsonValueKind.Null)
        {
            if (values.ValueKind != JsonValueKind.Object)
            {
                return (null, new Refusal(Malformed, "The parameter must be an object.", "variables"));
            }

            variables = GraphQLBody.Variables(values);
        }

        return (new GraphQLRequest(query.GetString()!, operationName, variables), null);
    }

    /// <summary>The parameters of a GET: variables and extensions are JSON texts.</summary>
    public static (GraphQLRequest? Request, Refusal? Refusal) From(IQueryCollection query)
    {
        if (query["query"].Count != 1)
        {
            return (null, new Refusal(Malformed, "The parameter is missing.", "query"));
        }

        var variables = Inputs.Empty;
        foreach (var key in (string[])["variables", "extensions"])
        {
            if (query[key].ToString() is { Length: > 0 } text)
            {
                var (json, _) = GraphQLBody.Parse(Encoding.UTF8.GetBytes(text));
                if (json is null)
                {
                    return (null, new Refusal(Malformed, "The parameter must be JSON.", key));
                }

                using (json)
                {
                    if (json.RootElement.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
                    {
                        return (null, new Refusal(Malformed, "The parameter must be a JSON object.", key));
                    }

                    variables = key == "variables" && json.RootElement.ValueKind == JsonValueKind.Object ? GraphQLBody.Variables(json.RootElement) : variables;
                }
            }
        }

        return (new GraphQLRequest(query["query"].ToString(), query["operationName"].ToString() is { Length: > 0 } name ? name : null, variables), null);
    }
}
