namespace Jarvis.Build;

/// <summary>Files that their owner alone may read: passwords, tokens, keys.</summary>
public static class PrivateFile
{
    /// <summary>Opens one for writing, closed to everybody else from its first byte on.</summary>
    public static FileStream Open(string path, FileMode mode, FileAccess access = FileAccess.Write)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    /// <summary>Writes one whole or not at all: whoever reads finds the old text or the new one.</summary>
    public static void Replace(string path, string text)
    {
        using (var writer = new StreamWriter(Open(path + ".new", FileMode.Create)))
        {
            writer.Write(text);
        }

        File.Move(path + ".new", path, overwrite: true);
    }
}
