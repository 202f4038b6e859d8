using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>
/// Durations of the DSL: ISO 8601 texts and objects of days, hours, minutes, seconds and milliseconds. A year counts as 365 days and
/// a month as 30, because a duration here has no date to start from.
/// </summary>
public static partial class Durations
{
    /// <summary>The longest duration that is accepted.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromDays(3_660);

    internal static readonly string[] Units = ["days", "hours", "minutes", "seconds", "milliseconds"];

    /// <summary>Reads an ISO 8601 duration such as <c>PT15M</c> or <c>P1DT12H</c>.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var match = Iso8601().Match(text);
        if (!match.Success || text.EndsWith('T') || text is "P")
        {
            return false;
        }

        var seconds = Part("y") * 365 * 86_400 + Part("mo") * 30 * 86_400 + Part("w") * 7 * 86_400 + Part("d") * 86_400
            + Part("h") * 3_600 + Part("mi") * 60 + Part("s");
        if (seconds > Max.TotalSeconds)
        {
            return false;
        }

        duration = TimeSpan.FromMilliseconds(Math.Round(seconds * 1_000));
        return true;

        double Part(string group) =>
            match.Groups[group].Success ? double.Parse(match.Groups[group].Value, NumberStyles.Float, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>Reads a computed duration: an ISO 8601 text or an object.</summary>
    public static bool TryRead(Json value, out TimeSpan duration, [NotNullWhen(false)] out string? why)
    {
        duration = default;
        why = null;
        switch (value)
        {
            case JsonString text:
                if (TryParse(text.Value, out duration))
                {
                    return true;
                }

                why = $"\"{text.Value}\" is not an ISO 8601 duration of at most {Max.TotalDays} days, such as PT15M.";
                return false;
            case JsonObject { Count: > 0 } parts:
                var milliseconds = 0.0;
                foreach (var (unit, amount) in parts.Members)
                {
                    if (!Units.Contains(unit) || amount is not JsonNumber { Value: >= 0 } number)
                    {
                        why = $"A duration holds {string.Join(", ", Units)} as numbers from 0; `{unit}: {amount}` is none of them.";
                        return false;
                    }

                    milliseconds += Milliseconds(unit, number.Value);
                }

                if (milliseconds > Max.TotalMilliseconds)
                {
                    why = $"The duration is longer than {Max.TotalDays} days.";
                    return false;
                }

                duration = TimeSpan.FromMilliseconds(Math.Round(milliseconds));
                return true;
            default:
                why = "A duration is an ISO 8601 text such as PT15M, or an object such as {minutes: 15}.";
                return false;
        }
    }

    internal static double Milliseconds(string unit, double amount) => amount * unit switch
    {
        "days" => 86_400_000,
        "hours" => 3_600_000,
        "minutes" => 60_000,
        "seconds" => 1_000,
        _ => 1,
    };

    [GeneratedRegex(
        @"^P(?:(?<y>\d{1,9}(?:\.\d{1,9})?)Y)?(?:(?<mo>\d{1,9}(?:\.\d{1,9})?)M)?(?:(?<w>\d{1,9}(?:\.\d{1,9})?)W)?(?:(?<d>\d{1,9}(?:\.\d{1,9})?)D)?(?:T(?:(?<h>\d{1,9}(?:\.\d{1,9})?)H)?(?:(?<mi>\d{1,9}(?:\.\d{1,9})?)M)?(?:(?<s>\d{1,9}(?:\.\d{1,9})?)S)?)?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Iso8601();
}
