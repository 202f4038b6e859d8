using System.Globalization;
using Jarvis.Application.Platform.Blobs;

namespace Jarvis.Api.Platform.Blobs;

/// <summary>Where blobs are kept and how large they may become; read and checked once.</summary>
/// <param name="Folder">JARVIS_BLOBS_FOLDER: unfinished uploads, and the blobs themselves unless another store keeps them. By default <c>blobs</c> in JARVIS_DATA.</param>
/// <param name="Limits">JARVIS_BLOBS_MAX_BYTES, JARVIS_BLOBS_QUOTA_BYTES, JARVIS_BLOBS_GRACE_HOURS.</param>
public sealed record BlobConfiguration(string Folder, BlobLimits Limits)
{
    public string UploadFolder => Path.Combine(Folder, "uploads");

    public string KeptFolder => Path.Combine(Folder, "kept");

    /// <exception cref="ConfigurationException">One is wrong.</exception>
    public static BlobConfiguration Read(IConfiguration configuration, string dataFolder)
    {
        var limits = new BlobLimits(
            Number(configuration, "JARVIS_BLOBS_MAX_BYTES", BlobLimits.DefaultMaxBytes),
            Number(configuration, "JARVIS_BLOBS_QUOTA_BYTES", BlobLimits.DefaultQuotaBytes),
            TimeSpan.FromHours(Number(configuration, "JARVIS_BLOBS_GRACE_HOURS", BlobLimits.DefaultGraceHours, most: 24 * 3650)));
        return new BlobConfiguration(
            Path.GetFullPath(configuration["JARVIS_BLOBS_FOLDER"] is { Length: > 0 } folder ? folder : Path.Combine(dataFolder, "blobs")), limits);
    }

    private static long Number(IConfiguration configuration, string name, long otherwise, long most = long.MaxValue) =>
        configuration[name] is not { Length: > 0 } text ? otherwise
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most ? number
        : throw new ConfigurationException($"{name} must be a whole number from 1{(most == long.MaxValue ? "" : $" to {most}")}, but is '{text}'.");
}
