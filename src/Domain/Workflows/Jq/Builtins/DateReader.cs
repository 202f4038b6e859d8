using System.Globalization;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary>Reads a date by a pattern of POSIX's <c>strptime</c>.</summary>
internal sealed class DateReader(string text)
{
    /// <summary>Two digits below this belong to this century, the others to the last (POSIX).</summary>
    private const int PivotYear = 69;

    private static readonly DateTimeFormatInfo Names = CultureInfo.InvariantCulture.DateTimeFormat;

    private int at;
    private int year = 1900;
    private int century = -1;
    private int month;
    private int day;
    private int hour;
    private int minute;
    private int second;
    private int weekday = -1;
    private int dayOfYear = -1;
    private bool afternoon;
    private bool twelveHours;
    private long? epoch;

    public ReadOnlySpan<char> Rest => text.AsSpan(at);

    public bool Read(string pattern, int nested)
    {
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (char.IsWhiteSpace(c))
            {
                SkipBlank();
            }
            else if (c != '%' || i + 1 == pattern.Length)
            {
                if (at >= text.Length || text[at] != c)
                {
                    return false;
                }

                at++;
            }
            else
            {
                c = pattern[++i];
                if (c is 'E' or 'O' or '-' or '_' or '0' && i + 1 < pattern.Length)
                {
                    c = pattern[++i];
                }

                if (!Field(c, nested))
                {
                    return false;
                }
            }
        }

        return true;
    }

    public JsonArray Parts()
    {
        if (epoch is { } seconds)
        {
            var moment = DateTime.UnixEpoch.AddSeconds(seconds);
            (year, month, day, hour, minute, second) = (moment.Year, moment.Month - 1, moment.Day, moment.Hour, moment.Minute, moment.Second);
            (weekday, dayOfYear) = ((int)moment.DayOfWeek, moment.DayOfYear - 1);
        }

        if (century >= 0)
        {
            year = (century * 100) + (year % 100);
        }

        if (twelveHours)
        {
            hour = (hour % 12) + (afternoon ? 12 : 0);
        }

        if (day == 0 && dayOfYear >= 0 && year is >= 1 and <= 9999)
        {
            var date = new DateTime(year, 1, 1).AddDays(dayOfYear);
            (month, day) = (date.Month - 1, date.Day);
        }

        if (day > 0 && year is >= 1 and <= 9999)
        {
            var date = new DateTime(year, month + 1, 1).AddDays(day - 1);
            weekday = (int)date.DayOfWeek;
            dayOfYear = new DateTime(year, month + 1, 1).DayOfYear + day - 2;
        }

        return JsonArray.Wrap(
        [
            JsonNumber.From(year), JsonNumber.From(month), JsonNumber.From(day), JsonNumber.From(hour), JsonNumber.From(minute),
            JsonNumber.From(second), JsonNumber.From(Math.Max(weekday, 0)), JsonNumber.From(Math.Max(dayOfYear, 0)),
        ]);
    }

    private bool Field(char c, int nested)
    {
        switch (c)
        {
            case 'a' or 'A': return Name(Names.DayNames, Names.AbbreviatedDayNames, out weekday);
            case 'b' or 'B' or 'h': return Name(Names.MonthNames, Names.AbbreviatedMonthNames, out month);
            case 'c': return nested < 2 && Read("%a %b %e %H:%M:%S %Y", nested + 1);
            case 'C': return Number(0, 99, 2, out century);
            case 'd' or 'e': return Number(1, 31, 2, out day);
            case 'D' or 'x': return nested < 2 && Read("%m/%d/%y", nested + 1);
            case 'F': return nested < 2 && Read("%Y-%m-%d", nested + 1);
            case 'H' or 'k': return Number(0, 23, 2, out hour);
            case 'I' or 'l':
                twelveHours = true;
                return Number(1, 12, 2, out hour);
            case 'j':
                var found = Number(1, 366, 3, out dayOfYear);
                dayOfYear--;
                return found;
            case 'm':
                found = Number(1, 12, 2, out month);
                month--;
                return found;
            case 'M': return Number(0, 59, 2, out minute);
            case 'n' or 't':
                SkipBlank();
                return true;
            case 'p' or 'P':
                twelveHours = true;
                afternoon = Rest.StartsWith("PM", StringComparison.OrdinalIgnoreCase);
                found = afternoon || Rest.StartsWith("AM", StringComparison.OrdinalIgnoreCase);
                at += found ? 2 : 0;
                return found;
            case 'r': return nested < 2 && Read("%I:%M:%S %p", nested + 1);
            case 'R': return nested < 2 && Read("%H:%M", nested + 1);
            case 's': return Epoch();
            case 'S': return Number(0, 61, 2, out second);
            case 'T' or 'X': return nested < 2 && Read("%H:%M:%S", nested + 1);
            case 'u':
                found = Number(1, 7, 1, out weekday);
                weekday %= 7;
                return found;
            case 'w': return Number(0, 6, 1, out weekday);
            case 'g' or 'U' or 'V' or 'W': return Number(0, 99, 2, out _);
            case 'G': return Number(0, 9999, 4, out _);
            case 'y':
                found = Number(0, 99, 2, out year);
                year += year < PivotYear ? 2000 : 1900;
                return found;
            case 'Y': return Number(0, 9999, 4, out year);
            case 'z': return Offset();
            case 'Z':
                while (at < text.Length && char.IsAsciiLetter(text[at]))
                {
                    at++;
                }

                return true;
            case '%': return Rest.StartsWith("%") && at++ >= 0;
            default: return false;
        }
    }

    private bool Number(int least, int most, int digits, out int number)
    {
        SkipBlank();
        number = 0;
        var start = at;
        while (at < text.Length && at - start < digits && char.IsAsciiDigit(text[at]))
        {
            number = (number * 10) + (text[at++] - '0');
        }

        return at > start && number >= least && number <= most;
    }

    private bool Epoch()
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || (at == start && text[at] == '-')))
        {
            at++;
        }

        if (!long.TryParse(text.AsSpan(start, at - start), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            || seconds is < -62_135_596_800 or > 253_402_300_799)
        {
            return false;
        }

        epoch = seconds;
        return true;
    }

    /// <summary>An offset is read and set aside, as in glibc, whose broken down time has no place for it here.</summary>
    private bool Offset()
    {
        SkipBlank();
        if (Rest.StartsWith("Z"))
        {
            at++;
            return true;
        }

        if (!Rest.StartsWith("+") && !Rest.StartsWith("-"))
        {
            return false;
        }

        at++;
        if (!Number(0, 24, 2, out _))
        {
            return false;
        }

        at += Rest.StartsWith(":") ? 1 : 0;
        return at >= text.Length || !char.IsAsciiDigit(text[at]) || Number(0, 59, 2, out _);
    }

    private bool Name(string[] full, string[] shortened, out int index)
    {
        for (index = 0; index < full.Length; index++)
        {
            foreach (var name in (ReadOnlySpan<string>)[full[index], shortened[index]])
            {
                if (name.Length > 0 && Rest.StartsWith(name, StringComparison.OrdinalIgnoreCase))
                {
                    at += name.Length;
                    return true;
                }
            }
        }

        return false;
    }

    private void SkipBlank()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }
    }
}
