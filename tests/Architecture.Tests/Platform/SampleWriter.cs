using System.Text.Json;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Architecture.Tests.Platform;

/// <summary>
/// Writes the first stored sample of an event that has none (run the tests once with JARVIS_WRITE_EVENT_SAMPLES=1 and
/// commit the file). A sample that exists is never written again: it is what stores out there hold.
/// </summary>
internal static class SampleWriter
{
    private static readonly DateTimeOffset Time = new(2026, 3, 1, 8, 30, 0, TimeSpan.Zero);
    private static readonly Guid Id = Guid.Parse("0195527b-9d40-7000-8000-000000000001");
    private static readonly JsonSerializerOptions Indented = new(EventJson.Stored) { WriteIndented = true };

    public static bool Asked => Environment.GetEnvironmentVariable("JARVIS_WRITE_EVENT_SAMPLES") == "1";

    public static string Sample(Type type) => JsonSerializer.Serialize(Make(type), type, Indented) + "\n";

    private static object Make(Type type)
    {
        var actual = Nullable.GetUnderlyingType(type) ?? type;
        return actual switch
        {
            _ when actual == typeof(string) => "text",
            _ when actual == typeof(Guid) => Id,
            _ when actual == typeof(int) => 1,
            _ when actual == typeof(long) => 1L,
            _ when actual == typeof(double) => 1.5,
            _ when actual == typeof(bool) => true,
            _ when actual == typeof(DateTimeOffset) => Time,
            _ when actual == typeof(TimeSpan) => TimeSpan.FromSeconds(30),
            _ when actual == typeof(Content) => new Content.Sealed(Id, [1, 2, 3]),
            _ when actual == typeof(Json) => Json.Of(("key", "value")),
            _ when actual.IsEnum => Enum.GetValues(actual).GetValue(Enum.GetValues(actual).Length - 1)!,
            _ when ItemOf(actual) is { } item => MakeList(item),
            _ when DictionaryOf(actual) is { } value => MakeDictionary(value),
            _ => MakeRecord(actual),
        };
    }

    private static Type? ItemOf(Type type) =>
        type.IsArray ? type.GetElementType()
        : type.IsGenericType && type.GetGenericTypeDefinition() is { } open
            && (open == typeof(IReadOnlyList<>) || open == typeof(IReadOnlyCollection<>) || open == typeof(List<>) || open == typeof(IEnumerable<>))
            ? type.GetGenericArguments()[0]
            : null;

    private static Type? DictionaryOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) ? type.GetGenericArguments()[1] : null;

    private static Array MakeList(Type item)
    {
        var list = Array.CreateInstance(item, 1);
        list.SetValue(Make(item), 0);
        return list;
    }

    private static object MakeDictionary(Type value)
    {
        var dictionary = (System.Collections.IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), value))!;
        dictionary["key"] = Make(value);
        return dictionary;
    }

    private static object MakeRecord(Type type)
    {
        var constructor = type.GetConstructors().MaxBy(candidate => candidate.GetParameters().Length)
            ?? throw new InvalidOperationException($"{type} has no public constructor.");
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => Make(parameter.ParameterType))]);
    }
}
