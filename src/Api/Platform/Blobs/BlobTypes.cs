using System.Collections.Frozen;

namespace Jarvis.Api.Platform.Blobs;

/// <summary>Which media types a blob is served as. Whatever a browser could run (HTML, SVG, scripts, XML) is not among them and goes out as bytes.</summary>
public static class BlobTypes
{
    public const string Bytes = "application/octet-stream";

    private sealed record Served(string Type, string Extension, bool IsShown);

    private static readonly FrozenDictionary<string, Served> Known = new Served[]
    {
        new("image/png", "png", true), new("image/jpeg", "jpg", true), new("image/gif", "gif", true), new("image/webp", "webp", true), new("image/avif", "avif", true),
        new("audio/mpeg", "mp3", true), new("audio/mp4", "m4a", true), new("audio/ogg", "ogg", true), new("audio/wav", "wav", true), new("audio/webm", "weba", true),
        new("video/mp4", "mp4", true), new("video/webm", "webm", true),
        new("text/plain", "txt", true), new("application/json", "json", true),
        new("text/csv", "csv", false), new("application/pdf", "pdf", false), new("application/zip", "zip", false),
        new("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", false),
        new("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", false),
    }.ToFrozenDictionary(served => served.Type, StringComparer.OrdinalIgnoreCase);

    /// <summary>The <c>Content-Type</c> for what a blob claims to be.</summary>
    public static string ServedAs(string type) => !Known.TryGetValue(type, out var served) ? Bytes : served.Type.StartsWith("text/", StringComparison.Ordinal) ? $"{served.Type}; charset=utf-8" : served.Type;

    /// <summary>The <c>Content-Disposition</c>: what a browser shows safely is shown, the rest is saved, under a name that the hash gives.</summary>
    public static string Disposition(string type, string hash) =>
        Known.TryGetValue(type, out var served)
            ? $"{(served.IsShown ? "inline" : "attachment")}; filename=\"{hash[..16]}.{served.Extension}\""
            : $"attachment; filename=\"{hash[..16]}.bin\"";
}
