using System.Text.RegularExpressions;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>What an event is to a listener: nothing, one that it waits for, or the end of its listening.</summary>
internal enum Heard { Nothing, Wanted, End }

/// <summary>How far one listener is: which of its filters were met, and what its correlations are bound to.</summary>
internal sealed class Hearing(EventStrategy strategy, Frame frame, CancellationToken cancellation)
{
    private readonly bool[] met = new bool[strategy.Filters.Length];
    private readonly Dictionary<string, Json> correlations = new(StringComparer.Ordinal);
    private readonly Hearing? end = strategy.UntilConsumed is { } until ? new Hearing(until, frame, cancellation) : null;
    private bool any;

    public bool IsSatisfied => strategy.Quorum switch
    {
        EventQuorum.All => met.All(one => one),
        EventQuorum.One => met[0],
        _ => any && strategy.Until is null && end is null,
    };

    /// <exception cref="WorkflowFaultException">A filter's expression fails.</exception>
    public Heard Take(Json heard)
    {
        if (heard is not JsonObject cloudEvent)
        {
            return Heard.Nothing;
        }

        if (end is not null && end.Take(heard) == Heard.Wanted)
        {
            return end.IsSatisfied ? Heard.End : Heard.Nothing;
        }

        if (strategy is { Quorum: EventQuorum.Any, Filters.Length: 0 })
        {
            any = true;
            return Heard.Wanted;
        }

        for (var i = 0; i < strategy.Filters.Length; i++)
        {
            if ((strategy.Quorum == EventQuorum.Any || !met[i]) && Matches(strategy.Filters[i], cloudEvent))
            {
                met[i] = any = true;
                return Heard.Wanted;
            }
        }

        return Heard.Nothing;
    }

    private bool Matches(EventFilter filter, JsonObject cloudEvent)
    {
        foreach (var (name, wanted) in filter.With)
        {
            if (!(cloudEvent[name] is { } value && Fits(wanted, value)))
            {
                return false;
            }
        }

        var bound = new Dictionary<string, Json>(StringComparer.Ordinal);
        foreach (var correlation in filter.Correlate)
        {
            var value = frame.Evaluate(correlation.From, cloudEvent, cancellation);
            var expected = correlation.Expect is { } expect ? frame.Evaluate(expect, frame.Input, cancellation) : correlations.GetValueOrDefault(correlation.Name);
            if (value is JsonNull || (expected is not null && !Same(expected, value)))
            {
                return false;
            }

            bound[correlation.Name] = value;
        }

        foreach (var (name, value) in bound)
        {
            correlations.TryAdd(name, value);
        }

        return true;
    }

    /// <summary>
    /// An expression is asked about the attribute's value: true or false decides, anything else must be equal to it. A text is a value or a
    /// regular expression for the whole value. An object asks for the members it names.
    /// </summary>
    private bool Fits(Template wanted, Json value)
    {
        if (wanted is Template.Computed computed)
        {
            var answer = frame.Evaluate(computed.Expression, value, cancellation);
            return answer is JsonBoolean truth ? truth.Value : Same(answer, value);
        }

        return Includes(frame.Evaluate(wanted, frame.Input, cancellation), value);
    }

    private static bool Includes(Json wanted, Json value) => (wanted, value) switch
    {
        (JsonObject few, JsonObject many) => few.Members.All(member => many[member.Key] is { } own && Includes(member.Value, own)),
        (JsonString text, JsonString own) => text.Value == own.Value || IsMatch(text.Value, own.Value),
        _ => Same(wanted, value),
    };

    /// <summary>Numbers and texts are the same where they read the same: attributes of CloudEvents travel as texts.</summary>
    private static bool Same(Json one, Json other) =>
        one.Equals(other) || (one is (JsonString or JsonNumber) && other is (JsonString or JsonNumber) && Read(one) == Read(other));

    private static string Read(Json value) => value is JsonString text ? text.Value : value.ToString();

    private static bool IsMatch(string pattern, string text)
    {
        try
        {
            // Without backtracking its time is bounded by the length of the text.
            return Regex.IsMatch(text, $"^(?:{pattern})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception none) when (none is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
