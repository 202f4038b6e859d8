using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Jarvis.Application.Platform.Blobs;

namespace Jarvis.Api.Platform.Blobs;

/// <summary>Blobs in a folder of this machine, or of a file system that several share. Uploads must stand on the same file system: a finished one is renamed.</summary>
public sealed partial class FolderBlobStorage(string folder) : IBlobStorage
{
    public Task Keep(BlobKey key, string file, CancellationToken cancellation)
    {
        var target = FileOf(key);
        var parent = Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(parent);
        using (var written = File.OpenHandle(file, access: FileAccess.ReadWrite))
        {
            RandomAccess.FlushToDisk(written);
        }

        File.Move(file, target, overwrite: true);
        FlushFolder(parent);
        return Task.CompletedTask;
    }

    public Task<Stream?> Open(BlobKey key, long offset, CancellationToken cancellation)
    {
        try
        {
            // Read in order, a chunk at a time: a buffer would only copy.
            var file = new FileStream(FileOf(key), new FileStreamOptions
            {
                Share = FileShare.Read | FileShare.Delete, BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            });
            file.Position = offset;
            return Task.FromResult<Stream?>(file);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    public Task Remove(BlobKey key, CancellationToken cancellation)
    {
        if (Directory.Exists(Path.GetDirectoryName(FileOf(key))))
        {
            File.Delete(FileOf(key));
        }

        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<StoredBlob> List([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        foreach (var file in new DirectoryInfo(folder) is { Exists: true } all ? all.EnumerateFiles("*", SearchOption.AllDirectories) : [])
        {
            cancellation.ThrowIfCancellationRequested();
            if (BlobKey.Of(Path.GetRelativePath(folder, file.FullName).Replace('\\', '/')) is { } key)
            {
                yield return new StoredBlob(key, file.Length, file.LastWriteTimeUtc);
            }
        }
    }

    public Task Check(CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".probe-{Guid.NewGuid():N}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return Task.CompletedTask;
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new IOException(refused.Message, refused);
        }
    }

    private string FileOf(BlobKey key) => Path.Combine(folder, key.Path.Replace('/', Path.DirectorySeparatorChar));

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
