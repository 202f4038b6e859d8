using Jarvis.Api.Runs;
using Jarvis.Application.Platform;
using Jarvis.Application.Platform.Blobs;

namespace Jarvis.Api.Platform.Blobs;

/// <summary>Blobs: where they are kept, who may read them, their addresses, and what lapses.</summary>
public static class BlobsSetup
{
    public static void AddBlobs(this WebApplicationBuilder builder, ServerConfiguration server)
    {
        var configuration = BlobConfiguration.Read(builder.Configuration, server.DataFolder);
        var services = builder.Services;
        services.AddSingleton(configuration);
        services.AddSingleton(configuration.Limits);
        services.AddSingleton(provider => new BlobUploads(configuration.UploadFolder, provider.GetRequiredService<Vault>()));
        services.AddSingleton<IBlobStorage>(_ => configuration.S3 is { } address ? new S3BlobStorage(address) : new FolderBlobStorage(configuration.KeptFolder));
        services.AddSingleton<Application.Platform.Blobs.Blobs>();
        services.AddSingleton<NamedBlobs>();
        services.AddSingleton<OrphanBlobs>();
        services.AddSingleton<IOrphanBlobs>(provider => provider.GetRequiredService<OrphanBlobs>());
        services.AddSingleton<RunBlobs>();
        services.AddHostedService<UploadSweep>();
    }
}

/// <summary>Whether the store can be written is known before anything is served.</summary>
public static class BlobStorageCheck
{
    /// <exception cref="ConfigurationException">It cannot; the message names the settings.</exception>
    public static async Task CheckBlobs(this WebApplication app)
    {
        var configuration = app.Services.GetRequiredService<BlobConfiguration>();
        try
        {
            await app.Services.GetRequiredService<IBlobStorage>().Check(CancellationToken.None);
        }
        catch (IOException problem)
        {
            throw new ConfigurationException(configuration.S3 is { } address
                ? $"JARVIS_BLOBS_S3_ENDPOINT and what belongs to it do not give a store that can be written ({address.Endpoint}, bucket {address.Bucket}): {problem.Message}"
                : $"JARVIS_BLOBS_FOLDER cannot be written ({configuration.Folder}): {problem.Message}");
        }
    }
}

/// <summary>Removes uploads that nobody goes on with, now and then.</summary>
public sealed class UploadSweep(BlobUploads uploads, TimeProvider clock, ILogger<UploadSweep> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        do
        {
            try
            {
                if (await uploads.Lapse(clock.GetUtcNow() - BlobLimits.UploadLifetime, stoppingToken) is > 0 and var lapsed)
                {
                    log.LogInformation("{Lapsed} unfinished uploads lapsed", lapsed);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                log.LogWarning("Old uploads could not be removed: {Reason}", e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
