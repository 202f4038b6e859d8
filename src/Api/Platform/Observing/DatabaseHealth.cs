using Jarvis.Application.Platform;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Jarvis.Api.Platform.Observing;

/// <summary>Whether the database answers.</summary>
public sealed class DatabaseHealth(NpgsqlDataSource database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var command = database.CreateCommand("select 1");
            command.CommandTimeout = 3;
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (DatabaseTrouble.Is(e))
        {
            return HealthCheckResult.Unhealthy("The database does not answer.");
        }
    }
}
