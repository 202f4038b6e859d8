using System.Collections.Immutable;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>The parts that tasks and workflow share: data steps, schemas, durations, time-outs, errors, retries.</summary>
internal sealed partial class DefinitionReader
{
    private static readonly string[] ErrorParts = ["type", "status", "title", "detail", "instance"];

    private DataStep Step(Spot? spot, string name, string verb, Scope scope)
    {
        if (spot is not { } at || Fields.Of(at, problems, $"`{name}`", ["schema", verb], fix: $"{name}: {{ {verb}: … }}") is not { } fields)
        {
            return DataStep.None;
        }

        var schema = fields["schema"] is { } schemaSpot ? Schema(schemaSpot) : null;
        Template? transform = null;
        if (fields[verb] is { } how)
        {
            transform = how.Node switch
            {
                ScalarNode { Value: JsonString } => BareExpression(how, verb, scope) is { } e ? new Template.Computed(e) : null,
                MapNode => Value(how, scope),
                _ => Refuse(how, $"`{name}.{verb}` must be an expression or an object, not {how.Node.Described}."),
            };
        }

        return new DataStep(schema, transform);

        Template? Refuse(Spot where, string message)
        {
            problems.Add("language.wrong_type", message, where);
            return null;
        }
    }

    private JsonSchema? Schema(Spot spot)
    {
        if (Fields.Of(spot, problems, "`schema`", ["format", "document"], ["resource"]) is not { } fields)
        {
            return null;
        }

        if (fields.Text("format") is { } format && format != "json" && !format.StartsWith("json:", StringComparison.Ordinal))
        {
            problems.Add("language.not_supported", $"The schema format `{format}` is not supported. Use json.", fields["format"]!);
        }

        if (fields["resource"] is not null || fields.Required("document", "`schema`") is not { } document)
        {
            return null;
        }

        var schema = JsonSchema.Compile(document.Node.ToJson(), out var wrong);
        foreach (var problem in wrong)
        {
            problems.Add("language.schema", problem.Message, Find(document, problem.Pointer));
        }

        return schema;
    }

    /// <summary>The place of a pointer below a spot, or the nearest place above it that exists.</summary>
    private static Spot Find(Spot spot, string pointer)
    {
        foreach (var segment in pointer.Split('/').Skip(1))
        {
            var name = JsonPointer.Unescape(segment);
            var child = spot.Node switch
            {
                MapNode map => map.Entries.Where(e => e.Key.Text == name).Select(e => (SourceNode?)e.Value).FirstOrDefault(),
                ListNode list when int.TryParse(name, out var i) && i >= 0 && i < list.Items.Count => list.Items[i],
                _ => null,
            };
            if (child is null)
            {
                return spot;
            }

            spot = spot.Child(name, child);
        }

        return spot;
    }

    private DurationTemplate? Duration(Spot spot, string name, Scope scope)
    {
        if (spot.Node is ScalarNode { Value: JsonString } scalar && Enclosed(scalar.Text) is not null)
        {
            return BareExpression(spot, name, scope) is { } expression ? new DurationTemplate.Computed(expression) : null;
        }

        if (spot.Node is MapNode && Fields.Of(spot, problems, $"The duration `{name}`", Durations.Units) is { } fields)
        {
            if (fields.All.Keys.Except(Durations.Units).Any())
            {
                return null;
            }

            foreach (var (unit, child) in fields.All)
            {
                if (child.Node is not ScalarNode { Value: JsonNumber { Value: >= 0 } n } || n.Value != Math.Truncate(n.Value))
                {
                    problems.Add("language.wrong_type", $"`{unit}` in the duration `{name}` must be a whole number from 0.", child);
                    return null;
                }
            }
        }

        if (Durations.TryRead(spot.Node.ToJson(), out var duration, out var why))
        {
            return new DurationTemplate.Fixed(duration);
        }

        problems.Add("language.invalid_value", $"`{name}`: {why}", spot);
        return null;
    }

    private DurationTemplate? Timeout(Spot spot, Scope scope)
    {
        if (spot.Node is not ScalarNode { Value: JsonString reference })
        {
            return TimeoutBody(spot, scope);
        }

        return Referenced(timeouts, reference.Value, spot, "time-out", "use.timeouts");
    }

    private DurationTemplate? TimeoutBody(Spot spot, Scope scope) =>
        Fields.Of(spot, problems, "`timeout`", ["after"], fix: "timeout: { after: … }") is { } fields && fields.Required("after", "`timeout`") is { } after
            ? Duration(after, "after", scope)
            : null;

