using System.Text;

namespace Jarvis.Domain.Runs;

/// <summary>
/// What a text that stands clear in an event may be: the name and pointer of a task, the type of an error. Views have indexes over them, of which PostgreSQL takes no
/// entry of more than 2,704 bytes, and it holds no U+0000.
/// </summary>
public static class ClearText
{
    /// <summary>In bytes of UTF-8.</summary>
    public const int MaxBytes = 1_900;

    /// <summary>Of an error's type, in bytes of UTF-8: it stands in an index beside the pointer of its task.</summary>
    public const int MaxErrorTypeBytes = 600;

    /// <summary>Of a task's pointer in its document, in bytes of UTF-8: an instance says beside it which time each of its parts is done.</summary>
    public const int MaxPointerBytes = 1_200;

    public static bool IsFit(string? text, int mostBytes = MaxBytes) =>
        text is null || (!text.Contains('\0', StringComparison.Ordinal) && (text.Length <= mostBytes / 3 || Encoding.UTF8.GetByteCount(text) <= mostBytes));

    /// <summary>The same text, or as much of its beginning as is fit; U+0000 reads as U+FFFD.</summary>
    public static string Fitted(string text, int mostBytes = MaxBytes)
    {
        if (IsFit(text, mostBytes))
        {
            return text;
        }

        var whole = text.Replace('\0', '\ufffd');
        var (bytes, length) = (0, 0);
        foreach (var rune in whole.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > mostBytes)
            {
                return whole[..length];
            }

            length += rune.Utf16SequenceLength;
        }

        return whole;
    }
}
