using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;
using Jarvis.Domain.Runs;

namespace Jarvis.Application.Runs;

/// <summary>
/// Finds required fields that a deserialised record lacks: the serializer fills them with null or the default time, because
/// optional ones are left out on the wire. Compiled once per type from the records' own nullability.
/// </summary>
public static class EventShape
{
    private const int MaxDepth = 4;

    /// <summary>No clock tells a time before this, also one that lost its battery.</summary>
    public static readonly DateTimeOffset Earliest = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Or after this; views round times and shift them by a clock's offset, and must have room to.</summary>
    public static readonly DateTimeOffset Latest = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Texts that one event lists.</summary>
    public const int MaxListed = 1_000;

    private static readonly ConcurrentDictionary<Type, Func<object, string?>> Checks = new();
    private static readonly ConcurrentDictionary<Type, Func<object, string?>> Texts = new();
    private static readonly ConcurrentDictionary<Type, Func<object, string?>> Times = new();

    /// <summary>The name of the first missing field in camelCase; null when all are there.</summary>
    public static string? Missing(object @event) => Checks.GetOrAdd(@event.GetType(), Compile)(@event);

    /// <summary>The name of the first clear text in camelCase that no view could hold; null where there is none. What is sealed may hold anything.</summary>
    public static string? Unfit(IExecutionEvent @event)
    {
        if (@event is ExecutionLogged logged && logged.Lines.Any(line => line is null || IsUnfit(line.Instance, ClearText.MaxBytes)))
        {
            return "lines";
        }

        return Texts.GetOrAdd(@event.GetType(), CompileTexts)(@event);
    }

    /// <summary>The name of the first time in camelCase that no clock tells; null where there is none.</summary>
    public static string? Misdated(IExecutionEvent @event)
    {
        if (@event is ExecutionLogged logged && logged.Lines.Any(line => IsMisdated(line.At)))
        {
            return "lines";
        }

        return Times.GetOrAdd(@event.GetType(), CompileTimes)(@event);
    }

    private static Func<object, string?> CompileTexts(Type type)
    {
        var input = Expression.Parameter(typeof(object));
        return Expression.Lambda<Func<object, string?>>(FirstUnfit(Expression.Convert(input, type), type, "", 0), input).Compile();
    }

    private static Expression FirstUnfit(Expression source, Type type, string prefix, int depth)
    {
        Expression result = Expression.Constant(null, typeof(string));
        foreach (var property in type.GetProperties())
        {
            var member = Expression.Property(source, property);
            var name = prefix + JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            if (property.PropertyType == typeof(string) || property.PropertyType == typeof(IReadOnlyList<string>))
            {
                var most = type == typeof(FaultError) && property.Name == nameof(FaultError.Type) ? ClearText.MaxErrorTypeBytes : ClearText.MaxBytes;
                result = Expression.Condition(Expression.Call(typeof(EventShape), nameof(IsUnfit), null, member, Expression.Constant(most)), Expression.Constant(name), result);
            }
            else if (depth < MaxDepth && property.PropertyType is { IsClass: true, IsAbstract: false, Namespace: { } space } && space.StartsWith("Jarvis.Domain.Runs", StringComparison.Ordinal))
            {
                var isNull = Expression.ReferenceEqual(member, Expression.Constant(null, property.PropertyType));
                var inner = FirstUnfit(member, property.PropertyType, name + ".", depth + 1);
                result = Expression.Coalesce(Expression.Condition(isNull, Expression.Constant(null, typeof(string)), inner), result);
            }
        }

        return result;
    }

    private static bool IsUnfit(string? text, int mostBytes) => !ClearText.IsFit(text, mostBytes);

    private static bool IsUnfit(IReadOnlyList<string>? texts, int mostBytes) =>
        texts is not null && (texts.Count > MaxListed || texts.Any(text => text is null || IsUnfit(text, mostBytes)));

    private static Func<object, string?> CompileTimes(Type type)
    {
        var input = Expression.Parameter(typeof(object));
        Expression body = Expression.Constant(null, typeof(string));
        foreach (var time in type.GetProperties().Where(property => property.PropertyType == typeof(DateTimeOffset) || property.PropertyType == typeof(DateTimeOffset?)))
        {
            body = Expression.Condition(
                Expression.Call(typeof(EventShape), nameof(IsMisdated), null, Expression.Convert(Expression.Property(Expression.Convert(input, type), time), typeof(DateTimeOffset?))),
                Expression.Constant(JsonNamingPolicy.CamelCase.ConvertName(time.Name)), body);
        }

        return Expression.Lambda<Func<object, string?>>(body, input).Compile();
    }

    private static bool IsMisdated(DateTimeOffset? at) => at < Earliest || at > Latest;

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