    private T? Referenced<T>(ImmutableDictionary<string, T?> named, string name, Spot spot, string what, string where) where T : class
    {
        if (named.TryGetValue(name, out var found))
        {
            return found;
        }

        problems.Add("language.unknown_reference", $"There is no {what} `{name}` in `{where}`.{Suggestion.For(name, named.Keys)} Define it there, or write it inline.", spot);
        return null;
    }

    private ErrorTemplate? Error(Spot spot, Scope scope)
    {
        if (Fields.Of(spot, problems, "An error", ErrorParts) is not { } fields)
        {
            return null;
        }

        var type = fields.Required("type", "An error") is { } typeSpot ? TextOrExpression(typeSpot, "type", scope) : null;
        Template? status = null;
        if (fields.Required("status", "An error") is { } statusSpot)
        {
            if (statusSpot.Node is ScalarNode { Value: JsonString } text && Enclosed(text.Text) is not null)
            {
                status = Value(statusSpot, scope);
            }
            else if (fields.Integer("status", 100, 599) is { } number)
            {
                status = new Template.Literal(number);
            }
        }

        var title = fields["title"] is { } t ? TextOrExpression(t, "title", scope) : null;
        var detail = fields["detail"] is { } d ? TextOrExpression(d, "detail", scope) : null;
        var instance = fields["instance"] is { } i ? TextOrExpression(i, "instance", scope) : null;
        return type is null || status is null ? null : new ErrorTemplate(type, status, title, detail, instance);
    }

    private RetryPolicy? Retry(Spot spot, Scope scope)
    {
        if (spot.Node is ScalarNode { Value: JsonString reference })
        {
            return Referenced(retries, reference.Value, spot, "retry policy", "use.retries");
        }

        if (Fields.Of(spot, problems, "`retry`", ["when", "exceptWhen", "delay", "backoff", "limit", "jitter"]) is not { } fields)
        {
            return null;
        }

        var when = fields["when"] is { } w ? BareExpression(w, "when", scope) : null;
        var exceptWhen = fields["exceptWhen"] is { } x ? BareExpression(x, "exceptWhen", scope) : null;
        var delay = fields["delay"] is { } d ? Duration(d, "delay", scope) : null;
        var backoff = fields["backoff"] is { } b ? BackoffOf(b) : Backoff.Constant;
        int? attempts = null;
        DurationTemplate? attemptDuration = null, duration = null, jitterFrom = null, jitterTo = null;
        if (fields["limit"] is { } limit && Fields.Of(limit, problems, "`limit`", ["attempt", "duration"]) is { } limits)
        {
            duration = limits["duration"] is { } whole ? Duration(whole, "duration", scope) : null;
            if (limits["attempt"] is { } attempt && Fields.Of(attempt, problems, "`attempt`", ["count", "duration"], fix: "attempt: { count: … }") is { } attemptFields)
            {
                attempts = attemptFields.Integer("count", 0, RetryPolicy.MaxRetries);
                attemptDuration = attemptFields["duration"] is { } one ? Duration(one, "duration", scope) : null;
            }
        }

        if (fields["jitter"] is { } jitter && Fields.Of(jitter, problems, "`jitter`", ["from", "to"]) is { } range)
        {
            jitterFrom = range.Required("from", "`jitter`") is { } from ? Duration(from, "from", scope) : null;
            jitterTo = range.Required("to", "`jitter`") is { } to ? Duration(to, "to", scope) : null;
        }

        return new RetryPolicy(when, exceptWhen, delay, backoff, attempts, attemptDuration, duration, jitterFrom, jitterTo);
    }

    private Backoff BackoffOf(Spot spot)
    {
        if (Fields.Of(spot, problems, "`backoff`", ["constant", "linear", "exponential"], fix: "backoff: { exponential: {} }") is not { } fields || fields.All.Count == 0)
        {
            return Backoff.Constant;
        }

        if (fields.All.Count > 1)
        {
            problems.Add("language.invalid_value", "`backoff` takes one of constant, linear, exponential; keep one.", spot);
        }

        var (name, child) = fields.All.First();
        if (child.Node is MapNode { Entries.Count: > 0 })
        {
            _ = Fields.Of(child, problems, $"`backoff.{name}`", []);
        }

        return name switch { "linear" => Backoff.Linear, "exponential" => Backoff.Exponential, _ => Backoff.Constant };
    }
}
