using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;

namespace Jarvis.Application.Runs;

/// <summary>
/// Finds required fields that a deserialised record lacks: the serializer fills them with null or the default time, because
/// optional ones are left out on the wire. Compiled once per type from the records' own nullability.
/// </summary>
public static class EventShape
{
    private const int MaxDepth = 4;

    private static readonly ConcurrentDictionary<Type, Func<object, string?>> Checks = new();

    /// <summary>The name of the first missing field in camelCase; null when all are there.</summary>
    public static string? Missing(object @event) => Checks.GetOrAdd(@event.GetType(), Compile)(@event);

    private static Func<object, string?> Compile(Type type)
    {
        var input = Expression.Parameter(typeof(object));
        var body = Check(Expression.Convert(input, type), type, "", 0);
        return Expression.Lambda<Func<object, string?>>(body, input).Compile();
    }

    private static Expression Check(Expression source, Type type, string prefix, int depth)
    {
        Expression result = Expression.Constant(null, typeof(string));
        var nullability = new NullabilityInfoContext();
        foreach (var parameter in type.GetConstructors().MaxBy(candidate => candidate.GetParameters().Length)!.GetParameters().Reverse())
        {
            var member = Expression.Property(source, parameter.Name!);
            var name = prefix + JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!);
            var isRequired = nullability.Create(parameter).WriteState == NullabilityState.NotNull;
            var isRecord = depth < MaxDepth && parameter.ParameterType is { IsClass: true, IsAbstract: false, Namespace: { } space } && space.StartsWith("Jarvis.Domain.Runs", StringComparison.Ordinal);
            var isNull = !parameter.ParameterType.IsValueType ? Expression.ReferenceEqual(member, Expression.Constant(null, parameter.ParameterType)) : null;
            if (isRecord)
            {
                var inner = Check(member, parameter.ParameterType, name + ".", depth + 1);
                result = Expression.Coalesce(Expression.Condition(isNull!, Expression.Constant(null, typeof(string)), inner), result);
            }

            if (isRequired && isNull is not null)
            {
                result = Expression.Condition(isNull, Expression.Constant(name), result);
            }
            else if (parameter.ParameterType == typeof(DateTimeOffset) || parameter.ParameterType == typeof(Guid))
            {
                result = Expression.Condition(
                    Expression.Equal(member, Expression.Default(parameter.ParameterType)), Expression.Constant(name), result);
            }
        }

        return result;
    }
}
