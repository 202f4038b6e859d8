using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;

namespace Jarvis.Domain.Platform;

/// <summary>
/// The personal content of any event: found and replaced wherever it stands in the record, so that sealing before the
/// store and unsealing after it never has to know an event type.
/// </summary>
public static class Contents
{
    private const int MaxDepth = 4;

    private static readonly ConcurrentDictionary<Type, Func<object, Func<Content, Content>, object>?> Maps = new();

    /// <summary>The same event with every content put through <paramref name="map"/>; the event itself where it has none.</summary>
    public static object Map(object @event, Func<Content, Content> map) =>
        Maps.GetOrAdd(@event.GetType(), static type => Compile(type, 0)) is { } replace ? replace(@event, map) : @event;

    /// <summary>Every content of an event, in the order of its fields.</summary>
    public static IReadOnlyList<Content> Of(object @event)
    {
        var found = new List<Content>();
        Map(@event, content =>
        {
            found.Add(content);
            return content;
        });
        return found;
    }

    private static Func<object, Func<Content, Content>, object>? Compile(Type type, int depth)
    {
        var input = Expression.Parameter(typeof(object));
        var map = Expression.Parameter(typeof(Func<Content, Content>));
        return Replace(Expression.Convert(input, type), type, map, depth) is { } body
            ? Expression.Lambda<Func<object, Func<Content, Content>, object>>(Expression.Convert(body, typeof(object)), input, map).Compile()
            : null;
    }

    /// <summary>An expression that rebuilds the record with its contents mapped; null where there is none inside.</summary>
    private static BlockExpression? Replace(Expression source, Type type, Expression map, int depth)
    {
        if (depth > MaxDepth || type.Namespace?.StartsWith("Jarvis.Domain", StringComparison.Ordinal) != true || type.IsEnum || type.IsAbstract)
        {
            return null;
        }

        var constructor = type.GetConstructors().MaxBy(candidate => candidate.GetParameters().Length);
        if (constructor is null || constructor.GetParameters().Length == 0)
        {
            return null;
        }

        var value = Expression.Variable(type);
        var arguments = new List<Expression>();
        var any = false;
        foreach (var parameter in constructor.GetParameters())
        {
            var property = type.GetProperty(parameter.Name!, BindingFlags.Public | BindingFlags.Instance);
            if (property is null)
            {
                return null;
            }

            Expression member = Expression.Property(value, property);
            var replaced = parameter.ParameterType == typeof(Content)
                ? (Expression)Expression.Invoke(map, member)
                : Replace(member, parameter.ParameterType, map, depth + 1);
            any |= replaced is not null;
            arguments.Add(replaced is null ? member : Guarded(member, replaced, parameter.ParameterType));
        }

        return any ? Expression.Block([value], Expression.Assign(value, source), Expression.New(constructor, arguments)) : null;
    }

    private static Expression Guarded(Expression member, Expression replaced, Type type) =>
        type.IsValueType
            ? replaced
            : Expression.Condition(Expression.ReferenceEqual(member, Expression.Constant(null, type)), Expression.Constant(null, type), replaced);
}
