using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using GraphQL.Types;
using GraphQLParser.AST;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Api.Platform.GraphQL;

/// <summary>A place in the global order of events.</summary>
public readonly record struct Position(long Value);

/// <summary>An opaque place in a live view; every item carries the one behind it.</summary>
public readonly record struct Cursor(string Value)
{
    public static Cursor Of(string place) => new(Base64Url.EncodeToString(Encoding.UTF8.GetBytes(place)));

    /// <summary>Longer than any that was given out, in characters.</summary>
    private const int MaxCharacters = 200;

    /// <summary>What the cursor was made of; null where it is not one of ours.</summary>
    public string? Place()
    {
        if (Value.Length > MaxCharacters || !Base64Url.IsValid(Value))
        {
            return null;
        }

        return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(Value));
    }
}

/// <summary>A scalar that is a string in both directions and in literals.</summary>
public abstract class TextScalar<T> : ScalarGraphType
    where T : struct
{
    protected abstract T? Read(string text);

    protected abstract string Write(T value);

    public override object? ParseLiteral(GraphQLValue value) => value switch
    {
        GraphQLStringValue text => Read(text.Value.ToString()) ?? ThrowLiteralConversionError(value),
        GraphQLIntValue number => Read(number.Value.ToString()) ?? ThrowLiteralConversionError(value),
        GraphQLNullValue => null,
        _ => ThrowLiteralConversionError(value),
    };

    public override object? ParseValue(object? value) => value switch
    {
        null => null,
        T already => already,
        string text => Read(text) ?? ThrowValueConversionError(value),
        int or long => Read(Convert.ToString(value, CultureInfo.InvariantCulture)!) ?? ThrowValueConversionError(value),
        _ => ThrowValueConversionError(value),
    };

    public override object? Serialize(object? value) => value switch
    {
        null => null,
        T typed => Write(typed),
        _ => ThrowSerializationError(value),
    };
}

public sealed class PositionScalar : TextScalar<Position>
{
    public PositionScalar()
    {
        Name = "Position";
        Description = "A place in the global order of events, as a decimal string.";
    }

    protected override Position? Read(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? new Position(value) : null;

    protected override string Write(Position value) => value.Value.ToString(CultureInfo.InvariantCulture);
}

public sealed class CursorScalar : TextScalar<Cursor>
{
    public CursorScalar()
    {
        Name = "Cursor";
        Description = "An opaque place in a live view, to go on from.";
    }

    protected override Cursor? Read(string text) => new Cursor(text);

    protected override string Write(Cursor value) => value.Value;
}

public sealed class UuidScalar : TextScalar<Guid>
{
    // The parser alone takes spaces around it, and a sign or 0x at the head of a group.
    private const int Characters = 36;

    public UuidScalar()
    {
        Name = "UUID";
        Description = "A UUID (RFC 9562) in its 36 characters.";
    }

    protected override Guid? Read(string text) => text.Length == Characters && text.All(c => char.IsAsciiHexDigit(c) || c == '-') && Guid.TryParseExact(text, "D", out var id) ? id : null;

    protected override string Write(Guid value) => value.ToString("D");
}

public sealed partial class DateTimeScalar : TextScalar<DateTimeOffset>
{
    private const int MaxCharacters = 40;

    public DateTimeScalar()
    {
        Name = "DateTime";
        Description = "An instant (RFC 3339) with its offset; answers are in UTC.";
    }

    protected override DateTimeOffset? Read(string text) =>
        text.Length <= MaxCharacters && Rfc3339().IsMatch(text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var value) ? value.ToUniversalTime() : null;

    protected override string Write(DateTimeOffset value) =>
        value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);

    // RFC 3339, section 5.6; what stands in it (a 30th of February) is the parser's to judge. It alone would take a day and a month in either order.
    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Rfc3339();
}

public sealed class DateScalar : TextScalar<DateOnly>
{
    public DateScalar()
    {
        Name = "Date";
        Description = "A calendar day, YYYY-MM-DD.";
    }

    protected override DateOnly? Read(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    protected override string Write(DateOnly value) => value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>Any JSON value. Numbers keep their value; nesting is bounded by the request's own.</summary>
public sealed class JsonScalar : ScalarGraphType
{
    public JsonScalar()
    {
        Name = "JSON";
        Description = "Any JSON value; the text \"erased\" where personal content was erased.";
    }

    public override object? ParseLiteral(GraphQLValue value) => FromLiteral(value);

    public override object? ParseValue(object? value) => FromVariable(value);

    public override object? Serialize(object? value) => value;

    private static Json FromLiteral(GraphQLValue value) => value switch
    {
        GraphQLNullValue => Json.Null,
        GraphQLBooleanValue boolean => Json.Of(boolean.BoolValue),
        GraphQLStringValue text => Json.Of(text.Value.ToString()),
        GraphQLEnumValue name => Json.Of(name.Name.StringValue),
        GraphQLIntValue number => JsonNumber.FromDigits(number.Value.ToString()),
        GraphQLFloatValue number => JsonNumber.FromDigits(number.Value.ToString()),
        GraphQLListValue list => Json.Of((list.Values ?? []).Select(FromLiteral)),
        GraphQLObjectValue members => new JsonObject((members.Fields ?? []).Select(field => KeyValuePair.Create(field.Name.StringValue, FromLiteral(field.Value)))),
        _ => throw new RefusalError(new Refusal("graphql.invalid_variable", "A variable cannot stand inside a JSON literal: give the whole value as one variable.")),
    };

    private static Json FromVariable(object? value) => value switch
    {
        null => Json.Null,
        Json json => json,
        bool boolean => Json.Of(boolean),
        string text => Json.Of(text),
        IReadOnlyDictionary<string, object?> members => new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, FromVariable(m.Value)))),
        IDictionary<string, object?> members => new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, FromVariable(m.Value)))),
        System.Collections.IEnumerable items => Json.Of(items.Cast<object?>().Select(FromVariable)),
        IFormattable number => JsonNumber.FromDigits(number.ToString(null, CultureInfo.InvariantCulture)),
        _ => throw new InvalidOperationException($"A variable cannot be of type {value.GetType()}."),
    };
}
