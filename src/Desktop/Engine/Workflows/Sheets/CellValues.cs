using System.Globalization;
using System.Text.RegularExpressions;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Jarvis.Engine.Workflows.Sheets;

/// <summary>
/// Dates of a workbook (ECMA-376 part 1, 18.17.4): a cell holds a count of days, and only its number format says that it is a date.
/// In a run they are ISO 8601 text: <c>2026-01-31</c>, <c>2026-01-31T09:30:00</c> or <c>09:30:00</c>, without a zone. A duration stays a count of days.
/// </summary>
internal sealed partial class CellValues
{
    /// <summary>Days between the two date systems that a workbook may use.</summary>
    private const int DaysTo1904 = 1462;

    private readonly bool from1904;
    private readonly DateKind[] kinds;

    public CellValues(WorkbookPart workbook)
    {
        from1904 = workbook.Workbook?.WorkbookProperties?.Date1904?.Value ?? false;
        var sheet = workbook.WorkbookStylesPart?.Stylesheet;
        var own = sheet?.NumberingFormats?.Elements<NumberingFormat>()
            .Where(f => f.NumberFormatId?.Value is not null).GroupBy(f => f.NumberFormatId!.Value)
            .ToDictionary(f => f.Key, f => f.First().FormatCode?.Value ?? "") ?? [];
        kinds = [.. sheet?.CellFormats?.Elements<CellFormat>().Select(f => KindOf(f.NumberFormatId?.Value ?? 0, own)) ?? []];
    }

    private enum DateKind
    {
        None,
        Date,
        Time,
    }

    /// <summary>The number as the text of a date or time; null where its style says it is a number.</summary>
    public string? DateText(double days, uint style)
    {
        var kind = style < kinds.Length ? kinds[style] : DateKind.None;
        if (kind == DateKind.None || days < 0)
        {
            return null;
        }

        if (kind == DateKind.Time && days < 1)
        {
            return TimeSpan.FromSeconds(Math.Round(days * 86400)).ToString("hh\\:mm\\:ss", CultureInfo.InvariantCulture);
        }

        var serial = from1904 ? days + DaysTo1904 : days;
        if (serial is < 1 or >= 2_958_466)
        {
            return null;
        }

        // The 29th of February 1900 exists in this calendar (serial 60) and nowhere else.
        var instant = new DateTime(1899, 12, serial < 60 ? 31 : 30, 0, 0, 0, DateTimeKind.Unspecified).AddSeconds(Math.Round(serial * 86400));
        return instant.ToString(instant.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
    }

    /// <summary>The count of days that an ISO 8601 date or date with time stands for; null for any other text.</summary>
    public static (double Days, bool HasTime)? Serial(string text)
    {
        var hasTime = text.Length > 10;
        return text.Length is 10 or 16 or 19
            && DateTime.TryParseExact(
                text, ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)
            && instant >= new DateTime(1900, 3, 1)
            ? ((instant - new DateTime(1899, 12, 30)).TotalDays, hasTime)
            : null;
    }

    private static DateKind KindOf(uint format, Dictionary<uint, string> own)
    {
        if (!own.TryGetValue(format, out var code))
        {
            return format switch
            {
                (>= 14 and <= 17) or 22 or (>= 27 and <= 31) or 36 or (>= 50 and <= 54) or 57 or 58 => DateKind.Date,
                (>= 18 and <= 21) or (>= 32 and <= 35) or 45 or 47 or 55 or 56 => DateKind.Time,
                _ => DateKind.None,
            };
        }

        // A duration such as [h]:mm is a count, of more than a day as well.
        var letters = NoLetters().Replace(code, "").ToLowerInvariant();
        return letters.Contains("general", StringComparison.Ordinal) || Elapsed().IsMatch(code) ? DateKind.None
            : letters.AsSpan().ContainsAny('y', 'd') ? DateKind.Date
            : letters.AsSpan().ContainsAny('h', 's') ? DateKind.Time
            : letters.Contains('m', StringComparison.Ordinal) ? DateKind.Date
            : DateKind.None;
    }

    // Quoted text, escaped letters, padding, and what stands in brackets (colours, conditions, locales).
    [GeneratedRegex("""\"[^"]*"|\\.|_.|\*.|\[[^\]]*\]""", RegexOptions.CultureInvariant)]
    private static partial Regex NoLetters();

    [GeneratedRegex("""\[(h+|m+|s+)\]""", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Elapsed();
}
