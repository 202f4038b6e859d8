using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>
/// Turns located nodes into a <see cref="Definition"/> and gathers every problem on the way: a part that cannot be read is left out
/// and the rest is still checked.
/// </summary>
internal sealed partial class DefinitionReader(string source, ValidationContext context, ProblemList problems)
{
    private static readonly string[] TopLevel = ["document", "input", "use", "do", "timeout", "output", "evaluate"];
    private static readonly string[] UseParts = ["authentications", "errors", "extensions", "functions", "retries", "secrets", "timeouts"];

    private static readonly string[] Extendable =
        ["call", Extension.Composite, "do", "emit", "for", "fork", "listen", "raise", "run", "set", "switch", "try", "wait", Extension.All];

    private readonly string[] lines = source.Split('\n');
    private readonly Dictionary<string, FunctionDescription> functions = context.Functions.ToDictionary(f => f.Name, StringComparer.Ordinal);
    private readonly Dictionary<string, JsonSchema?> parameterSchemas = new(StringComparer.Ordinal);

    private ExpressionLanguage language;
    private bool loose;
    private ImmutableHashSet<string> secrets = [];
    private ImmutableDictionary<string, Authentication?> authentications = ImmutableDictionary<string, Authentication?>.Empty;
    private ImmutableDictionary<string, ErrorTemplate?> errors = ImmutableDictionary<string, ErrorTemplate?>.Empty;
    private ImmutableDictionary<string, RetryPolicy?> retries = ImmutableDictionary<string, RetryPolicy?>.Empty;
    private ImmutableDictionary<string, DurationTemplate?> timeouts = ImmutableDictionary<string, DurationTemplate?>.Empty;
    private ImmutableHashSet<string> definedFunctions = [];

    public Definition? Read(Spot root, string hash)
    {
        if (root.Node is MapNode map && map.Entries.FirstOrDefault(e => e.Key.Text is "specVersion" or "states")?.Key is { } old)
        {
            problems.Add("language.not_supported",
                $"This is a workflow of the specification's version 0.8 or older (`{old.Text}`). Jarvis runs version 1.0: `document:` and `do:` take the place of `states:`.", old.Line, old.Column, $"/{old.Text}");
            return null;
        }

        var fields = Fields.Of(root, problems, "A workflow", TopLevel, ["schedule"]);
        if (fields is null)
        {
            return null;
        }

        var document = fields.Required("document", "A workflow") is { } documentSpot ? Document(documentSpot) : null;
        if (fields["evaluate"] is { } evaluate)
        {
            Evaluate(evaluate);
        }

        var use = fields["use"] is { } useSpot ? Use(useSpot) : new UseSection([], ImmutableDictionary<string, TaskDefinition>.Empty, []);
        var input = Step(fields["input"], "input", "from", Scope.WorkflowInput);
        var output = Step(fields["output"], "output", "as", Scope.WorkflowOutput);
        var timeout = fields["timeout"] is { } t ? Timeout(t, Scope.WorkflowOutput) : null;
        var tasks = fields.Required("do", "A workflow") is { } doSpot ? Tasks(doSpot, "do", Scope.Task) : null;
        return document is null || tasks is null
            ? null
            : new Definition(document, input, output, use, tasks, timeout, root.Node.ToJson(), hash);
    }

