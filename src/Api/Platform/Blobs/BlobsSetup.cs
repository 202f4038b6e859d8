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
        services.AddSingleton<IBlobStorage>(new FolderBlobStorage(configuration.KeptFolder));
        services.AddSingleton<Application.Platform.Blobs.Blobs>();
        services.AddSingleton<NamedBlobs>();
        services.AddHostedService<UploadSweep>();
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
