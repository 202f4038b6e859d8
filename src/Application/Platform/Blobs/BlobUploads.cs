using System.Collections.Concurrent;
using System.Security.Cryptography;
using Jarvis.Domain.Platform;
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

    /// <summary>How large the upload that it works on is to become, in bytes; null before that is known.</summary>
    internal long? Length { get; set; }

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
    private readonly Lock room = new();

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
                turn.Length = header.Length;
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

    /// <summary>
    /// Takes room for an upload of that size, if the owner's others leave it. Many that begin at once are judged one after the other, each beside those
    /// before it.
    /// </summary>
    /// <param name="judge">Told how many other unfinished uploads the owner has and how large they are to become, in bytes; null lets it begin.</param>
    public Refusal? TakeRoom(BlobTurn turn, long length, Func<int, long, Refusal?> judge)
    {
        lock (room)
        {
            var (count, bytes) = Others(turn.Key);
            if (judge(count, bytes) is { } refusal)
            {
                return refusal;
            }

            turn.Length = length;
            return null;
        }
    }

    // Those that somebody works on say themselves how large they are to become: their files are theirs alone. The rest lie in the folder.
    private (int Count, long Bytes) Others(BlobKey but)
    {
        var at = turns.Where(pair => pair.Key.OwnerId == but.OwnerId && pair.Key != but && pair.Value.Length is not null)
            .ToDictionary(pair => pair.Key.Hash + Extension, pair => pair.Value.Length!.Value);
        var (count, bytes) = (at.Count, at.Values.Sum());
        var folder = new DirectoryInfo(FolderOf(but.OwnerId));
        var header = new byte[BlobHeader.Bytes];
        foreach (var file in folder.Exists ? folder.EnumerateFiles("*" + Extension) : [])
        {
            if (file.Name == but.Hash + Extension || at.ContainsKey(file.Name))
            {
                continue;
            }

            if (++count >= BlobLimits.MaxUploads)
            {
                break;
            }

            try
            {
                using var reading = new FileStream(file.FullName, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
                var read = reading.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
                bytes += BlobHeader.Decode(header.AsSpan(0, read))?.Length ?? 0;
            }
            catch (FileNotFoundException)
            {
                // It was finished or discarded in this moment.
                count--;
            }
            catch (IOException)
            {
                // Another node works on it, or somebody here who has just taken it up. It counts; how large it becomes is judged again when it is whole.
            }
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
                    // Somebody may have gone on with it since it was looked at.
                    file.Refresh();
                    if (file.Exists && file.LastWriteTimeUtc < before)
                    {
                        file.Delete();
                        lapsed++;
                    }
                }
            }
        }

        return lapsed;
    }

    private string FolderOf(Guid owner) => Path.Combine(folder, owner.ToString("N"));

    private SafeFileHandle Open(BlobKey key, FileMode mode) =>
        File.OpenHandle(FileOf(key), mode, FileAccess.ReadWrite, FileShare.None, FileOptions.Asynchronous);
}
