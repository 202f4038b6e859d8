using System.Globalization;

namespace Jarvis.Client.Platform;

/// <summary>A day as a person types it, and as it stands in an address: <c>2026-11-23</c>, in both languages and whatever the browser speaks.</summary>
public static class DayText
{
    public const string Form = "yyyy-MM-dd";

    private static readonly string[] Forms = [Form, "yyyy-M-d", "yyyyMMdd"];

    private static readonly Dictionary<string, int> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["今天"] = 0, ["today"] = 0, ["昨天"] = -1, ["yesterday"] = -1, ["前天"] = -2,
    };

    public static string Of(DateOnly day) => day.ToString(Form, CultureInfo.InvariantCulture);

    public static DateOnly? Read(string? text) => DateOnly.TryParseExact(text, Form, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    /// <summary>Also with slashes, points or 年月日, without the year (then of this one), and 今天, 昨天, today, yesterday. Null for anything else.</summary>
    public static DateOnly? Typed(string text, DateOnly today)
    {
        var given = text.Trim();
        if (Words.TryGetValue(given, out var ago))
        {
            return today.AddDays(ago);
        }

        var plain = given.Replace('/', '-').Replace('.', '-').Replace('年', '-').Replace('月', '-').TrimEnd('日', '号');
        return DateOnly.TryParseExact(plain, Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var whole) ? whole
            : DateOnly.TryParseExact(today.Year.ToString(CultureInfo.InvariantCulture) + "-" + plain, "yyyy-M-d", CultureInfo.InvariantCulture, DateTimeStyles.None, out var short_) ? short_
            : null;
    }
}
