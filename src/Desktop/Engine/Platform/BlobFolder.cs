using System.Security.Cryptography;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Platform;

/// <summary>Content that is too large for an event, named by its SHA-256, so that the same content is kept once.</summary>
public sealed class BlobFolder(string folder)
{
    /// <summary>JSON type of a value that stands in a blob.</summary>
    public const string JsonType = "application/json";

    /// <summary>The file of a blob, by lower-case hex hash.</summary>
    public string FileOf(string hash) => Path.Combine(folder, hash[..2], hash);

    /// <summary>Forgets a blob that the server has.</summary>
    public void Remove(string hash)
    {
        if (Has(hash))
        {
            File.Delete(FileOf(hash));
        }
    }

    public bool Has(string hash) => File.Exists(FileOf(hash));

    /// <summary>Keeps the content, on disk before it returns, and gives the reference that stands in its place in an event.</summary>
    /// <returns><c>{"$blob":{"hash","size","type"}}</c>, size in bytes.</returns>
    /// <exception cref="IOException">There is no room, or the disk fails; nothing of it is left behind.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public Json Keep(byte[] content, string type)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        var file = FileOf(hash);
        if (!File.Exists(file))
        {
            JarvisHome.MakePrivateFolder(Path.GetDirectoryName(file)!);
            var temporary = file + "." + Guid.NewGuid().ToString("N");
            try
            {
                using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
                {
                    stream.Write(content);
                    stream.Flush(flushToDisk: true);
                }

                File.Move(temporary, file, overwrite: true);
            }
            catch
            {
                // Half of it would take the room that is missing.
                File.Delete(temporary);
                throw;
            }
        }

        return Json.Of(("$blob", Json.Of(("hash", hash), ("size", content.Length), ("type", type))));
    }
}
