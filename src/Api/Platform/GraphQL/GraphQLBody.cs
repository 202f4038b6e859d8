using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Unicode;
using GraphQL;
using Jarvis.Domain.Platform;

namespace Jarvis.Api.Platform.GraphQL;

/// <summary>
/// Takes apart the JSON of a request. One linear pass counts values and looks at texts and digits before anything is made of them: a number of
/// a million digits takes minutes to convert, and half a surrogate pair cannot be read as text.
/// </summary>
public static class GraphQLBody
{
    private static readonly Refusal NotJson = new("graphql.malformed_json", $"The body is not JSON, or nests deeper than {GraphQLLimits.BodyDepth} levels.");

    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = GraphQLLimits.BodyDepth, AllowDuplicateProperties = false };

    public static (JsonDocument? Document, Refusal? Refusal) Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return Look(utf8.Span) is { } refusal ? (null, refusal) : (JsonDocument.Parse(utf8, Reading), null);
        }
        catch (JsonException)
        {
            return (null, NotJson);
        }
    }

    /// <summary>Variables as GraphQL.NET takes them: whole numbers as int, long or BigInteger, others as decimal or double.</summary>
    public static Inputs Variables(JsonElement members) =>
        new(members.EnumerateObject().ToDictionary(member => member.Name, member => Value(member.Value), StringComparer.Ordinal));

    private static Refusal? Look(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = GraphQLLimits.BodyDepth });
        var values = 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.Number when reader.ValueSpan.Length > GraphQLLimits.NumberCharacters:
                    return new Refusal("graphql.too_large", $"A number has at most {GraphQLLimits.NumberCharacters} characters.");
                case JsonTokenType.String or JsonTokenType.PropertyName when !IsText(ref reader):
                    return new Refusal("graphql.malformed_json", "A text in the body is not Unicode.");
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    continue;
            }

            if (++values > GraphQLLimits.BodyValues)
            {
                return new Refusal("graphql.too_large", $"The body holds more than {GraphQLLimits.BodyValues} values.");
            }
        }

        return null;
    }

    private static bool IsText(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return Utf8.IsValid(reader.ValueSpan);
        }

        try
        {
            reader.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static object? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => Number(value),
        JsonValueKind.Array => value.EnumerateArray().Select(Value).ToList(),
        _ => value.EnumerateObject().ToDictionary(member => member.Name, member => Value(member.Value), StringComparer.Ordinal),
    };

    private static object Number(JsonElement value)
    {
        if (value.TryGetInt32(out var small))
        {
            return small;
        }

        if (value.TryGetInt64(out var large))
        {
            return large;
        }

        var digits = value.GetRawText();
        if (digits.AsSpan().IndexOfAny('.', 'e', 'E') < 0)
        {
            return BigInteger.Parse(digits, CultureInfo.InvariantCulture);
        }

        // A decimal keeps its digits (1.50), unless it would round them away.
        return value.TryGetDecimal(out var exact) && exact.ToString(CultureInfo.InvariantCulture) == digits ? exact : value.GetDouble();
    }
}
