namespace Jarvis.Cli.Platform;

internal static class TextInput
{
    /// <summary>The text of a file, or of stdin for <c>-</c>.</summary>
    /// <exception cref="UsageException">It cannot be read.</exception>
    public static async Task<string> Read(string path, CancellationToken cancel)
    {
        try
        {
            return path == "-" ? await Console.In.ReadToEndAsync(cancel) : await File.ReadAllTextAsync(path, cancel);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be read: {unreadable.Message}");
        }
    }
}
