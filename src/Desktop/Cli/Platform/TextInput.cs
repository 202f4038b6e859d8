using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Jarvis.Cli.Platform;

internal static class TextInput
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The longest text that is read, in bytes: a device that never ends is not read until memory does.</summary>
    private const int MaxBytes = 128 * 1024 * 1024;

    private const int Chunk = 64 * 1024;

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
            return JsonNode.Parse(text, documentOptions: DeepJson.Reading);
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
            // A person who does not type is not waited for after Ctrl-C; reading itself cannot be called off.
            bytes = path == "-" ? await Task.Run(Stdin, CancellationToken.None).WaitAsync(cancel) : Whole(path);
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

    /// <summary>A file is read at once: starting the asynchronous reading of one small file costs a command a tenth of its time.</summary>
    private static byte[] Whole(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        using var all = new MemoryStream();
        var buffer = new byte[Chunk];
        for (int count; (count = file.Read(buffer)) > 0;)
        {
            Add(path, all, buffer.AsSpan(0, count));
        }

        return all.ToArray();
    }

    private static byte[] Stdin()
    {
        using var all = new MemoryStream();
        if (IsGiven())
        {
            using var stdin = Console.OpenStandardInput();
            var buffer = new byte[Chunk];
            for (int count; (count = stdin.Read(buffer)) > 0;)
            {
                Add("The input", all, buffer.AsSpan(0, count));
            }
        }

        return all.ToArray();
    }

    /// <summary>
    /// Whether stdin was handed to this process. Where it was closed, the runtime has taken its number for a pipe of its own, which never ends; that
    /// pipe's other end is in this process too.
    /// </summary>
    private static bool IsGiven() =>
        !OperatingSystem.IsLinux() || Target("/proc/self/fd/0") is not { } stdin || !stdin.StartsWith("pipe:", StringComparison.Ordinal)
        || !Directory.EnumerateFiles("/proc/self/fd").Any(file => Target(file) == stdin && IsForWriting(Path.GetFileName(file)));

    private static bool IsForWriting(string number)
    {
        const string Flags = "flags:";
        const int WriteOnly = 1;
        try
        {
            // Octal, as open(2) takes them; the access mode is in the last two bits.
            return File.ReadLines($"/proc/self/fdinfo/{number}").FirstOrDefault(line => line.StartsWith(Flags, StringComparison.Ordinal)) is { } flags && (flags[^1] - '0' & 3) == WriteOnly;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string? Target(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (IOException)
        {
            // It was closed while the folder was read.
            return null;
        }
    }

    private static void Add(string what, MemoryStream all, ReadOnlySpan<byte> piece)
    {
        if (all.Length + piece.Length > MaxBytes)
        {
            throw new UsageException($"{what} has more than {MaxBytes} bytes; hand large data over as files that the workflow reads.");
        }

        all.Write(piece);
    }
}
