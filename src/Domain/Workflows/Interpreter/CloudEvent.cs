using System.Globalization;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>CloudEvents 1.0 in their JSON form, as workflows emit them.</summary>
internal static class CloudEvent
{
    /// <summary>The longest name of an attribute, in characters (the specification asks for no more than 20; some use more).</summary>
    private const int MaxNameCharacters = 64;

    private static readonly string[] First = ["specversion", "id", "source", "type", "time", "subject", "datacontenttype", "dataschema"];

    /// <summary>Why an attribute cannot have that value, as the rest of a sentence; null where it can.</summary>
    public static string? Refuse(string name, Json value)
    {
        if (name == "data")
        {
            return null;
        }

        if (name.Length is 0 or > MaxNameCharacters || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)))
        {
            return "cannot be the name of an attribute: CloudEvents takes lower-case letters and digits only. Put it into `data`.";
        }

        return (name, value) switch
        {
            ("specversion", not JsonString { Value: "1.0" }) => "must be '1.0'.",
            ("id" or "source" or "type" or "subject", not JsonString { Value.Length: > 0 }) => "must be a text that is not empty.",
            ("source", JsonString text) when !Uri.IsWellFormedUriString(text.Value, UriKind.RelativeOrAbsolute) => "must be a URI, such as https://example.com/orders.",
            ("dataschema", not JsonString) => "must be an absolute URI.",
            ("dataschema", JsonString text) when !Uri.IsWellFormedUriString(text.Value, UriKind.Absolute) => "must be an absolute URI.",
            ("datacontenttype", not JsonString { Value.Length: > 0 }) => "must be a media type, such as application/json.",
            ("time", not JsonString) => "must be a date and time, such as 2026-01-31T12:00:00Z.",
            ("time", JsonString text) when !IsTime(text.Value) => "must be a date and time, such as 2026-01-31T12:00:00Z.",
            (_, JsonArray or JsonObject) => "must be a text, a number, true or false; only `data` can be more.",
            _ => null,
        };
    }

    /// <param name="attributes">As the workflow gives them; those that are null are left out.</param>
    /// <param name="id">For an event that has none.</param>
    /// <param name="time">For an event that has none.</param>
    /// <exception cref="WorkflowFaultException">They make no CloudEvent (validation).</exception>
    public static JsonObject Of(JsonObject attributes, string id, DateTimeOffset time)
    {
        var given = new Dictionary<string, Json>(StringComparer.Ordinal);
        foreach (var (name, value) in attributes.Members.Where(m => m.Value is not JsonNull || m.Key == "data"))
        {
            if (Refuse(name, value) is { } reason)
            {
                throw new WorkflowFaultException(Fault.Validation($"`{name}` of the event {reason}"));
            }

            given[name] = value;
        }

        foreach (var required in (string[])["source", "type"])
        {
            if (!given.ContainsKey(required))
            {
                throw new WorkflowFaultException(Fault.Validation($"The event has no `{required}`."));
            }
        }

        given["specversion"] = "1.0";
        given.TryAdd("id", id);
        given.TryAdd("time", time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        var order = First.Where(given.ContainsKey).Concat(given.Keys.Except(First).Where(name => name != "data")).Concat(given.Keys.Where(name => name == "data"));
        return new JsonObject(order.Select(name => KeyValuePair.Create(name, given[name])));
    }

    private static bool IsTime(string text) =>
        text.Contains('T', StringComparison.OrdinalIgnoreCase)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _);
}
