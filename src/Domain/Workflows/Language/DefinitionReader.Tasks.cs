using System.Collections.Immutable;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>Tasks and lists of tasks.</summary>
internal sealed partial class DefinitionReader
{
    private static readonly string[] CommonParts = ["if", "input", "output", "export", "timeout", "then", "metadata"];

    /// <summary>What belongs to a task of each kind besides what every task has.</summary>
    private static readonly ImmutableDictionary<string, string[]> KindParts = new Dictionary<string, string[]>
    {
        ["call"] = ["call", "with"],
        ["do"] = ["do"],
        ["fork"] = ["fork"],
        ["emit"] = ["emit"],
        ["for"] = ["for", "while", "do"],
        ["listen"] = ["listen", "foreach"],
        ["raise"] = ["raise"],
        ["run"] = ["run"],
        ["set"] = ["set"],
        ["switch"] = ["switch"],
        ["try"] = ["try", "catch"],
        ["wait"] = ["wait"],
    }.ToImmutableDictionary();

    /// <param name="name">The property that holds the list, for messages.</param>
    /// <param name="jumps">Whether <c>then</c> may name a task of the list (branches of a fork have no order).</param>
    private TaskList? Tasks(Spot spot, string name, Scope scope, bool jumps = true)
    {
        if (spot.Node is not ListNode list)
        {
            problems.Add("language.wrong_type",
                $"`{name}` must be a list of tasks, not {spot.Node.Described}. Write each task as `- name:` with its content below.", spot);
            return null;
        }

        if (list.Items.Count == 0)
        {
            problems.Add("language.missing", $"`{name}` holds no task. Add at least one.", spot);
        }

        var entries = new List<(string Name, Spot Spot)>();
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < list.Items.Count; i++)
        {
            var item = spot.Child(i, list.Items[i]);
            if (item.Node is not MapNode { Entries.Count: 1 } map)
            {
                problems.Add("language.wrong_type", item.Node is MapNode many
                    ? $"An entry of `{name}` is one task: its name and, below it, its content. This one has {many.Entries.Count} keys ({string.Join(", ", many.Entries.Take(5).Select(e => e.Key.Text))}). Indent the content below the name."
                    : $"An entry of `{name}` is a task (`- name:` and its content), not {item.Node.Described}.", item);
                continue;
            }

            var (key, content) = map.Entries[0];
            if (names.TryGetValue(key.Text, out var first))
            {
                problems.Add("language.duplicate_key", $"Two tasks of this list are named `{key.Text}`; the first stands in line {first}. Rename one.", key.Line, key.Column, item.Child(key.Text, key).Pointer);
            }

            names.TryAdd(key.Text, key.Line);
            entries.Add((key.Text, item.Child(key.Text, content)));
        }

