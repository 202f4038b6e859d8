using Jarvis.Application.Platform.Operations;
using Jarvis.Domain.Platform;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>A server that sends nothing outward, since when and why.</summary>
public sealed record Held(DateTimeOffset Since, string Why);

/// <summary>
/// Whether this is a restored copy that nobody has released yet. Whatever would leave the server (orders to PCs, and later mail and webhooks) asks here
/// first: a copy that is only tried out must not act beside the system it was made of. The row stands in the database, so that every node and every later
/// start knows of it.
/// </summary>
public sealed class Hold(NpgsqlDataSource database)
{
    public const string Script = $"""
        create schema if not exists operations;
        create table if not exists {ReleaseServerHandler.Table} (
            single_row boolean primary key default true check (single_row),
            since timestamptz not null,
            why   text not null
        );
        """;

    public static readonly Refusal Refusal = new(
        "server.held", "This is a restored copy: it gives no orders until an administrator releases it.");

    /// <summary>Null once it was released, or where it never was held.</summary>
    public async Task<Held?> Current(CancellationToken cancel)
    {
        await using var command = database.CreateCommand($"select since, why from {ReleaseServerHandler.Table}");
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel) ? new Held(reader.GetFieldValue<DateTimeOffset>(0), reader.GetString(1)) : null;
    }
}

/// <summary>A held server serves, and says that it is held.</summary>
public sealed class HoldHealth(Hold hold) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await hold.Current(cancellationToken) is { } held
            ? HealthCheckResult.Degraded($"Held since {held.Since.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {held.Why}")
            : HealthCheckResult.Healthy();
}
