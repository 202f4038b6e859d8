using System.Globalization;
using System.Text;

namespace Jarvis.Domain.Workflows.Data;

/// <summary>Numbers as decimal text: the General Decimal Arithmetic form of a literal, and the shortest form of a double.</summary>
internal static class JsonDecimal
{
    /// <summary>Plain notation reaches down to this power of ten (General Decimal Arithmetic, to-scientific-string).</summary>
    private const int SmallestPlainExponent = -6;

    /// <summary>A double is written plainly while its point stands less than so many places before its first digit …</summary>
    private const int SmallestPlainPoint = -4;

    /// <summary>… and at most so many zeros behind its last.</summary>
    private const int LongestPadding = 15;

    /// <summary>The largest and, negative, the smallest power of ten of a first digit that is kept beyond the double's range (PostgreSQL's numeric has 16,383 decimal places).</summary>
    public const int MaxMagnitude = 16_000;

    /// <summary>Whether a literal's first digit stands within <see cref="MaxMagnitude"/>.</summary>
    public static bool IsWithin(string text)
    {
        var mark = text.AsSpan().IndexOfAny('e', 'E');
        if (text.Length > MaxMagnitude || (mark >= 0 && !(int.TryParse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power) && Math.Abs((long)power) <= MaxMagnitude)))
        {
            return false;
        }

        var (_, digits, exponent) = Split(text);
        return Math.Abs(exponent + digits.Length - 1) <= MaxMagnitude && exponent >= -MaxMagnitude;
    }

    /// <summary>A literal in one spelling: <c>100e-2</c> as <c>1.00</c>, <c>1e2</c> as <c>1E+2</c>.</summary>
    public static string Canonical(string text)
    {
        var (negative, digits, exponent) = Split(text);
        var sign = negative ? "-" : "";
        var adjusted = exponent + digits.Length - 1;
        if (exponent > 0 || adjusted < SmallestPlainExponent)
        {
            var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits.AsSpan(1)}";
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{mantissa}E{(adjusted < 0 ? "" : "+")}{adjusted}");
        }

        if (exponent == 0)
        {
            return sign + digits;
        }

        var point = digits.Length + exponent;
        return point > 0
            ? $"{sign}{digits.AsSpan(0, point)}.{digits.AsSpan(point)}"
            : $"{sign}0.{new string('0', -point)}{digits}";
    }

    /// <summary>Compares two literals exactly.</summary>
    public static int Compare(string left, string right)
    {
        var a = Normal(left);
        var b = Normal(right);
        if (a.Digits.Length == 0 || b.Digits.Length == 0 || a.Negative != b.Negative)
        {
            return Sign(a).CompareTo(Sign(b));
        }

        var order = (a.Exponent + a.Digits.Length).CompareTo(b.Exponent + b.Digits.Length);
        if (order == 0)
        {
            order = string.CompareOrdinal(a.Digits, b.Digits);
        }

        return a.Negative ? -order : order;
    }

    /// <summary>The shortest digits that read back as the same double, 17 at most.</summary>
    public static string Shortest(double number)
    {
        var (negative, digits, exponent) = Split(number.ToString("R", CultureInfo.InvariantCulture));
        var trimmed = digits.TrimEnd('0');
        exponent += digits.Length - trimmed.Length;
        var sign = negative ? "-" : "";
        var point = trimmed.Length + exponent;
        if (point > SmallestPlainPoint && point <= trimmed.Length + LongestPadding)
        {
            return exponent >= 0 ? sign + trimmed + new string('0', exponent)
                : point > 0 ? $"{sign}{trimmed.AsSpan(0, point)}.{trimmed.AsSpan(point)}"
                : $"{sign}0.{new string('0', -point)}{trimmed}";
        }

        var mantissa = trimmed.Length == 1 ? trimmed : $"{trimmed[0]}.{trimmed.AsSpan(1)}";
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{mantissa}e{(point < 1 ? "-" : "+")}{Math.Abs(point - 1):00}");
    }

    private static int Sign((bool Negative, string Digits, int Exponent) number) =>
        number.Digits.Length == 0 ? 0 : number.Negative ? -1 : 1;

    private static (bool Negative, string Digits, int Exponent) Normal(string text)
    {
        var (negative, digits, exponent) = Split(text);
        var trimmed = digits.TrimEnd('0');
        exponent += digits.Length - trimmed.Length;
        return (negative, trimmed, exponent);
    }

    /// <summary>Sign, digits without leading zeros (at least one digit), and the power of ten of the last digit.</summary>
    private static (bool Negative, string Digits, int Exponent) Split(string text)
    {
        var negative = text[0] == '-';
        var digits = new StringBuilder(text.Length);
        var exponent = 0;
        var fraction = false;
        for (var i = text[0] is '-' or '+' ? 1 : 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is 'e' or 'E')
            {
                exponent += int.Parse(text.AsSpan(i + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
                break;
            }

            if (c == '.')
            {
                fraction = true;
                continue;
            }

            exponent -= fraction ? 1 : 0;
            if (digits.Length == 1 && digits[0] == '0')
            {
                digits.Clear();
            }

            digits.Append(c);
        }

        return (negative, digits.ToString(), exponent);
    }
}
