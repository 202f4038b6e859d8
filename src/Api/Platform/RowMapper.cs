using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>Makes records from rows: each constructor parameter is the column of its name in snake_case. Compiled once per record.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1000:Do not declare static members on generic types", Justification = "One compiled mapper per record is what it is.")]
public static class RowMapper<T>
{
    private static readonly ConstructorInfo Constructor = typeof(T).GetConstructors().MaxBy(c => c.GetParameters().Length)!;

    /// <summary>The columns, in the order in which the record takes them.</summary>
    public static readonly string Columns = string.Join(", ", Constructor.GetParameters().Select(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name!)));

    /// <summary>Reads a row that was selected with <see cref="Columns"/> from the given column on.</summary>
    public static readonly Func<NpgsqlDataReader, int, T> Read = Compile();

    /// <summary>The columns of a table that has another name in the query.</summary>
    public static string ColumnsOf(string alias) => string.Join(", ", Columns.Split(", ").Select(column => $"{alias}.{column}"));

    private static Func<NpgsqlDataReader, int, T> Compile()
    {
        var reader = Expression.Parameter(typeof(NpgsqlDataReader));
        var first = Expression.Parameter(typeof(int));
        var arguments = Constructor.GetParameters().Select((p, i) =>
            (Expression)Expression.Call(
                typeof(RowMapper<T>).GetMethod(nameof(Column), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(p.ParameterType),
                reader, Expression.Add(first, Expression.Constant(i))));
        return Expression.Lambda<Func<NpgsqlDataReader, int, T>>(Expression.New(Constructor, arguments), reader, first).Compile();
    }

    private static TColumn Column<TColumn>(NpgsqlDataReader reader, int column)
    {
        if (reader.IsDBNull(column))
        {
            return default!;
        }

        var type = Nullable.GetUnderlyingType(typeof(TColumn)) ?? typeof(TColumn);
        return type.IsEnum ? (TColumn)Enum.Parse(type, reader.GetString(column), ignoreCase: true)
            : type == typeof(IReadOnlyList<string>) ? JsonSerializer.Deserialize<TColumn>(reader.GetString(column))!
            : reader.GetFieldValue<TColumn>(column);
    }
}
