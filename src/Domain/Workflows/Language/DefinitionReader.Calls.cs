using System.Collections.Immutable;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>Tasks that reach outside by a <c>call</c>: functions, HTTP, OpenAPI.</summary>
internal sealed partial class DefinitionReader
{
    private static readonly string[] CallsToCome = ["asyncapi", "grpc", "a2a", "mcp"];

    private TaskDefinition? Call(TaskHead head, Fields fields, Scope scope)
    {
        var spot = fields["call"]!;
        if (Fields.TextOf(spot, "call", problems) is not { } name)
        {
            return null;
        }

        if (name == "http")
        {
            return fields.Required("with", $"The task `{head.Name}`") is { } with && Http(with, scope) is { } http
                ? new TaskDefinition.CallHttp(head, http)
                : null;
        }

        if (name == "openapi")
        {
            return fields.Required("with", $"The task `{head.Name}`") is { } with && OpenApi(with, scope) is { } openApi
                ? new TaskDefinition.CallOpenApi(head, openApi)
                : null;
        }

        if (definedFunctions.Contains(name))
        {
            return DefinedFunction(head, fields, name, scope);
        }

        if (functions.TryGetValue(name, out var function))
        {
            return Function(head, fields, function, scope);
        }

        if (CallsToCome.Contains(name))
        {
            problems.Add("language.not_supported", $"`call: {name}` is part of the DSL, but Jarvis does not support it yet. {Instead.Of(name)}", spot);
        }
        else if (name.Contains("://", StringComparison.Ordinal) || name.Contains('@', StringComparison.Ordinal))
        {
            problems.Add("language.not_supported", $"`call: {name}`: functions of catalogs and URLs are not supported yet. Define the function in `use.functions`.", spot);
        }
        else
        {
            problems.Add("language.unknown_function",
                $"There is no function `{name}`.{Suggestion.For(name, [.. functions.Keys, .. definedFunctions, "http", "openapi"])} Use http, openapi, one of Jarvis's functions, or one from `use.functions`.", spot);
        }

        if (fields["with"] is { } arguments)
        {
            _ = Value(arguments, scope);
        }

        return null;
    }

    private TaskDefinition.CallDefined? DefinedFunction(TaskHead head, Fields fields, string name, Scope scope)
    {
        if (fields["with"] is not { } with)
        {
            return new TaskDefinition.CallDefined(head, name, null);
        }

        return Fields.Of(with, problems, "`with`", null) is not null && Value(with, scope) is { } value
            ? new TaskDefinition.CallDefined(head, name, value)
            : null;
    }

    private TaskDefinition.CallFunction? Function(TaskHead head, Fields fields, FunctionDescription function, Scope scope)
    {
        if (!parameterSchemas.TryGetValue(function.Name, out var schema))
        {
            parameterSchemas[function.Name] = schema = JsonSchema.Compile(function.ParameterSchema, out var wrong)
                ?? throw new ArgumentException($"The parameter schema of {function.Name} is wrong at {wrong[0].Pointer}: {wrong[0].Message}");
        }

        Template? with = new Template.Literal(JsonObject.Empty);
        if (fields["with"] is { } spot)
        {
            with = spot.Node is ScalarNode { Value: JsonString s } && Enclosed(s.Value) is not null ? Value(spot, scope) : Arguments(spot, function, schema!, scope);
        }
        else
        {
            Missing([], function, schema!, fields.Spot);
        }

        return with is null ? null : new TaskDefinition.CallFunction(head, function.Name, with, schema!, function.Repeatable);
    }

    private Template? Arguments(Spot spot, FunctionDescription function, JsonSchema schema, Scope scope)
    {
        var fields = Fields.Of(spot, problems, $"`with` of {function.Name}", schema.IsClosed ? schema.PropertyNames : null);
        if (fields is null)
        {
            return null;
        }

        Missing(fields.All.Keys, function, schema, spot);
        var value = Value(spot, scope);
        foreach (var (name, argument) in fields.All)
        {
            // Only a literal can be checked here; what expressions give is checked when the function is called.
            if (Value(argument, scope) is Template.Literal literal)
            {
                foreach (var violation in schema.CheckProperty(name, literal.Value))
                {
                    problems.Add("language.argument", $"`{name}{violation.Pointer}` of {function.Name} {violation.Message}.", Find(argument, violation.Pointer));
                }
            }
        }

        return value;
    }

