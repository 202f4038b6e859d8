using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jarvis.Projections.Platform;

/// <summary>
/// The columns of a table, taken from the properties of its row, so that many rows travel as one typed array for each column or in the binary form of
/// <c>COPY</c>: PostgreSQL has nothing to parse, which for a wide row is half of what it costs.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1000:Do not declare static members on generic types", Justification = "One set of columns per record is what it is.")]
public static class RowColumns<T>
{
    private static readonly Column[] All =
        [.. typeof(T).GetProperties().Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is null).Select(ColumnOf)];

    /// <summary>Their names, for an insert.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(column => $"\"{column.Name}\""));

    /// <summary>The rows, each array standing as <c>?</c>.</summary>
    public static string Rows { get; } = $"select * from unnest({string.Join(", ", All.Select(column => $"?::{column.Type}[]"))})";

    /// <summary>The arrays, in the order of the columns.</summary>
    public static object[] Of(IReadOnlyCollection<T> rows) => [.. All.Select(column => column.Values(rows))];

    /// <summary>Adds a row whose columns stand in the order of <see cref="Names"/>.</summary>
    public static void Copy(CopyRows copy, T row)
    {
        copy.Begin(All.Length);
        foreach (var column in All)
        {
            column.Copy(copy, row);
        }
    }

    private static Column ColumnOf(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type switch
        {
            { IsEnum: true } => (Column)typeof(RowColumns<T>).GetMethod(nameof(Named), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, [property])!,
            _ when type == typeof(DateTimeOffset) => Typed<DateTimeOffset>(property, "timestamptz", static (copy, value) => copy.Add(value), Rounded),
            _ when type == typeof(Guid) => Typed<Guid>(property, "uuid", static (copy, value) => copy.Add(value)),
            _ when type == typeof(long) => Typed<long>(property, "bigint", static (copy, value) => copy.Add(value)),
            _ when type == typeof(int) => Typed<int>(property, "integer", static (copy, value) => copy.Add(value)),
            _ when type == typeof(short) => Typed<short>(property, "smallint", static (copy, value) => copy.Add(value)),
            _ when type == typeof(bool) => Typed<bool>(property, "boolean", static (copy, value) => copy.Add(value)),
            _ when type == typeof(string) => Text(property, "text", Getter<string?>(property), static (copy, value) => copy.Add(value)),
            _ when type == typeof(IReadOnlyList<string>) => List(property),
            _ => throw new NotSupportedException($"A column of type {type} has no array."),
        };
    }

    private static Column Typed<TValue>(PropertyInfo property, string type, Action<CopyRows, TValue> add, Func<TValue, TValue>? rounded = null)
        where TValue : struct
    {
        if (property.PropertyType == typeof(TValue))
        {
            var plain = Getter<TValue>(property);
            Func<T, TValue> value = rounded is null ? plain : row => rounded(plain(row));
            return new Column(NameOf(property), type, rows => Array(rows, value), (copy, row) => add(copy, value(row)));
        }

        var stored = Getter<TValue?>(property);
        Func<T, TValue?> known = rounded is null ? stored : row => stored(row) is { } there ? rounded(there) : null;
        return new Column(NameOf(property), type, rows => Array(rows, known), (copy, row) =>
        {
            if (known(row) is { } there)
            {
                add(copy, there);
            }
            else
            {
                copy.AddNull();
            }
        });
    }

    private static Column Named<TEnum>(PropertyInfo property)
        where TEnum : struct, Enum
    {
        var names = Enum.GetValues<TEnum>().ToDictionary(value => value, value => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()));
        if (property.PropertyType == typeof(TEnum))
        {
            var plain = Getter<TEnum>(property);
            return Text(property, "text", row => names[plain(row)], static (copy, value) => copy.Add(value));
        }

        var stored = Getter<TEnum?>(property);
        return Text(property, "text", row => stored(row) is { } there ? names[there] : null, static (copy, value) => copy.Add(value));
    }

    private static Column List(PropertyInfo property)
    {
        var list = Getter<IReadOnlyList<string>?>(property);
        return Text(property, "jsonb", row => list(row) is { } there ? JsonSerializer.Serialize(there) : null, static (copy, value) => copy.AddJson(value));
    }

    private static Column Text(PropertyInfo property, string type, Func<T, string?> text, Action<CopyRows, string> add) =>
        new(NameOf(property), type, rows => Array(rows, text), (copy, row) =>
        {
            if (text(row) is { } there)
            {
                add(copy, there);
            }
            else
            {
                copy.AddNull();
            }
        });

    private static string NameOf(PropertyInfo property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);

    private static Func<T, TValue> Getter<TValue>(PropertyInfo property) => property.GetMethod!.CreateDelegate<Func<T, TValue>>();

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
    private static DateTimeOffset Rounded(DateTimeOffset at)
    {
        const long Half = TimeSpan.TicksPerMicrosecond / 2;
        return new DateTimeOffset(Math.Min(at.UtcTicks + Half, DateTimeOffset.MaxValue.UtcTicks) / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
    }

    /// <param name="Values">The array of many rows' values.</param>
    /// <param name="Copy">Adds one row's value.</param>
    private sealed record Column(string Name, string Type, Func<IReadOnlyCollection<T>, object> Values, Action<CopyRows, T> Copy);
}
