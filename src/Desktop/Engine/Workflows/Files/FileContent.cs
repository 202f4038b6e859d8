using System.Security.Cryptography;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Engine.Workflows.Files;

/// <summary>How the file functions touch the disk: whole or not at all, and with faults that name the file.</summary>
internal static class FileContent
{
    /// <summary>Largest file that is read into a run's data, in bytes. Larger ones are copied, moved or hashed, not read.</summary>
    public const long MaxReadBytes = 16 * 1024 * 1024;

    /// <summary>Of files, downloads and answers this much is read or written at once, in bytes.</summary>
    public const int BufferBytes = 80 * 1024;

    /// <summary>Most entries that one listing gives.</summary>
    public const int MaxListed = 100_000;

    public static async Task<byte[]> Read(string path, CancellationToken cancellation)
    {
        RefuseFolder(path);
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous);
        if (stream.Length > MaxReadBytes)
        {
            throw new WorkflowFaultException(Fault.Runtime($"{path} has {stream.Length} bytes; at most {MaxReadBytes} can be read into a run."));
        }

        // Special files tell no length, so the limit is held while reading as well.
        using var memory = new MemoryStream((int)stream.Length);
        var buffer = new byte[BufferBytes];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellation)) > 0)
        {
            if (memory.Length + count > MaxReadBytes)
            {
                throw new WorkflowFaultException(Fault.Runtime($"{path} gives more than the {MaxReadBytes} bytes that can be read into a run."));
            }

            memory.Write(buffer, 0, count);
        }

        return memory.ToArray();
    }

    /// <summary>Writes beside the target and renames over it, so that a crash leaves the old file or the new one.</summary>
    public static async Task Replace(string path, Func<Stream, Task> write, CancellationToken cancellation)
    {
        RefuseFolder(path);
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.jarvis");
        try
        {
            await using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes, FileOptions.Asynchronous))
            {
                await write(stream);
                await stream.FlushAsync(cancellation);
                stream.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows() && File.Exists(path))
            {
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(path));
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>The system says of a folder that access to it is denied, which is no help.</summary>
    public static void RefuseFolder(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"{path} is a folder; name a file.");
        }
    }

    public static async Task<string> Hash(string path, string algorithm, CancellationToken cancellation)
    {
        RefuseFolder(path);
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous);
        return Convert.ToHexStringLower(algorithm switch
        {
            "sha512" => await SHA512.HashDataAsync(stream, cancellation),
            "md5" => await Md5(stream, cancellation),
            _ => await SHA256.HashDataAsync(stream, cancellation),
        });
    }

    /// <summary>What the file functions tell of a file or folder.</summary>
    public static Json Describe(FileSystemInfo info, string root) => Json.Of(
        ("path", info.FullName),
        ("name", info.Name),
        ("relativePath", Path.GetRelativePath(root, info.FullName).Replace('\\', '/')),
        ("type", info is DirectoryInfo ? "folder" : "file"),
        ("size", info is FileInfo file ? file.Length : Json.Null),
        ("modified", info.LastWriteTimeUtc.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture)));

    // MD5 is offered because published checksums still come as MD5; it protects nothing here.
#pragma warning disable CA5351
    private static ValueTask<byte[]> Md5(Stream stream, CancellationToken cancellation) => MD5.HashDataAsync(stream, cancellation);
#pragma warning restore CA5351
}
