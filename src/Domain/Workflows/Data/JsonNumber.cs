using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jarvis.Domain.Workflows.Data;

/// <summary>
/// A number: an IEEE 754 double as in jq. One that was read keeps its digits as long as it is only passed on, so that
/// <c>100000000000000000001</c> and <c>1.50</c> leave as they came; what is computed with it is a plain double.
/// </summary>
[JsonConverter(typeof(JsonConverterOfJson))]
public sealed class JsonNumber : Json
{
    private const int SmallestKept = -16;
    private const int LargestKept = 1023;

    /// <summary>Integers up to this many digits are exact in a double and print as they were written.</summary>
    private const int ExactDigits = 15;

    private static readonly JsonNumber[] Small = MakeSmall();

    private readonly double value;
    private readonly string? literal;

    public JsonNumber(double value, string? literal = null)
    {
        this.value = value;
        this.literal = literal;
    }

    public double Value => value;

    /// <summary>The digits as they were written, where the double would print otherwise; else null.</summary>
    public string? Literal => literal;

    public override JsonKind Kind => JsonKind.Number;

    public static JsonNumber From(double value)
    {
        var whole = (int)value;
        return whole == value && whole is >= SmallestKept and <= LargestKept && (whole != 0 || !double.IsNegative(value))
            ? Small[whole - SmallestKept]
            : new JsonNumber(value);
    }

    public static JsonNumber From(int value) => value is >= SmallestKept and <= LargestKept ? Small[value - SmallestKept] : new JsonNumber(value);

    /// <summary>
    /// Digits with optional sign, fraction and exponent. Beyond the double's range they are kept as far as databases can still hold them
    /// (<see cref="JsonDecimal.MaxMagnitude"/>).
    /// </summary>
    public static JsonNumber FromDigits(string digits)
    {
        if (TryWhole(digits, out var whole))
        {
            return whole;
        }

        var number = double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
        if ((double.IsInfinity(number) || (number == 0 && !IsZero(digits))) && !JsonDecimal.IsWithin(digits))
        {
            return new JsonNumber(number);
        }

        var canonical = JsonDecimal.Canonical(digits);
        return new JsonNumber(number, canonical);
    }

    /// <inheritdoc cref="FromDigits"/>
    public static JsonNumber FromUtf8(ReadOnlySpan<byte> digits)
    {
        if (digits.Length <= ExactDigits)
        {
            long sum = 0;
            var i = digits[0] == '-' ? 1 : 0;
            for (; i < digits.Length && (uint)(digits[i] - '0') <= 9; i++)
            {
                sum = (sum * 10) + (digits[i] - '0');
            }

            if (i == digits.Length && (sum != 0 || digits[0] != '-'))
            {
                return From(digits[0] == '-' ? -sum : sum);
            }
        }

        return FromDigits(Encoding.ASCII.GetString(digits));
    }

    /// <summary>The number with its sign turned; a literal keeps its digits.</summary>
    public JsonNumber Negate() => literal is null
        ? From(-value)
        : new JsonNumber(-value, literal[0] == '-' ? literal[1..] : "-" + literal);

    public JsonNumber Abs() => value < 0 ? Negate() : this;

    public override void WriteTo(Utf8JsonWriter writer) => writer.WriteRawValue(ToString(), skipInputValidation: true);

    public override string ToString() => literal ?? Format(value);

    public override int GetHashCode() => value.GetHashCode();

    /// <summary>As jq prints it: integers without a fraction, no number beyond the double's range, not-a-number as null.</summary>
    public static string Format(double number)
    {
        if (double.IsNaN(number))
        {
            return "null";
        }

        if (double.IsInfinity(number))
        {
            return number > 0 ? "1.7976931348623157e+308" : "-1.7976931348623157e+308";
        }

        if (number == Math.Truncate(number) && Math.Abs(number) < 1e15)
        {
            return number == 0 && double.IsNegative(number) ? "-0" : ((long)number).ToString(CultureInfo.InvariantCulture);
        }

        return JsonDecimal.Shortest(number);
    }

    private static bool TryWhole(string digits, out JsonNumber number)
    {
        number = Small[-SmallestKept];
        if (digits.Length is 0 or > ExactDigits)
        {
            return false;
        }

        long sum = 0;
        for (var i = digits[0] == '-' ? 1 : 0; i < digits.Length; i++)
        {
            if (!char.IsAsciiDigit(digits[i]))
            {
                return false;
            }

            sum = (sum * 10) + (digits[i] - '0');
        }

        if (digits[0] == '-')
        {
            number = sum == 0 ? new JsonNumber(-0.0) : From(-sum);
            return digits.Length > 1;
        }

        number = From(sum);
        return true;
    }

    private static bool IsZero(string digits)
    {
        foreach (var c in digits)
        {
            if (c is 'e' or 'E')
            {
                break;
            }

            if (c is >= '1' and <= '9')
            {
                return false;
            }
        }

        return true;
    }

    private static JsonNumber[] MakeSmall()
    {
        var small = new JsonNumber[LargestKept - SmallestKept + 1];
        for (var i = 0; i < small.Length; i++)
        {
            small[i] = new JsonNumber(i + SmallestKept);
        }

        return small;
    }
}
