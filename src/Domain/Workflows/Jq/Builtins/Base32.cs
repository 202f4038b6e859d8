using System.Text;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary>RFC 4648, section 6: five bits a character, padded to eight.</summary>
internal static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string Write(byte[] bytes)
    {
        var text = new StringBuilder((bytes.Length + 4) / 5 * 8);
        var (bits, held) = (0, 0);
        foreach (var b in bytes)
        {
            bits = ((bits << 8) | b) & 0xfff;
            held += 8;
            while (held >= 5)
            {
                held -= 5;
                text.Append(Alphabet[(bits >> held) & 31]);
            }
        }

        if (held > 0)
        {
            text.Append(Alphabet[(bits << (5 - held)) & 31]);
        }

        return text.Append('=', (8 - (text.Length % 8)) % 8).ToString();
    }

    /// <summary>The bytes, or null where a character is none of the alphabet's.</summary>
    public static byte[]? Read(string text)
    {
        var bytes = new List<byte>(text.Length * 5 / 8);
        var (bits, held) = (0, 0);
        foreach (var c in text.TrimEnd('='))
        {
            var value = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (value < 0)
            {
                return null;
            }

            bits = ((bits << 5) | value) & 0xfff;
            held += 5;
            if (held >= 8)
            {
                held -= 8;
                bytes.Add((byte)(bits >> held));
            }
        }

        return [.. bytes];
    }
}
