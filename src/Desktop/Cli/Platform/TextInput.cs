using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Jarvis.Cli.Platform;

internal static class TextInput
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What is wrong with a text that should be JSON, and where, counted from 1.</summary>
    public static UsageException NotJson(string what, JsonException broken) =>
        new($"{what} is not JSON (line {(broken.LineNumber ?? 0) + 1}, column {(broken.BytePositionInLine ?? 0) + 1}).");

    /// <summary>The JSON of a file, or of stdin for <c>-</c>.</summary>
    /// <exception cref="UsageException">It cannot be read, or is no JSON.</exception>
    public static async Task<JsonNode?> ReadJson(string path, CancellationToken cancel)
    {
        var text = await Read(path, cancel);
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException broken)
        {
            throw NotJson(path, broken);
        }
    }

    /// <summary>The text of a file, or of stdin for <c>-</c>: UTF-8, or UTF-16 where it begins with its mark; without the mark.</summary>
    /// <exception cref="UsageException">It cannot be read, or is no text.</exception>
    public static async Task<string> Read(string path, CancellationToken cancel)
    {
        if (path != "-" && !File.Exists(path))
        {
            throw new UsageException(Directory.Exists(path) ? $"{path} is a folder; name a file." : $"There is no file {path}.");
        }

        byte[] bytes;
        try
        {
            // A file is read at once: starting the asynchronous reading of one small file costs a command a tenth of its time.
            bytes = path == "-" ? await Stdin(cancel) : File.ReadAllBytes(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be read: {unreadable.Message}");
        }

        return bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => Decode(path, bytes, 3),
            [0xFF, 0xFE, ..] => Encoding.Unicode.GetString(bytes, 2, bytes.Length - 2),
            [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode.GetString(bytes, 2, bytes.Length - 2),
            _ => Decode(path, bytes, 0),
        };
    }

    private static string Decode(string path, byte[] bytes, int start)
    {
        try
        {
            return Strict.GetString(bytes, start, bytes.Length - start);
        }
        catch (DecoderFallbackException wrong)
        {
            var at = Math.Clamp(start + wrong.Index, 0, bytes.Length - 1);
            var line = 1 + bytes.AsSpan(0, at).Count((byte)'\n');
            throw new UsageException($"{(path == "-" ? "The input" : path)} is not UTF-8 text: line {line} holds the byte 0x{bytes[at]:X2}. Save it as UTF-8.");
        }
    }

    private static async Task<byte[]> Stdin(CancellationToken cancel)
    {
        await using var stdin = Console.OpenStandardInput();
        using var all = new MemoryStream();
        await stdin.CopyToAsync(all, cancel);
        return all.ToArray();
    }
}
