using System.Collections.Frozen;
using System.Reflection;

namespace Jarvis.Domain.Platform;

/// <summary>
/// The one pinned name of an event: its alias in the store and its CloudEvents type on the wire and in exports.
/// It carries the version; a stored event never changes its meaning.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class EventNameAttribute(string name) : Attribute
{
    public string Name => name;
}

/// <summary>Every event of the Domain by name and by type.</summary>
public static class EventNames
{
    private static readonly FrozenDictionary<Type, string> Names = typeof(EventNames).Assembly.GetTypes()
        .Select(type => (type, name: type.GetCustomAttribute<EventNameAttribute>()?.Name))
        .Where(pair => pair.name is not null)
        .ToFrozenDictionary(pair => pair.type, pair => pair.name!);

    private static readonly FrozenDictionary<string, Type> Types = Names.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

    public static IReadOnlyDictionary<Type, string> All => Names;

    public static string Of(Type eventType) => Names[eventType];

    /// <summary>The event type of that name; null for one that is not known here.</summary>
    public static Type? TypeOf(string name) => Types.GetValueOrDefault(name);
}
