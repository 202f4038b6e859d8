namespace Jarvis.Application.Platform.Blobs;

/// <summary>Bounds of blobs; each has a setting.</summary>
/// <param name="MaxBytes">Of one blob.</param>
/// <param name="QuotaBytes">Of all blobs of one owner together.</param>
/// <param name="Grace">How long a blob may stand without an event that names it.</param>
public sealed record BlobLimits(long MaxBytes, long QuotaBytes, TimeSpan Grace)
{
    public const long DefaultMaxBytes = 4L * 1024 * 1024 * 1024;

    public const long DefaultQuotaBytes = 20L * 1024 * 1024 * 1024;

    public const int DefaultGraceHours = 7 * 24;

    /// <summary>Unfinished uploads of one owner.</summary>
    public const int MaxUploads = 64;

    /// <summary>An upload that nothing was added to for so long lapses.</summary>
    public static readonly TimeSpan UploadLifetime = TimeSpan.FromDays(3);
}
