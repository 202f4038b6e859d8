using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jarvis.Projections.Platform;

/// <summary>
/// The columns of a table, taken from the properties of its row, so that many rows travel as one typed array for each column: PostgreSQL has
/// nothing to parse, which for a wide row is half of what it costs.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1000:Do not declare static members on generic types", Justification = "One set of columns per record is what it is.")]
public static class RowColumns<T>
{
    private static readonly IReadOnlyList<(string Name, string Type, Func<IReadOnlyCollection<T>, object> Values)> All =
    [
        .. typeof(T).GetProperties().Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is null).Select(Column),
    ];

    /// <summary>Their names, for an insert.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(column => $"\"{column.Name}\""));

    /// <summary>The rows, each array standing as <c>?</c>.</summary>
    public static string Rows { get; } = $"select * from unnest({string.Join(", ", All.Select(column => $"?::{column.Type}[]"))})";

    /// <summary>The arrays, in the order of the columns.</summary>
    public static object[] Of(IReadOnlyCollection<T> rows) => [.. All.Select(column => column.Values(rows))];

    private static (string Name, string Type, Func<IReadOnlyCollection<T>, object> Values) Column(PropertyInfo property)
    {
        var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type.IsEnum)
        {
            var names = Enum.GetValues(type).Cast<object>().ToDictionary(value => value, value => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()!));
            return (name, "text", rows => Array(rows, row => property.GetValue(row) is { } value ? names[value] : null));
        }

        return type switch
        {
            _ when type == typeof(DateTimeOffset) => (name, "timestamptz", rows => Array(rows, row => Instant((DateTimeOffset?)property.GetValue(row)))),
            _ when type == typeof(Guid) => (name, "uuid", Typed<Guid>(property)),
            _ when type == typeof(long) => (name, "bigint", Typed<long>(property)),
            _ when type == typeof(int) => (name, "integer", Typed<int>(property)),
            _ when type == typeof(bool) => (name, "boolean", Typed<bool>(property)),
            _ when type == typeof(string) => (name, "text", Values(property.GetMethod!.CreateDelegate<Func<T, string?>>())),
            _ when type == typeof(IReadOnlyList<string>) => (name, "jsonb", rows => Array(rows, row => property.GetValue(row) is { } list ? JsonSerializer.Serialize(list) : null)),
            _ => throw new NotSupportedException($"A column of type {type} has no array."),
        };
    }

    private static Func<IReadOnlyCollection<T>, object> Typed<TValue>(PropertyInfo property)
        where TValue : struct =>
        property.PropertyType == typeof(TValue)
            ? Values(property.GetMethod!.CreateDelegate<Func<T, TValue>>())
            : Values(property.GetMethod!.CreateDelegate<Func<T, TValue?>>());

    private static Func<IReadOnlyCollection<T>, object> Values<TValue>(Func<T, TValue> value) => rows => Array(rows, value);

    private static TValue[] Array<TValue>(IReadOnlyCollection<T> rows, Func<T, TValue> value)
    {
        var values = new TValue[rows.Count];
        var i = 0;
        foreach (var row in rows)
        {
            values[i++] = value(row);
        }

        return values;
    }

    /// <summary>Rounded to the microseconds that a column keeps, as PostgreSQL rounds text.</summary>
    private static DateTimeOffset? Instant(DateTimeOffset? at)
    {
        const long Half = TimeSpan.TicksPerMicrosecond / 2;
        return at is { } known ? new DateTimeOffset((known.UtcTicks + Half) / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero) : null;
    }
}