    private DocumentSection? Document(Spot spot)
    {
        var fields = Fields.Of(spot, problems, "`document`", ["dsl", "namespace", "name", "version", "title", "summary", "tags", "metadata"]);
        if (fields is null)
        {
            return null;
        }

        var dsl = fields.RequiredText("dsl", "`document`");
        if (dsl is not null && !SupportedDsl().IsMatch(dsl))
        {
            problems.Add("language.not_supported", $"`dsl: {dsl}` is not a version that Jarvis runs. Write a version of 1.0, such as '1.0.3'.", fields["dsl"]!);
        }

        var name = Label(fields, "name");
        var space = Label(fields, "namespace");
        var version = fields.RequiredText("version", "`document`");
        if (version is not null && !SemanticVersion().IsMatch(version))
        {
            problems.Add("language.invalid_value", $"`version: {version}` is not a semantic version. Write three numbers, such as '1.0.0'.", fields["version"]!);
        }

        Spot? tags = fields["tags"];
        if (tags is { } tagSpot)
        {
            _ = Fields.Of(tagSpot, problems, "`tags`", null);
        }

        Spot? metadata = fields["metadata"];
        if (metadata is { } metadataSpot)
        {
            _ = Fields.Of(metadataSpot, problems, "`metadata`", null);
        }

        var title = fields.Text("title");
        var summary = fields.Text("summary");
        return dsl is null || name is null || space is null || version is null
            ? null
            : new DocumentSection(dsl, space, name, version, title, summary, tags?.Node.ToJson() ?? JsonObject.Empty, metadata?.Node.ToJson() ?? JsonObject.Empty);
    }

    private string? Label(Fields fields, string name)
    {
        var text = fields.RequiredText(name, "`document`");
        if (text is not null && !LabelForm().IsMatch(text))
        {
            problems.Add("language.invalid_value",
                $"`{name}: {text}` must be 1 to 63 letters, digits and hyphens, with a letter or digit at both ends.", fields[name]!);
        }

        return text;
    }

    private void Evaluate(Spot spot)
    {
        if (Fields.Of(spot, problems, "`evaluate`", ["language", "mode"]) is not { } fields)
        {
            return;
        }

        switch (fields.Text("language"))
        {
            case null or "jq":
                break;
            case "javascript" or "js":
                language = ExpressionLanguage.JavaScript;
                break;
            case { } other:
                problems.Add("language.not_supported", $"The expression language `{other}` is not supported. Use jq or javascript.", fields["language"]!);
                break;
        }

        switch (fields.Text("mode"))
        {
            case null or "strict":
                break;
            case "loose":
                loose = true;
                break;
            case { } other:
                problems.Add("language.invalid_value", $"`mode: {other}` is none of strict, loose.{Suggestion.For(other, ["strict", "loose"])}", fields["mode"]!);
                break;
        }
    }

    private UseSection Use(Spot spot)
    {
        var none = ImmutableDictionary<string, TaskDefinition>.Empty;
        if (Fields.Of(spot, problems, "`use`", UseParts, ["catalogs"]) is not { } fields)
        {
            return new UseSection([], none, []);
        }

        var named = fields["secrets"] is { } secretsSpot ? Secrets(secretsSpot) : [];
        secrets = [.. named];
        authentications = Named(fields, "authentications", child => Authentication(child, Scope.Task));
        errors = Named(fields, "errors", child => Error(child, Scope.Task));
        timeouts = Named(fields, "timeouts", child => TimeoutBody(child, Scope.Task));
        retries = Named(fields, "retries", child => Retry(child, Scope.Task.With("error")));
        if (fields["functions"] is not { } functionsSpot || Fields.Of(functionsSpot, problems, "`use.functions`", null) is not { } defined)
        {
            return new UseSection(named, none, fields["extensions"] is { } only ? Extensions(only) : []);
        }

        definedFunctions = [.. defined.All.Keys];
        var tasks = none.ToBuilder();
        foreach (var (name, child) in defined.All)
        {
            if (Task(name, child, Scope.Task, null) is { } task)
            {
                tasks[name] = task;
            }
        }

        RefuseCycles(tasks, defined);
        return new UseSection(named, tasks.ToImmutable(), fields["extensions"] is { } extensions ? Extensions(extensions) : []);
    }

