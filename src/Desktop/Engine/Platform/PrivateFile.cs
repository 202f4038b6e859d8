using System.Runtime.InteropServices;

namespace Jarvis.Engine.Platform;

/// <summary>
/// Small files that only their owner may read (tokens), replaced as a whole: after a crash at any instant the old content
/// stands there or the new one, never a part of either.
/// </summary>
public static partial class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Durable when it returns: content, then the folder's entry, are flushed to disk.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var next = $"{path}.{Environment.ProcessId}.next";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var file = new FileStream(next, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
        FlushFolder(folder);
    }

    /// <summary>The content, or null where there is no such file.</summary>
    public static byte[]? Read(string path)
    {
        // Most often there is none, and an exception would cost a short command some hundredths of a second.
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    // A rename is durable only once its folder is flushed, and .NET opens no folders.
    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var handle = Native.Open(folder, 0);
        if (handle >= 0)
        {
            _ = Native.Flush(handle);
            _ = Native.Close(handle);
        }
    }

    private static partial class Native
    {
        [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int Open(string path, int flags);

        [LibraryImport("libc", EntryPoint = "fsync")]
        internal static partial int Flush(int handle);

        [LibraryImport("libc", EntryPoint = "close")]
        internal static partial int Close(int handle);
    }
}
