using System.Collections.Concurrent;
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
    /// <summary>Names that were asked for. Looking through all types takes longer than the rest of a short command's start.</summary>
    private static readonly ConcurrentDictionary<Type, string> Asked = new();

    private static readonly Lazy<FrozenDictionary<Type, string>> Names = new(() => typeof(EventNames).Assembly.GetTypes()
        .Select(type => (type, name: NameOf(type)))
        .Where(pair => pair.name is not null)
        .ToFrozenDictionary(pair => pair.type, pair => pair.name!));

    private static readonly Lazy<FrozenDictionary<string, Type>> Types =
        new(() => Names.Value.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal));

    public static IReadOnlyDictionary<Type, string> All => Names.Value;

    /// <exception cref="ArgumentException">The type is not an event.</exception>
    public static string Of(Type eventType) =>
        Asked.GetOrAdd(eventType, type => NameOf(type) ?? throw new ArgumentException($"{type} has no event name.", nameof(eventType)));

    /// <summary>The event type of that name; null for one that is not known here.</summary>
    public static Type? TypeOf(string name) => Types.Value.GetValueOrDefault(name);

    private static string? NameOf(Type type) => type.GetCustomAttribute<EventNameAttribute>()?.Name;
}
