using System.Diagnostics.Metrics;
using Jarvis.Application.Platform;
using Jarvis.Projections;
using Marten.Events.Daemon.Coordination;
using Npgsql;

namespace Jarvis.Api.Platform.Observing;

/// <summary>What is measured by looking: lag of every view, paused shards, dead letters. Looked at every few seconds, not at each scrape.</summary>
public sealed class ServerGauges(
    NpgsqlDataSource database, ViewProgress progress, ViewLag lag, ReadPoints points, IProjectionCoordinator coordinator, ILogger<ServerGauges> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private long head;
    private long deadLetters;
    private int paused;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Telemetry.Meter.CreateObservableGauge("jarvis.daemon.lag", Lags, "{event}", "Positions that a view is behind the head");
        Telemetry.Meter.CreateObservableGauge("jarvis.daemon.lag.time", LagTimes, "s", "How long a view has been behind the head");
        Telemetry.Meter.CreateObservableGauge("jarvis.daemon.late", () => lag.Late().Count, "{view}", "Views that have been behind for more than 30 s");
        Telemetry.Meter.CreateObservableGauge("jarvis.daemon.paused", () => Volatile.Read(ref paused), "{daemon}", "1 while a view has stopped at an event");
        Telemetry.Meter.CreateObservableGauge("jarvis.deadletters", () => Volatile.Read(ref deadLetters), "{message}", "Messages that could not be handled");
        Telemetry.Meter.CreateObservableGauge("jarvis.events.head", () => Volatile.Read(ref head), "{event}", "The highest committed position");
        using var timer = new PeriodicTimer(Every);
        do
        {
            try
            {
                Volatile.Write(ref head, await points.Head(stoppingToken));
                await using var command = database.CreateCommand($"select count(*) from {EventStoreSetup.MessageSchema}.wolverine_dead_letters");
                Volatile.Write(ref deadLetters, (long)(await command.ExecuteScalarAsync(stoppingToken))!);
                Volatile.Write(ref paused, coordinator.DaemonForMainDatabase().HasAnyPaused() ? 1 : 0);
            }
            catch (Exception e) when (DatabaseTrouble.Is(e))
            {
                log.LogWarning("The server cannot be measured: {Reason}", e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private IEnumerable<Measurement<long>> Lags() =>
        ViewsSetup.Names.Append(ViewProgress.HighWater)
            .Select(name => new Measurement<long>(Math.Max(0, Volatile.Read(ref head) - progress.Of(name)), new KeyValuePair<string, object?>("view", name)));

    private IEnumerable<Measurement<double>> LagTimes() =>
        ViewLag.Watched.Select(name => new Measurement<double>(lag.Of(name).TotalSeconds, new KeyValuePair<string, object?>("view", name)));
}
