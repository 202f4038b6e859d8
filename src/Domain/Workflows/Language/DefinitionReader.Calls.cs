using System.Collections.Immutable;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>Tasks that reach outside: <c>call</c> and <c>run</c>.</summary>
internal sealed partial class DefinitionReader
{
    private static readonly string[] Runnable = ["shell", "workflow", "container", "script"];
    private static readonly string[] CallsToCome = ["asyncapi", "grpc", "a2a", "mcp"];

    private TaskDefinition? Call(TaskHead head, Fields fields, Scope scope)
    {
        var spot = fields["call"]!.Value;
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
            problems.Add("language.not_supported", $"`call: {name}` is part of the DSL, but Jarvis does not support it yet.", spot);
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
            problems.Add("language.invalid_value", $"`method: {verb.Value}` is no HTTP method. Write get, post, put, patch, delete, head or options.", fields["method"]!.Value);
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

    private Template? MapOrExpression(Spot spot, string name, Scope scope)
    {
        if (spot.Node is MapNode || (spot.Node is ScalarNode { Value: JsonString s } && Enclosed(s.Value) is not null))
        {
            return Value(spot, scope);
        }

        problems.Add("language.wrong_type", $"`{name}` must be an object or an expression ${{ … }}, not {spot.Node.Described}.", spot);
        return null;
    }

    private TaskDefinition? Run(TaskHead head, Spot spot, Scope scope)
    {
        if (Fields.Of(spot, problems, "`run`", ["shell", "script", "workflow", "await", "return"], ["container"], "run: { shell: { command: … } }") is not { } fields)
        {
            return null;
        }

        var wait = fields.Boolean("await") ?? true;
        var wanted = fields.Word<ProcessReturn>("return") ?? ProcessReturn.Stdout;
        var kinds = Runnable.Where(kind => fields[kind] is not null).ToList();
        if (kinds.Count != 1)
        {
            problems.Add("language.task_kind", kinds.Count == 0
                ? "`run` does not say what to run. Give it `shell`, `script` or `workflow`."
                : $"`run` names several things to run ({string.Join(", ", kinds)}). Make each a task of its own.", spot);
            return null;
        }

        return kinds[0] switch
        {
            "shell" => Shell(fields["shell"]!.Value, scope) is { } shell ? new TaskDefinition.RunShell(head, shell, wanted, wait) : null,
            "script" => Script(fields["script"]!.Value, scope) is { } script ? new TaskDefinition.RunScript(head, script, wanted, wait) : null,
            "workflow" => Subworkflow(head, fields["workflow"]!.Value, wait, scope),
            _ => null,
        };
    }

    private ShellProcess? Shell(Spot spot, Scope scope)
    {
        if (Fields.Of(spot, problems, "`shell`", ["command", "stdin", "arguments", "environment"], fix: "shell: { command: … }") is not { } fields)
        {
            return null;
        }

        var command = fields.Required("command", "`shell`") is { } c ? TextOrExpression(c, "command", scope) : null;
        return command is null ? null : Process(fields, command, scope);
    }

    private ScriptProcess? Script(Spot spot, Scope scope)
    {
        if (Fields.Of(spot, problems, "`script`", ["language", "code", "source", "stdin", "arguments", "environment"], fix: "script: { language: javascript, code: … }") is not { } fields)
        {
            return null;
        }

        ScriptLanguage? language = fields.RequiredText("language", "`script`") switch
        {
            "javascript" or "js" => ScriptLanguage.JavaScript,
            "python" => ScriptLanguage.Python,
            _ => null,
        };
        if (language is null && fields["language"] is { Node: ScalarNode { Value: JsonString named } } at)
        {
            problems.Add("language.invalid_value", $"`language: {named.Value}` is none of javascript, python.{Suggestion.For(named.Value, ["javascript", "python"])}", at);
        }

        if (fields["code"] is null == fields["source"] is null)
        {
            problems.Add("language.missing", "`script` must have either `code` or `source`.", spot);
            return null;
        }

        var code = fields["code"] is { } c ? TextOrExpression(c, "code", scope) : new Template.Literal("");
        var source = fields["source"] is { } s ? Resource(s, "source", scope) : null;
        return language is null || code is null || (fields["source"] is not null && source is null)
            ? null
            : new ScriptProcess(language.Value, Process(fields, code, scope), source);
    }

    /// <summary>What shell and script have in common.</summary>
    private ShellProcess Process(Fields fields, Template command, Scope scope)
    {
        var stdin = fields["stdin"] is { } s ? Value(s, scope) : null;
        var arguments = ImmutableArray.CreateBuilder<Template>();
        if (fields["arguments"] is { } a)
        {
            if (a.Node is ListNode list)
            {
                arguments.AddRange(list.Items.Select((item, i) => Value(a.Child(i, item), scope)).OfType<Template>());
            }
            else
            {
                problems.Add("language.wrong_type", $"`arguments` must be a list, not {a.Node.Described}.", a);
            }
        }

        var environment = ImmutableArray.CreateBuilder<(string, Template)>();
        if (fields["environment"] is { } e && Fields.Of(e, problems, "`environment`", null) is { } variables)
        {
            foreach (var (name, child) in variables.All)
            {
                if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal))
                {
                    problems.Add("language.invalid_value", $"`{name}` cannot be the name of an environment variable.", child);
                }
                else if (Value(child, scope) is { } value)
                {
                    environment.Add((name, value));
                }
            }
        }

        return new ShellProcess(command, arguments.ToImmutable(), environment.ToImmutable(), stdin);
    }

    private TaskDefinition.RunWorkflow? Subworkflow(TaskHead head, Spot spot, bool wait, Scope scope)
    {
        if (Fields.Of(spot, problems, "`workflow`", ["namespace", "name", "version", "input"]) is not { } fields)
        {
            return null;
        }

        var space = fields.RequiredText("namespace", "`workflow`");
        var name = fields.RequiredText("name", "`workflow`");
        var version = fields["version"] is null ? "latest" : fields.Text("version");
        if (version is not null and not "latest" && !SemanticVersion().IsMatch(version))
        {
            problems.Add("language.invalid_value", $"`version: {version}` is neither a semantic version nor latest.", fields["version"]!.Value);
        }

        var input = fields["input"] is { } i ? Value(i, scope) : null;
        return space is null || name is null || version is null
            ? null
            : new TaskDefinition.RunWorkflow(head, new WorkflowReference(space, name, version, wait), input);
    }
}
