using System.Globalization;
using System.Text;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Evaluation;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary>
/// Times as seconds since 1970 and "broken down": year, month from 0, day, hour, minute, second, day of the week from Sunday as 0,
/// day of the year from 0. The patterns are POSIX's <c>strftime</c> and <c>strptime</c> in the C locale.
/// </summary>
internal static class Dates
{
    public static readonly Builtin[] Functions =
    [
        BuiltinTable.Value("mktime", (_, input) => JsonNumber.From(Math.Floor(Seconds(input, "mktime requires array inputs", "mktime requires parsed datetime inputs")))),
        BuiltinTable.Value("gmtime", (_, input) => Broken(input, "gmtime", TimeZoneInfo.Utc)),
        BuiltinTable.Value("strftime", (e, input, format) => Format(e, input, format, "strftime", TimeZoneInfo.Utc)),
        BuiltinTable.Value("strptime", Parse),
    ];

    /// <summary>Seconds from year 1 to year 9999 around 1970, the range of .NET's calendar.</summary>
    private const double FirstSecond = -62_135_596_800;

    private const double LastSecond = 253_402_300_799;

    private static readonly DateTimeFormatInfo Names = CultureInfo.InvariantCulture.DateTimeFormat;

    public static JsonArray Broken(Json input, string function, TimeZoneInfo zone)
    {
        var seconds = input as JsonNumber ?? throw Values.Error($"{function}() requires numeric inputs");
        if (!(seconds.Value >= FirstSecond && seconds.Value <= LastSecond))
        {
            throw Values.Error("error converting number of seconds since epoch to datetime");
        }

        var whole = Math.Truncate(seconds.Value);
        var fraction = seconds.Value - Math.Floor(seconds.Value);
        var time = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds((long)whole), zone).DateTime;
        return Parts(time, time.Second + fraction);
    }

    public static JsonString Format(Evaluator e, Json input, Json format, string function, TimeZoneInfo zone)
    {
        var parts = input switch
        {
            JsonNumber => Broken(input, zone == TimeZoneInfo.Utc ? "gmtime" : "localtime", zone),
            JsonArray array => array,
            _ => throw Values.Error($"{function}/1 requires parsed datetime inputs"),
        };
        if (format is not JsonString pattern)
        {
            throw Values.Error($"{function}/1 requires a string format");
        }

        var time = FromSeconds(Math.Floor(Seconds(parts, $"{function}/1 requires parsed datetime inputs", $"{function}/1 requires parsed datetime inputs")));
        var text = new StringBuilder();
        Write(text, pattern.Value, time, zone, 0);
        e.Grow(text.Length);
        return new JsonString(text.ToString());
    }

    private static JsonArray Parts(DateTime time, double second) => JsonArray.Wrap(
    [
        JsonNumber.From(time.Year), JsonNumber.From(time.Month - 1), JsonNumber.From(time.Day), JsonNumber.From(time.Hour),
        JsonNumber.From(time.Minute), JsonNumber.From(second), JsonNumber.From((int)time.DayOfWeek), JsonNumber.From(time.DayOfYear - 1),
    ]);

    /// <summary>Parts may lie outside of their ranges: the 40th of a month is a day of the next. What is missing is zero.</summary>
    private static double Seconds(Json input, string notArray, string notParsed)
    {
        var parts = input as JsonArray ?? throw Values.Error(notArray);
        Span<double> numbers = stackalloc double[6];
        for (var i = 0; i < Math.Min(parts.Count, 8); i++)
        {
            if (parts[i] is not JsonNumber { Value: var number } || double.IsNaN(number))
            {
                throw Values.Error(notParsed);
            }

            if (i < numbers.Length)
            {
                numbers[i] = Math.Clamp(Math.Truncate(number), int.MinValue, int.MaxValue);
            }
        }

        if (parts.Count == 0)
        {
            numbers[0] = 1900;
        }

        var months = (numbers[0] * 12) + numbers[1];
        var year = Math.Floor(months / 12);
        if (year is < 1 or > 9999)
        {
            throw Values.Error("invalid gmtime representation");
        }

        var start = new DateTime((int)year, (int)(months - (year * 12)) + 1, 1, 0, 0, 0, DateTimeKind.Utc);
        return (start - DateTime.UnixEpoch).TotalSeconds + ((numbers[2] - 1) * 86_400) + (numbers[3] * 3_600) + (numbers[4] * 60) + numbers[5];
    }

    private static DateTime FromSeconds(double seconds) => seconds is >= FirstSecond and <= LastSecond
        ? DateTime.UnixEpoch.AddSeconds(seconds)
        : throw Values.Error("invalid gmtime representation");

    private static void Write(StringBuilder text, string pattern, DateTime time, TimeZoneInfo zone, int nested)
    {
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '%' || i + 1 == pattern.Length)
            {
                text.Append(pattern[i]);
                continue;
            }

            var c = pattern[++i];
            var pad = '\0';
            if (c is '-' or '_' or '0' && i + 1 < pattern.Length)
            {
                pad = c;
                c = pattern[++i];
            }

            if (c is 'E' or 'O' && i + 1 < pattern.Length)
            {
                c = pattern[++i];
            }

            Write(text, c, pad, time, zone, nested);
        }
    }

    private static void Write(StringBuilder text, char c, char pad, DateTime time, TimeZoneInfo zone, int nested)
    {
        switch (c)
        {
            case 'a': text.Append(Names.GetAbbreviatedDayName(time.DayOfWeek)); break;
            case 'A': text.Append(Names.GetDayName(time.DayOfWeek)); break;
            case 'b' or 'h': text.Append(Names.GetAbbreviatedMonthName(time.Month)); break;
            case 'B': text.Append(Names.GetMonthName(time.Month)); break;
            case 'c': Write(text, "%a %b %e %H:%M:%S %Y", time, zone, nested); break;
            case 'C': Number(time.Year / 100, 2, '0'); break;
            case 'd': Number(time.Day, 2, '0'); break;
            case 'D' or 'x': Write(text, "%m/%d/%y", time, zone, nested); break;
            case 'e': Number(time.Day, 2, '_'); break;
            case 'F': Write(text, "%Y-%m-%d", time, zone, nested); break;
            case 'g': Number(ISOWeek.GetYear(time) % 100, 2, '0'); break;
            case 'G': Number(ISOWeek.GetYear(time), 4, '0'); break;
            case 'H': Number(time.Hour, 2, '0'); break;
            case 'I': Number(Twelve(time.Hour), 2, '0'); break;
            case 'j': Number(time.DayOfYear, 3, '0'); break;
            case 'k': Number(time.Hour, 2, '_'); break;
            case 'l': Number(Twelve(time.Hour), 2, '_'); break;
            case 'm': Number(time.Month, 2, '0'); break;
            case 'M': Number(time.Minute, 2, '0'); break;
            case 'n': text.Append('\n'); break;
            case 'p': text.Append(time.Hour < 12 ? "AM" : "PM"); break;
            case 'P': text.Append(time.Hour < 12 ? "am" : "pm"); break;
            case 'r': Write(text, "%I:%M:%S %p", time, zone, nested); break;
            case 'R': Write(text, "%H:%M", time, zone, nested); break;
            case 's': text.Append(((long)(time - DateTime.UnixEpoch).TotalSeconds - (long)Offset(time, zone).TotalSeconds).ToString(CultureInfo.InvariantCulture)); break;
            case 'S': Number(time.Second, 2, '0'); break;
            case 't': text.Append('\t'); break;
            case 'T' or 'X': Write(text, "%H:%M:%S", time, zone, nested); break;
            case 'u': Number(time.DayOfWeek == 0 ? 7 : (int)time.DayOfWeek, 1, '0'); break;
            case 'U': Number((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7, 2, '0'); break;
            case 'V': Number(ISOWeek.GetWeekOfYear(time), 2, '0'); break;
            case 'w': Number((int)time.DayOfWeek, 1, '0'); break;
            case 'W': Number((time.DayOfYear + 6 - (((int)time.DayOfWeek + 6) % 7)) / 7, 2, '0'); break;
            case 'y': Number(time.Year % 100, 2, '0'); break;
            case 'Y': Number(time.Year, 1, '0'); break;
            case 'z':
                var offset = Offset(time, zone);
                text.Append(CultureInfo.InvariantCulture, $"{(offset < TimeSpan.Zero ? '-' : '+')}{Math.Abs(offset.Hours):00}{Math.Abs(offset.Minutes):00}");
                break;
            case 'Z': text.Append(zone == TimeZoneInfo.Utc ? "UTC" : zone.IsDaylightSavingTime(time) ? zone.DaylightName : zone.StandardName); break;
            case '%': text.Append('%'); break;
            default: text.Append('%').Append(c); break;
        }

        void Number(int value, int width, char fill)
        {
            fill = pad switch { '-' => '\0', '_' => ' ', '0' => '0', _ => fill == '_' ? ' ' : fill };
            var digits = value.ToString(CultureInfo.InvariantCulture);
            text.Append(fill == '\0' ? digits : digits.PadLeft(width, fill));
        }
    }

    private static TimeSpan Offset(DateTime time, TimeZoneInfo zone) => zone.GetUtcOffset(DateTime.SpecifyKind(time, DateTimeKind.Unspecified));

    private static int Twelve(int hour) => hour % 12 == 0 ? 12 : hour % 12;

    private static JsonArray Parse(Evaluator e, Json input, Json format)
    {
        if (input is not JsonString text || format is not JsonString pattern)
        {
            throw Values.Error("strptime/1 requires string inputs and arguments");
        }

        e.Tick(text.Value.Length);
        var reader = new DateReader(text.Value);
        if (!reader.Read(pattern.Value, 0) || (reader.Rest.Length > 0 && !char.IsWhiteSpace(reader.Rest[0])))
        {
            throw Values.Error($"date \"{text.Value}\" does not match format \"{pattern.Value}\"");
        }

        var parts = reader.Parts();
        return reader.Rest.Length == 0 ? parts : parts.Append(new JsonString(reader.Rest.ToString()));
    }
}