    private void Missing(IEnumerable<string> given, FunctionDescription function, JsonSchema schema, Spot spot)
    {
        foreach (var name in schema.RequiredNames.Except(given))
        {
            problems.Add("language.argument", $"{function.Name} needs `{name}`. Add it to `with`.", spot);
        }
    }

    private HttpCall? Http(Spot spot, Scope scope)
    {
        if (Fields.Of(spot, problems, "`with` of http", ["method", "endpoint", "headers", "body", "query", "output", "redirect"]) is not { } fields)
        {
            return null;
        }

        var method = fields.Required("method", "`with` of http") is { } m ? TextOrExpression(m, "method", scope) : null;
        if (method is Template.Literal { Value: JsonString verb } && (verb.Value.Length is 0 or > 32 || !verb.Value.All(char.IsAsciiLetter)))
        {
            problems.Add("language.invalid_value", $"`method: {verb.Value}` is no HTTP method. Write get, post, put, patch, delete, head or options.", fields["method"]!);
        }

        var (endpoint, authentication) = fields.Required("endpoint", "`with` of http") is { } at ? EndpointOf(at, scope) : default;
        var headers = fields["headers"] is { } h ? MapOrExpression(h, "headers", scope) : null;
        var query = fields["query"] is { } q ? MapOrExpression(q, "query", scope) : null;
        var body = fields["body"] is { } b ? Value(b, scope) : null;
        var output = fields.Word<HttpOutput>("output") ?? HttpOutput.Content;
        var redirect = fields.Boolean("redirect") ?? false;
        return method is null || endpoint is null ? null : new HttpCall(method, endpoint, authentication, headers, query, body, output, redirect);
    }

    /// <summary>An endpoint: its URI, or an object of URI and authentication.</summary>
    private (Template? Uri, Authentication? Authentication) EndpointOf(Spot spot, Scope scope)
    {
        if (spot.Node is not MapNode)
        {
            return (Endpoint(spot, scope), null);
        }

        return Fields.Of(spot, problems, "`endpoint`", ["uri", "authentication"]) is { } parts
            ? (parts.Required("uri", "`endpoint`") is { } uri ? Endpoint(uri, scope) : null,
                parts["authentication"] is { } authentication ? Authentication(authentication, scope) : null)
            : default;
    }

    private OpenApiCall? OpenApi(Spot spot, Scope scope)
    {
        if (Fields.Of(spot, problems, "`with` of openapi", ["document", "operationId", "parameters", "authentication", "output", "redirect"]) is not { } fields)
        {
            return null;
        }

        var document = fields.Required("document", "`with` of openapi") is { } resource ? Resource(resource, "document", scope) : null;
        var operation = fields.Required("operationId", "`with` of openapi") is { } id ? TextOrExpression(id, "operationId", scope) : null;
        var parameters = fields["parameters"] is { } p ? MapOrExpression(p, "parameters", scope) : null;
        var authentication = fields["authentication"] is { } a ? Authentication(a, scope) : null;
        var output = fields.Word<HttpOutput>("output") ?? HttpOutput.Content;
        var redirect = fields.Boolean("redirect") ?? false;
        return document is null || operation is null ? null : new OpenApiCall(document, operation, parameters, authentication, output, redirect);
    }

    private ExternalResource? Resource(Spot spot, string name, Scope scope)
    {
        if (Fields.Of(spot, problems, $"`{name}`", ["name", "endpoint"]) is not { } fields || fields.Required("endpoint", $"`{name}`") is not { } at)
        {
            return null;
        }

        var (endpoint, authentication) = EndpointOf(at, scope);
        return endpoint is null ? null : new ExternalResource(endpoint, authentication);
    }

    private Template? Endpoint(Spot spot, Scope scope)
    {
        var template = TextOrExpression(spot, "uri", scope);
        if (template is Template.Literal { Value: JsonString text }
            && !text.Value.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            && !text.Value.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            problems.Add("language.invalid_value", $"The endpoint `{text.Value}` must begin with http:// or https://, or be an expression ${{ … }}.", spot);
        }

        return template;
    }
}
