using System.Globalization;
using System.Text.RegularExpressions;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>What a YAML scalar without quotes stands for: nothing, true or false, a number, or its text.</summary>
internal static partial class PlainScalar
{
    /// <summary>YAML 1.2, section 10.3.2: what a plain scalar is.</summary>
    public static Json Read(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL": return Json.Null;
            case "true" or "True" or "TRUE": return Json.True;
            case "false" or "False" or "FALSE": return Json.False;
        }

        if (Number().IsMatch(text))
        {
            var digits = text[0] == '+' ? text[1..] : text;
            return JsonNumberForm().IsMatch(digits)
                ? JsonNumber.FromDigits(digits)
                : Json.Of(double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture));
        }

        if (text.StartsWith("0x", StringComparison.Ordinal)
            && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hexadecimal))
        {
            return Json.Of((double)hexadecimal);
        }

        if (text.Length is > 2 and <= 20 && text.StartsWith("0o", StringComparison.Ordinal) && text.AsSpan(2).IndexOfAnyExceptInRange('0', '7') < 0)
        {
            return Json.Of((double)text.Skip(2).Aggregate(0L, (sum, digit) => (sum * 8) + (digit - '0')));
        }

        return Json.Of(text);
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?$", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex JsonNumberForm();
}
