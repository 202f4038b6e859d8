using System.Globalization;
using System.Text.Json;

namespace Jarvis.Client.Platform;

/// <summary>An operation of a document, as the build writes it from a <c>.graphql</c> file.</summary>
public interface IOperation
{
    string Name { get; }

    /// <summary>The document that is sent.</summary>
    string Text { get; }

    /// <summary>Writes the variables as one JSON object.</summary>
    void Write(Utf8JsonWriter writer);
}

/// <typeparam name="T">What <c>data</c> of its answer holds.</typeparam>
public interface IOperation<out T> : IOperation
{
    /// <exception cref="KeyNotFoundException">A field is missing: the answer is not this operation's.</exception>
    T Read(JsonElement data);
}

/// <summary>Asks, and may be asked again.</summary>
public interface IQuery<out T> : IOperation<T>;

/// <summary>Does something; asked again under the same command id it does nothing more.</summary>
public interface IMutation<out T> : IOperation<T>;

/// <summary>Is told, item by item, each with the cursor to go on from.</summary>
public interface ISubscription<T> : IOperation<T>
{
    /// <summary>The same from a place on, which an earlier item carried.</summary>
    ISubscription<T> From(string cursor);

    string CursorOf(T data);
}

/// <summary>An input object of the schema, as the build writes it.</summary>
public interface IInput
{
    void Write(Utf8JsonWriter writer);
}

/// <summary>Reading and writing the schema's scalars, for the generated code.</summary>
public static class Wire
{
    private const string Day = "yyyy-MM-dd";

    public static bool IsNull(JsonElement element) => element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    public static IReadOnlyList<T> List<T>(JsonElement element, Func<JsonElement, T> read)
    {
        var items = new List<T>(element.GetArrayLength());
        foreach (var item in element.EnumerateArray())
        {
            items.Add(read(item));
        }

        return items;
    }

    public static DateOnly Date(JsonElement element) => DateOnly.ParseExact(element.GetString()!, Day, CultureInfo.InvariantCulture);

    public static void Write(Utf8JsonWriter writer, DateOnly day) => writer.WriteStringValue(day.ToString(Day, CultureInfo.InvariantCulture));
}

/// <summary>A place in the global order of events; on the wire a decimal string.</summary>
public readonly record struct Position(long Value) : IComparable<Position>
{
    public static Position Read(JsonElement element) => new(long.Parse(element.GetString()!, NumberStyles.None, CultureInfo.InvariantCulture));

    public void Write(Utf8JsonWriter writer) => writer.WriteStringValue(ToString());

    public int CompareTo(Position other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    public static bool operator <(Position left, Position right) => left.Value < right.Value;

    public static bool operator >(Position left, Position right) => left.Value > right.Value;

    public static bool operator <=(Position left, Position right) => left.Value <= right.Value;

    public static bool operator >=(Position left, Position right) => left.Value >= right.Value;
}

/// <summary>An amount in its currency's smallest unit; on the wire a decimal string.</summary>
public readonly record struct MinorUnits(long Value)
{
    public static MinorUnits Read(JsonElement element) => new(long.Parse(element.GetString()!, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));

    public void Write(Utf8JsonWriter writer) => writer.WriteStringValue(Value.ToString(CultureInfo.InvariantCulture));
}
