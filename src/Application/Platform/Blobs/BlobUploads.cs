using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Jarvis.Application.Platform.Blobs;

/// <summary>The right to work on one upload; whoever holds it is alone with it until it is given back.</summary>
public sealed class BlobTurn(BlobKey key, Action<BlobTurn> giveBack) : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource given = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BlobKey Key => key;

    /// <summary>Another request wants to go on with this upload: this one must end.</summary>
    public CancellationToken Stopped => stop.Token;

    internal Task GivenBack => given.Task;

    internal void Stop() => stop.Cancel();

    public void Dispose()
    {
        giveBack(this);
        given.TrySetResult();
    }
}

/// <summary>
/// Unfinished uploads, in a folder of the server: a file each. They survive a restart. With several nodes the folder is a
/// shared one, or an upload that comes to another node begins anew there.
/// </summary>
public sealed class BlobUploads(string folder, Vault vault)
{
    private const string Extension = ".part";

    /// <summary>How long an earlier request, whose client went away, is given to notice.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<BlobKey, BlobTurn> turns = new();

    /// <param name="takeOver">Whether a request that has it now is told to stop.</param>
    /// <returns>Null where somebody else has it.</returns>
    public async Task<BlobTurn?> Take(BlobKey key, bool takeOver, CancellationToken cancellation)
    {
        var turn = new BlobTurn(key, given => turns.TryRemove(new KeyValuePair<BlobKey, BlobTurn>(key, given)));
        if (!turns.TryAdd(key, turn) && takeOver && turns.TryGetValue(key, out var holder))
        {
            holder.Stop();
            await Task.WhenAny(holder.GivenBack, Task.Delay(Patience, cancellation));
        }

        return turns.GetOrAdd(key, turn) == turn ? turn : null;
    }

    /// <summary>The upload as far as it came; null for none (or none that can be read any more).</summary>
    /// <exception cref="IOException">Another process works on it.</exception>
    public async Task<BlobUpload?> Find(BlobTurn turn, CancellationToken cancellation)
    {
        if (!File.Exists(FileOf(turn.Key)))
        {
            return null;
        }

        var file = Open(turn.Key, FileMode.Open);
        try
        {
            var first = new byte[BlobHeader.Bytes];
            var read = await RandomAccess.ReadAsync(file, first, 0, cancellation);
            if (BlobHeader.Decode(first.AsSpan(0, read)) is { } header && (await vault.FileKey(turn.Key.OwnerId, header.KeyId, header.Salt, cancellation)).Key is { } fileKey)
            {
                return await BlobUpload.Continue(turn.Key, header, fileKey, file, cancellation);
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }

        file.Dispose();
        return null;
    }

    /// <summary>Begins one from nothing, in the place of any that was there; null where the owner's key was destroyed.</summary>
    public async Task<BlobUpload?> Begin(BlobTurn turn, long length, string type, CancellationToken cancellation)
    {
        var salt = RandomNumberGenerator.GetBytes(BlobHeader.SaltBytes);
        if (await vault.FileKey(turn.Key.OwnerId, null, salt, cancellation) is not { KeyId: var keyId, Key: { } fileKey })
        {
            return null;
        }

        Directory.CreateDirectory(FolderOf(turn.Key.OwnerId));
        return await BlobUpload.Create(turn.Key, new BlobHeader(keyId, salt, length, type), fileKey, Open(turn.Key, FileMode.OpenOrCreate), cancellation);
    }

    public void Discard(BlobTurn turn) => File.Delete(FileOf(turn.Key));

    /// <summary>The finished file of an upload.</summary>
    public string FileOf(BlobKey key) => Path.Combine(FolderOf(key.OwnerId), key.Hash + Extension);

    /// <summary>How many unfinished uploads an owner has beside this one, and how large they are to become, in bytes.</summary>
    public (int Count, long Bytes) Waiting(BlobKey but)
    {
        var folder = new DirectoryInfo(FolderOf(but.OwnerId));
        var (count, bytes) = (0, 0L);
        if (!folder.Exists)
        {
            return (0, 0);
        }

        var header = new byte[BlobHeader.Bytes];
        foreach (var file in folder.EnumerateFiles("*" + Extension).Where(file => file.Name != but.Hash + Extension).Take(BlobLimits.MaxUploads))
        {
            // Read beside whoever writes it: the header never changes.
            using var reading = new FileStream(file.FullName, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
            var read = reading.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            count++;
            bytes += BlobHeader.Decode(header.AsSpan(0, read))?.Length ?? 0;
        }

        return (count, bytes);
    }

    /// <summary>Removes uploads that nothing was added to since an instant.</summary>
    /// <returns>How many.</returns>
    public async Task<int> Lapse(DateTimeOffset before, CancellationToken cancellation)
    {
        var lapsed = 0;
        foreach (var file in new DirectoryInfo(folder) is { Exists: true } all ? all.EnumerateFiles("*" + Extension, SearchOption.AllDirectories) : [])
        {
            if (file.LastWriteTimeUtc < before && Guid.TryParseExact(file.Directory!.Name, "N", out var owner)
                && await Take(new BlobKey(owner, Path.GetFileNameWithoutExtension(file.Name)), takeOver: false, cancellation) is { } turn)
            {
                using (turn)
                {
                    file.Delete();
                    lapsed++;
                }
            }
        }

        return lapsed;
    }

    private string FolderOf(Guid owner) => Path.Combine(folder, owner.ToString("N"));

    private SafeFileHandle Open(BlobKey key, FileMode mode) =>
        File.OpenHandle(FileOf(key), mode, FileAccess.ReadWrite, FileShare.None, FileOptions.Asynchronous);
}