    private ImmutableArray<Extension> Extensions(Spot spot)
    {
        if (spot.Node is not ListNode list)
        {
            problems.Add("language.wrong_type", $"`use.extensions` must be a list (`- name:` and its content), not {spot.Node.Described}.", spot);
            return [];
        }

        var read = ImmutableArray.CreateBuilder<Extension>();
        for (var i = 0; i < list.Items.Count; i++)
        {
            var item = spot.Child(i, list.Items[i]);
            if (item.Node is not MapNode { Entries.Count: 1 } map)
            {
                problems.Add("language.wrong_type", "An entry of `use.extensions` is one extension: its name and, below it, its content.", item);
                continue;
            }

            var (key, content) = map.Entries[0];
            if (Fields.Of(item.Child(key.Text, content), problems, $"The extension `{key.Text}`", ["extend", "when", "before", "after"]) is not { } fields)
            {
                continue;
            }

            var extend = fields.RequiredText("extend", $"The extension `{key.Text}`");
            if (extend is not null && !Extendable.Contains(extend))
            {
                problems.Add("language.invalid_value", $"`extend: {extend}` is none of {string.Join(", ", Extendable)}.{Suggestion.For(extend, Extendable)}", fields["extend"]!);
                continue;
            }

            var when = fields["when"] is { } w ? BareExpression(w, "when", Scope.Task) : null;
            var before = fields["before"] is { } b ? Tasks(b, "before", Scope.Task) : null;
            var after = fields["after"] is { } a ? Tasks(a, "after", Scope.Task) : null;
            if (extend is not null)
            {
                read.Add(new Extension(key.Text, extend, when, before, after));
            }
        }

        return read.ToImmutable();
    }

    private ImmutableArray<string> Secrets(Spot spot)
    {
        if (spot.Node is not ListNode list)
        {
            problems.Add("language.wrong_type", $"`use.secrets` must be a list of names, not {spot.Node.Described}.", spot);
            return [];
        }

        var names = ImmutableArray.CreateBuilder<string>();
        for (var i = 0; i < list.Items.Count; i++)
        {
            var child = spot.Child(i, list.Items[i]);
            if (Fields.TextOf(child, "secrets", problems) is { } name)
            {
                names.Add(name);
            }
        }

        return names.ToImmutable();
    }

    /// <summary>A name/value mapping; a value that could not be read keeps its name, so that references to it are no second problem.</summary>
    private ImmutableDictionary<string, T?> Named<T>(Fields use, string part, Func<Spot, T?> read) where T : class
    {
        var named = ImmutableDictionary.CreateBuilder<string, T?>(StringComparer.Ordinal);
        if (use[part] is { } spot && Fields.Of(spot, problems, $"`use.{part}`", null) is { } fields)
        {
            foreach (var (name, child) in fields.All)
            {
                named[name] = read(child);
            }
        }

        return named.ToImmutable();
    }

    /// <summary>A defined function may call another, but never, over any way, itself.</summary>
    private void RefuseCycles(ImmutableDictionary<string, TaskDefinition>.Builder tasks, Fields defined)
    {
        var calls = tasks.ToDictionary(
            pair => pair.Key,
            pair => TaskTree.Of(pair.Value).OfType<TaskDefinition.CallDefined>().Select(call => call.Function).ToHashSet(StringComparer.Ordinal),
            StringComparer.Ordinal);
        foreach (var name in tasks.Keys)
        {
            var reached = new HashSet<string>(StringComparer.Ordinal);
            var open = new Queue<string>(calls[name]);
            while (open.TryDequeue(out var next))
            {
                if (reached.Add(next) && calls.TryGetValue(next, out var further))
                {
                    foreach (var one in further)
                    {
                        open.Enqueue(one);
                    }
                }
            }

            if (reached.Contains(name))
            {
                problems.Add("language.recursion", $"The function `{name}` calls itself, directly or through another. Use `run: workflow` for repetition.", defined[name]!);
            }
        }
    }

    [GeneratedRegex(@"^1\.0\.(0|[1-9]\d{0,5})(-[0-9A-Za-z.-]{1,64})?$", RegexOptions.CultureInvariant)]
    private static partial Regex SupportedDsl();

    [GeneratedRegex(@"^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$", RegexOptions.CultureInvariant)]
    private static partial Regex LabelForm();

    // Its length is bounded, and each part begins with a character that the one before cannot hold, so that matching it costs little.
    [GeneratedRegex(
        @"^(?=.{1,128}$)(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(-(0|[1-9]\d{0,8}|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d{0,8}|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex SemanticVersion();
}
