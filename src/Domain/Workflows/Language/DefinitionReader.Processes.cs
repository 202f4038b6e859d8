using System.Collections.Immutable;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>Tasks that <c>run</c> something: a shell command, a script, another workflow.</summary>
internal sealed partial class DefinitionReader
{
    private static readonly string[] Runnable = ["shell", "workflow", "container", "script"];

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
            "shell" => Shell(fields["shell"]!, scope) is { } shell ? new TaskDefinition.RunShell(head, shell, wanted, wait) : null,
            "script" => Script(fields["script"]!, scope) is { } script ? new TaskDefinition.RunScript(head, script, wanted, wait) : null,
            "workflow" => Subworkflow(head, fields["workflow"]!, wait, scope),
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
            problems.Add("language.invalid_value", $"`version: {version}` is neither a semantic version nor latest.", fields["version"]!);
        }

        var input = fields["input"] is { } i ? Value(i, scope) : null;
        return space is null || name is null || version is null
            ? null
            : new TaskDefinition.RunWorkflow(head, new WorkflowReference(space, name, version, wait), input);
    }
}