        var tasks = entries.Select(entry => Task(entry.Name, entry.Spot, scope, jumps ? names.Keys : [])).ToList();
        return tasks.Contains(null) || tasks.Count != list.Items.Count ? null : new TaskList([.. tasks!]);
    }

    /// <param name="siblings">Names that <c>then</c> may give; null where the task stands alone.</param>
    private TaskDefinition? Task(string name, Spot spot, Scope scope, IReadOnlyCollection<string>? siblings)
    {
        if (!ClearText.IsFit(spot.Pointer, ClearText.MaxPointerBytes))
        {
            var isNul = name.Contains('\0', StringComparison.Ordinal);
            problems.Add(isNul ? "language.invalid_value" : "language.too_large", isNul
                ? "A task's name cannot hold U+0000."
                : $"The names of this task and of those around it are too long together: {System.Text.Encoding.UTF8.GetByteCount(spot.Pointer):N0} bytes, and {ClearText.MaxPointerBytes:N0} are allowed. Use shorter ones.",
                spot);
            return null;
        }

        if (spot.Node is not MapNode map)
        {
            problems.Add("language.wrong_type", $"The task `{name}` must be an object, not {spot.Node.Described}.", spot);
            return null;
        }

        var given = map.Entries.Select(e => e.Key.Text).Where(KindParts.ContainsKey).ToList();
        if (given.Contains("for"))
        {
            given.Remove("do");
        }

        if (given.Count != 1)
        {
            var near = map.Entries.Select(e => Suggestion.For(e.Key.Text, KindParts.Keys)).FirstOrDefault(s => s.Length > 0) ?? "";
            problems.Add("language.task_kind", given.Count == 0
                ? $"The task `{name}` does not say what to do.{near} Give it one of {string.Join(", ", KindParts.Keys.Order())}."
                : $"The task `{name}` is of several kinds at once ({string.Join(", ", given)}). Make each a task of its own.", spot);
            _ = Fields.Of(spot, problems, $"The task `{name}`", [.. CommonParts, .. given.Count == 0 ? KindParts.Values.SelectMany(p => p) : given.SelectMany(kind => KindParts[kind])]);
            return null;
        }

        var kind = given[0];
        var fields = Fields.Of(spot, problems, $"The task `{name}`", [.. CommonParts, .. KindParts[kind]])!;
        var head = Head(name, kind, fields, scope, siblings);
        return kind switch
        {
            "do" => Tasks(fields["do"]!, "do", scope) is { } tasks ? new TaskDefinition.Do(head, tasks) : null,
            "set" => SetTask(head, fields["set"]!, scope),
            "call" => Call(head, fields, scope),
            "for" => For(head, fields, scope),
            "fork" => Fork(head, fields["fork"]!, scope),
            "switch" => Switch(head, fields["switch"]!, scope, siblings),
            "try" => Try(head, fields, scope),
            "raise" => Raise(head, fields["raise"]!, scope),
            "emit" => Emit(head, fields["emit"]!, scope),
            "listen" => Listen(head, fields, scope),
            "run" => Run(head, fields["run"]!, scope),
            _ => Duration(fields["wait"]!, "wait", scope) is { } duration ? new TaskDefinition.Wait(head, duration) : null,
        };
    }

    private TaskHead Head(string name, string kind, Fields fields, Scope scope, IReadOnlyCollection<string>? siblings)
    {
        var condition = fields["if"] is { } i ? BareExpression(i, "if", scope.ForTaskStart) : null;
        var input = Step(fields["input"], "input", "from", scope.ForTaskStart);
        var output = Step(fields["output"], "output", "as", scope.ForTaskOutput);
        var export = Step(fields["export"], "export", "as", scope.ForTaskExport);
        var timeout = fields["timeout"] is { } t ? Timeout(t, scope.ForTaskStart.With("input")) : null;
        var then = fields["then"] is { } thenSpot ? Then(thenSpot, siblings) : null;
        var repeatable = fields["metadata"] is { } metadata && Repeatable(metadata);
        return new TaskHead(
            name, fields.Spot.Pointer, kind, condition, input, output, export, timeout, then == FlowDirective.Continue ? null : then, repeatable, fields.Spot.Node.ToJson());
    }

    private string? Then(Spot spot, IReadOnlyCollection<string>? siblings)
    {
        var then = Fields.TextOf(spot, "then", problems);
        if (then is not null && !FlowDirective.IsWord(then) && !(siblings ?? []).Contains(then))
        {
            var known = siblings ?? [];
            problems.Add("language.unknown_task",
                known.Count == 0
                    ? $"`then: {then}`: only continue, exit and end can stand here."
                    : $"`then: {then}` names no task of this list.{Suggestion.For(then, [.. known, "continue", "exit", "end"])} It can be continue, exit, end or a task beside this one.",
                spot);
        }

        return then;
    }

    /// <summary>Reads <c>metadata.jarvis</c>; everything else in metadata is the author's own.</summary>
    private bool Repeatable(Spot spot)
    {
        if (Fields.Of(spot, problems, "`metadata`", null) is not { } metadata
            || metadata["jarvis"] is not { } jarvis
            || Fields.Of(jarvis, problems, "`metadata.jarvis`", ["repeatable"]) is not { } own)
        {
            return false;
        }

        return own.Boolean("repeatable") ?? false;
    }

    private TaskDefinition.Set? SetTask(TaskHead head, Spot spot, Scope scope)
    {
        var wellFormed = spot.Node is MapNode { Entries.Count: > 0 }
            || (spot.Node is ScalarNode { Value: JsonString s } && Enclosed(s.Value) is not null);
        if (!wellFormed)
        {
            problems.Add("language.wrong_type", $"`set` must be an object with at least one property, or one expression ${{ … }}, not {spot.Node.Described}.", spot);
            return null;
        }

        return Value(spot, scope) is { } value ? new TaskDefinition.Set(head, value) : null;
    }

    private TaskDefinition.For? For(TaskHead head, Fields fields, Scope scope)
    {
        var loop = Fields.Of(fields["for"]!, problems, "`for`", ["each", "in", "at"]);
        var each = loop is null ? null : Variable(loop, "each") ?? "item";
        var at = loop is null ? null : Variable(loop, "at") ?? "index";
        var inside = each is null || at is null ? scope : scope.With(each, at);
        var source = loop?.Required("in", "`for`") is { } i ? BareExpression(i, "in", scope) : null;
        var condition = fields["while"] is { } w ? BareExpression(w, "while", inside) : null;
        var tasks = fields.Required("do", $"The task `{head.Name}`") is { } doSpot ? Tasks(doSpot, "do", inside) : null;
        return each is null || at is null || source is null || tasks is null ? null : new TaskDefinition.For(head, each, at, source, condition, tasks);
    }

    /// <summary>A name for a variable of expressions, without <c>$</c>.</summary>
    private string? Variable(Fields fields, string name)
    {
        if (fields.Text(name) is not { } text)
        {
            return null;
        }

        if (text.Length is 0 or > 64 || char.IsAsciiDigit(text[0]) || !text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            problems.Add("language.invalid_value", $"`{name}: {text}` must be a variable's name: letters, digits and _, without $.", fields[name]!);
            return null;
        }

        if (Scope.Task.ForTaskExport.Arguments.Contains(text))
        {
            problems.Add("language.invalid_value", $"`{name}: {text}` would hide ${text}, which the DSL defines. Choose another name.", fields[name]!);
            return null;
        }

        return text;
    }

    private TaskDefinition.Fork? Fork(TaskHead head, Spot spot, Scope scope)
    {
        if (Fields.Of(spot, problems, "`fork`", ["branches", "compete"], fix: "fork: { branches: … }") is not { } fields)
        {
            return null;
        }

        var compete = fields.Boolean("compete") ?? false;
        return fields.Required("branches", "`fork`") is { } branches && Tasks(branches, "branches", scope, jumps: false) is { } tasks
            ? new TaskDefinition.Fork(head, tasks, compete)
            : null;
    }

    private TaskDefinition.Switch? Switch(TaskHead head, Spot spot, Scope scope, IReadOnlyCollection<string>? siblings)
    {
        if (spot.Node is not ListNode { Items.Count: > 0 } list)
        {
            problems.Add("language.wrong_type", $"`switch` must be a list of at least one case (`- name: {{when, then}}`), not {spot.Node.Described}.", spot);
            return null;
        }

        var cases = ImmutableArray.CreateBuilder<SwitchCase>();
        string? standard = null;
        for (var i = 0; i < list.Items.Count; i++)
        {
            var item = spot.Child(i, list.Items[i]);
            if (item.Node is not MapNode { Entries.Count: 1 } map)
            {
                problems.Add("language.wrong_type", "An entry of `switch` is one case: its name and, below it, `when` and `then`.", item);
                continue;
            }

            var (key, content) = map.Entries[0];
            if (Fields.Of(item.Child(key.Text, content), problems, $"The case `{key.Text}`", ["when", "then"]) is not { } fields)
            {
                continue;
            }

            var when = fields["when"] is { } w ? BareExpression(w, "when", scope) : null;
            var then = fields.Required("then", $"The case `{key.Text}`") is { } t ? Then(t, siblings) : null;
            if (fields["when"] is null)
            {
                if (standard is not null)
                {
                    problems.Add("language.invalid_value", $"The cases `{standard}` and `{key.Text}` both have no `when`; only one default case is possible.", fields.Spot);
                }

                standard ??= key.Text;
            }

            if (then is not null)
            {
                cases.Add(new SwitchCase(key.Text, when, then));
            }
        }

        return new TaskDefinition.Switch(head, cases.ToImmutable());
    }

    private TaskDefinition.Try? Try(TaskHead head, Fields fields, Scope scope)
    {
        var tasks = Tasks(fields["try"]!, "try", scope);
        if (fields.Required("catch", $"The task `{head.Name}`") is not { } catchSpot
            || Fields.Of(catchSpot, problems, "`catch`", ["errors", "as", "when", "exceptWhen", "retry", "do"], fix: "catch: { do: … }") is not { } parts)
        {
            return null;
        }

        var variable = Variable(parts, "as") ?? "error";
        var inside = scope.With(variable);
        var filter = parts["errors"] is { } e ? Filter(e) : null;
        var when = parts["when"] is { } w ? BareExpression(w, "when", inside) : null;
        var exceptWhen = parts["exceptWhen"] is { } x ? BareExpression(x, "exceptWhen", inside) : null;
        var retry = parts["retry"] is { } r ? Retry(r, inside) : null;
        var handler = parts["do"] is { } d ? Tasks(d, "do", inside) : null;
        return tasks is null ? null : new TaskDefinition.Try(head, tasks, new CatchClause(filter, variable, when, exceptWhen, retry, handler));
    }

    private ErrorFilter? Filter(Spot spot)
    {
        if (Fields.Of(spot, problems, "`errors`", ["with"]) is not { } errorsFields
            || errorsFields["with"] is not { } with
            || Fields.Of(with, problems, "`errors.with`", [.. ErrorParts, "details"]) is not { } fields)
        {
            return null;
        }

        if (fields.All.Count == 0)
        {
            problems.Add("language.missing", "`errors.with` is empty. Name what to catch, or leave `errors` out to catch every error.", with);
        }

        return new ErrorFilter(fields.Text("type"), fields.Integer("status", 100, 599), fields.Text("title"), fields.Text("detail") ?? fields.Text("details"), fields.Text("instance"));
    }

    private TaskDefinition.Raise? Raise(TaskHead head, Spot spot, Scope scope)
    {
        if (Fields.Of(spot, problems, "`raise`", ["error"], fix: "raise: { error: … }") is not { } fields || fields.Required("error", "`raise`") is not { } errorSpot)
        {
            return null;
        }

        var error = errorSpot.Node is ScalarNode { Value: JsonString reference }
            ? Referenced(errors, reference.Value, errorSpot, "error", "use.errors")
            : Error(errorSpot, scope);
        return error is null ? null : new TaskDefinition.Raise(head, error);
    }
}
