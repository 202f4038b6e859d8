namespace Jarvis.Cli.Platform;

internal static class TextInput
{
    /// <summary>The text of a file, or of stdin for <c>-</c>.</summary>
    /// <exception cref="UsageException">It cannot be read.</exception>
    public static async Task<string> Read(string path, CancellationToken cancel)
    {
        if (path != "-" && !File.Exists(path))
        {
            throw new UsageException(Directory.Exists(path) ? $"{path} is a folder; name a file." : $"There is no file {path}.");
        }

        try
        {
            // A file is read at once: starting the asynchronous reading of one small file costs a command a tenth of its time.
            return path == "-" ? await Console.In.ReadToEndAsync(cancel) : File.ReadAllText(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be read: {unreadable.Message}");
        }
    }
}
