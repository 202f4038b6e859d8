using System.Collections.Immutable;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>Tasks about events: <c>emit</c> and <c>listen</c>.</summary>
internal sealed partial class DefinitionReader
{
    private static readonly string[] Quorums = ["one", "any", "all"];

    private TaskDefinition.Emit? Emit(TaskHead head, Spot spot, Scope scope)
    {
        if (Fields.Of(spot, problems, "`emit`", ["event"]) is not { } fields
            || fields.Required("event", "`emit`") is not { } eventSpot
            || Fields.Of(eventSpot, problems, "`event`", ["with"]) is not { } eventFields
            || eventFields.Required("with", "`event`") is not { } with
            || Fields.Of(with, problems, "`event.with`", null) is not { } attributes)
        {
            return null;
        }

        attributes.Required("source", "`event.with`");
        attributes.Required("type", "`event.with`");
        CheckAttributes(attributes);
        return Value(with, scope) is { } value ? new TaskDefinition.Emit(head, value) : null;
    }

    /// <summary>Attributes whose values stand in the definition itself must be as CloudEvents wants them.</summary>
    private void CheckAttributes(Fields attributes)
    {
        foreach (var (name, spot) in attributes.All)
        {
            if (spot.Node is ScalarNode { Value: JsonString text } && Enclosed(text.Value) is not null)
            {
                continue;
            }

            if (CloudEvent.Refuse(name, spot.Node.ToJson()) is { } reason)
            {
                problems.Add("language.invalid_value", $"`{name}` of an event {reason}", spot);
            }
        }
    }

    private TaskDefinition.Listen? Listen(TaskHead head, Fields task, Scope scope)
    {
        var iterator = task["foreach"] is { } each ? Iterator(each, scope) : null;
        if (Fields.Of(task["listen"]!, problems, "`listen`", ["to", "read"]) is not { } fields)
        {
            return null;
        }

        var read = fields.Word<EventPart>("read") ?? EventPart.Data;
        return fields.Required("to", "`listen`") is { } to && Strategy(to, "`to`", scope, mayEnd: true) is { } strategy && (task["foreach"] is null || iterator is not null)
            ? new TaskDefinition.Listen(head, strategy, read, iterator)
            : null;
    }

    /// <param name="mayEnd">Whether it may say until when; what says so for another one may not.</param>
    private EventStrategy? Strategy(Spot spot, string what, Scope scope, bool mayEnd)
    {
        if (Fields.Of(spot, problems, what, mayEnd ? ["one", "any", "all", "until"] : ["one", "any", "all"]) is not { } fields)
        {
            return null;
        }

        var given = Quorums.Where(name => fields[name] is not null).ToList();
        if (given.Count != 1)
        {
            problems.Add("language.missing", $"{what} must have exactly one of one, any, all.", spot);
            return null;
        }

        var filters = given[0] == "one" ? [Filter(fields["one"]!, scope)] : Filters(fields[given[0]]!, given[0], scope);
        if (given[0] == "all" && filters is [])
        {
            problems.Add("language.missing", "`all` waits for no event. Give it at least one filter.", fields["all"]!);
        }

        Expression? condition = null;
        EventStrategy? consumed = null;
        if (fields["until"] is { } until)
        {
            if (given[0] != "any")
            {
                problems.Add("language.invalid_value", $"`until` belongs to `any`; with `{given[0]}` it has no meaning. Remove it.", until);
            }
            else if (until.Node is MapNode)
            {
                consumed = Strategy(until, "`until`", scope, mayEnd: false);
            }
            else
            {
                condition = BareExpression(until, "until", scope);
            }

            if (condition is null && consumed is null)
            {
                return null;
            }
        }

        return filters is null || filters.Contains(null)
            ? null
            : new EventStrategy(
                given[0] switch { "one" => EventQuorum.One, "any" => EventQuorum.Any, _ => EventQuorum.All }, [.. filters!], condition, consumed);
    }

    private List<EventFilter?>? Filters(Spot spot, string name, Scope scope)
    {
        if (spot.Node is ListNode list)
        {
            return [.. list.Items.Select((item, i) => Filter(spot.Child(i, item), scope))];
        }

        problems.Add("language.wrong_type", $"`{name}` must be a list of event filters, not {spot.Node.Described}.", spot);
        return null;
    }

    private EventFilter? Filter(Spot spot, Scope scope)
    {
        if (Fields.Of(spot, problems, "An event filter", ["with", "correlate"]) is not { } fields
            || fields.Required("with", "An event filter") is not { } with
            || Fields.Of(with, problems, "`with`", null) is not { } attributes)
        {
            return null;
        }

        if (attributes.All.Count == 0)
        {
            problems.Add("language.missing", "`with` names no attribute. Give it at least one, such as type.", with);
        }

        var wanted = attributes.All.Select(one => (Name: one.Key, Value: Value(one.Value, scope))).ToList();
        var correlations = ImmutableArray.CreateBuilder<EventCorrelation>();
        if (fields["correlate"] is { } correlate && Fields.Of(correlate, problems, "`correlate`", null) is { } keys)
        {
            foreach (var (name, key) in keys.All)
            {
                if (Fields.Of(key, problems, $"The correlation `{name}`", ["from", "expect"]) is { } parts
                    && parts.Required("from", $"The correlation `{name}`") is { } from
                    && BareExpression(from, "from", scope) is { } expression)
                {
                    correlations.Add(new EventCorrelation(name, expression, parts["expect"] is { } expect ? Value(expect, scope) : null));
                }
            }
        }

        return wanted.Any(one => one.Value is null) ? null : new EventFilter([.. wanted.Select(one => (one.Name, one.Value!))], correlations.ToImmutable());
    }

    private EventIterator? Iterator(Spot spot, Scope scope)
    {
        if (Fields.Of(spot, problems, "`foreach`", ["item", "at", "do", "output", "export"]) is not { } fields)
        {
            return null;
        }

        var item = Variable(fields, "item") ?? "item";
        var at = Variable(fields, "at") ?? "index";
        var inside = scope.With(item, at);
        var tasks = fields["do"] is { } list ? Tasks(list, "do", inside) : null;
        var output = Step(fields["output"], "output", "as", inside);
        var export = Step(fields["export"], "export", "as", inside);
        return fields["do"] is not null && tasks is null ? null : new EventIterator(item, at, tasks, output, export);
    }
}
