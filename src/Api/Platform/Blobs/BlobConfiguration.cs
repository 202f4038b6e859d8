using System.Globalization;
using Jarvis.Application.Platform.Blobs;

namespace Jarvis.Api.Platform.Blobs;

/// <summary>Where blobs are kept and how large they may become; read and checked once.</summary>
/// <param name="Folder">JARVIS_BLOBS_FOLDER: unfinished uploads, and the blobs themselves unless another store keeps them. By default <c>blobs</c> in JARVIS_DATA.</param>
/// <param name="Limits">JARVIS_BLOBS_MAX_BYTES, JARVIS_BLOBS_QUOTA_BYTES, JARVIS_BLOBS_GRACE_HOURS.</param>
/// <param name="S3">JARVIS_BLOBS: <c>folder</c> (the default) or <c>s3</c>; then where it is.</param>
public sealed record BlobConfiguration(string Folder, BlobLimits Limits, S3Address? S3)
{
    private const string DefaultRegion = "us-east-1";

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
            Path.GetFullPath(configuration["JARVIS_BLOBS_FOLDER"] is { Length: > 0 } folder ? folder : Path.Combine(dataFolder, "blobs")),
            limits,
            (configuration["JARVIS_BLOBS"] ?? "folder") switch
            {
                "folder" or "" => null,
                "s3" => Address(configuration),
                var other => throw new ConfigurationException($"JARVIS_BLOBS must be folder or s3, but is '{other}'."),
            });
    }

    private static S3Address Address(IConfiguration configuration)
    {
        string Required(string name, string what) =>
            configuration[name] is { Length: > 0 } value ? value : throw new ConfigurationException($"{name} is missing: with JARVIS_BLOBS=s3 it must be {what}.");

        var endpoint = Required("JARVIS_BLOBS_S3_ENDPOINT", "the address of the object store");
        return new S3Address(
            Uri.TryCreate(endpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
                ? new Uri(endpoint)
                : throw new ConfigurationException($"JARVIS_BLOBS_S3_ENDPOINT must be an http or https address, but is '{endpoint}'."),
            Required("JARVIS_BLOBS_S3_BUCKET", "the name of a bucket"),
            configuration["JARVIS_BLOBS_S3_REGION"] is { Length: > 0 } region ? region : DefaultRegion,
            Required("JARVIS_BLOBS_S3_ACCESS_KEY", "an access key"),
            Required("JARVIS_BLOBS_S3_SECRET_KEY", "its secret key"));
    }

    private static long Number(IConfiguration configuration, string name, long otherwise, long most = long.MaxValue) =>
        configuration[name] is not { Length: > 0 } text ? otherwise
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most ? number
        : throw new ConfigurationException($"{name} must be a whole number from 1{(most == long.MaxValue ? "" : $" to {most}")}, but is '{text}'.");
}
