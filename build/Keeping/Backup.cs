using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace Jarvis.Build.Keeping;

/// <summary>
/// A whole server in two files: all data in one, the keys that open it in the other, because whoever has both can read everything. Both are
/// readable by their owner alone and are in place only when they are whole.
/// </summary>
public static class Backup
{
    private const string BlobPrefix = "blobs/";
    private const string MasterKeyFile = "master.key";

    /// <summary>What of the server's data folder is a key.</summary>
    private static readonly string[] KeyFiles = [MasterKeyFile, "token-keys.json"];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <param name="dataFolder">The server's JARVIS_DATA.</param>
    public static async Task<ArchiveManifest> WriteAsync(string connectionString, string dataFolder, string file, string keysFile, CancellationToken cancellation)
    {
        var keys = KeyFiles.Where(name => File.Exists(Path.Combine(dataFolder, name)))
            .ToDictionary(name => name, name => Convert.ToBase64String(File.ReadAllBytes(Path.Combine(dataFolder, name))));
        ArchiveManifest manifest;
        await using (var stream = PrivateFile.Open(file + ".part", FileMode.Create, FileAccess.ReadWrite))
        {
            using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            {
                manifest = await DatabaseArchive.WriteAsync(connectionString, archive, CheckOf(keys), cancellation);
                // After the database: what an event of it names is there by now.
                await WriteBlobsAsync(archive, Path.Combine(dataFolder, "blobs"), cancellation);
            }

            stream.Flush(flushToDisk: true);
        }

        await using (var stream = PrivateFile.Open(keysFile + ".part", FileMode.Create, FileAccess.ReadWrite))
        {
            await JsonSerializer.SerializeAsync(stream, keys, Json, cancellation);
            stream.Flush(flushToDisk: true);
        }

        File.Move(keysFile + ".part", keysFile, overwrite: true);
        File.Move(file + ".part", file, overwrite: true);
        return manifest;
    }

    /// <summary>Puts a backup into an empty database and an empty data folder.</summary>
    /// <param name="released">Whether it may act outward at once, as the one and only system; else it is held until an administrator releases it.</param>
    /// <param name="makeTables">Starts the server once on the empty database and ends it again; it makes its tables.</param>
    /// <exception cref="ProblemException">The database is in use, the folder has another key, or the two files do not belong together.</exception>
    public static async Task<ArchiveManifest> RestoreAsync(
        string connectionString, string dataFolder, string file, string keysFile, Func<Task> makeTables, CancellationToken cancellation, bool released = false)
    {
        await using var stream = File.OpenRead(file);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
        var manifest = await DatabaseArchive.ManifestAsync(archive, cancellation);
        var keys = await KeysAsync(keysFile, cancellation);
        if (manifest.KeyCheck is { } check && CheckOf(keys) != check)
        {
            throw new ProblemException($"{keysFile} does not hold the key of this backup.") { ExitCode = 2 };
        }

        if (await DatabaseArchive.IsInUseAsync(connectionString, cancellation))
        {
            throw new ProblemException("This database is in use; restore into an empty one.") { ExitCode = 2 };
        }

        Directory.CreateDirectory(dataFolder);
        foreach (var (name, content) in keys)
        {
            await WriteKeyAsync(Path.Combine(dataFolder, name), Convert.FromBase64String(content), cancellation);
        }

        await makeTables();
        await DatabaseArchive.ReadAsync(connectionString, archive, manifest, cancellation);
        await DatabaseArchive.HoldAsync(connectionString, released ? null : $"Restored from a backup of {manifest.MadeAt:yyyy-MM-dd HH:mm:ss} UTC.", cancellation);
        await ReadBlobsAsync(archive, Path.Combine(dataFolder, "blobs"), cancellation);
        return manifest;
    }

    private static async Task<Dictionary<string, string>> KeysAsync(string keysFile, CancellationToken cancellation)
    {
        await using var stream = File.OpenRead(keysFile);
        var keys = await JsonSerializer.DeserializeAsync<Dictionary<string, string>>(stream, Json, cancellation) ?? [];
        return keys.Keys.Except(KeyFiles).Any() ? throw new ProblemException($"{keysFile} is no key file of Jarvis.") { ExitCode = 2 } : keys;
    }

    private static async Task WriteKeyAsync(string path, byte[] content, CancellationToken cancellation)
    {
        if (File.Exists(path))
        {
            if (!(await File.ReadAllBytesAsync(path, cancellation)).AsSpan().SequenceEqual(content))
            {
                throw new ProblemException($"{path} is another key, of other data; name an empty folder.") { ExitCode = 2 };
            }

            return;
        }

        await using var stream = PrivateFile.Open(path, FileMode.Create, FileAccess.ReadWrite);
        await stream.WriteAsync(content, cancellation);
        stream.Flush(flushToDisk: true);
    }

    private static async Task WriteBlobsAsync(ZipArchive archive, string folder, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            // Sealed, so that nothing is to be won by packing it.
            await using var entry = archive.CreateEntry(BlobPrefix + Path.GetRelativePath(folder, path).Replace('\\', '/'), CompressionLevel.NoCompression).Open();
            await using var blob = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            await blob.CopyToAsync(entry, cancellation);
        }
    }

    private static async Task ReadBlobsAsync(ZipArchive archive, string folder, CancellationToken cancellation)
    {
        var root = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        foreach (var entry in archive.Entries.Where(entry => entry.FullName.StartsWith(BlobPrefix, StringComparison.Ordinal)))
        {
            var path = Path.GetFullPath(Path.Combine(folder, entry.FullName[BlobPrefix.Length..]));
            if (!path.StartsWith(root, StringComparison.Ordinal))
            {
                throw new ProblemException($"The backup is not one of Jarvis: {entry.FullName} lies outside.") { ExitCode = 2 };
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using var stream = PrivateFile.Open(path, FileMode.Create, FileAccess.ReadWrite);
            await using var content = entry.Open();
            await content.CopyToAsync(stream, cancellation);
        }
    }

    private static string? CheckOf(Dictionary<string, string> keys) =>
        keys.TryGetValue(MasterKeyFile, out var key) ? Convert.ToHexStringLower(HMACSHA256.HashData(Convert.FromBase64String(key), "jarvis/backup"u8)) : null;
}
