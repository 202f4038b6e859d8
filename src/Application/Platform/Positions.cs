using Marten;
using Npgsql;

namespace Jarvis.Application.Platform;

/// <summary>Positions as the store assigned them.</summary>
public static class Positions
{
    private const string HeadSql = $"select coalesce(max(seq_id), 0) from {EventStoreSetup.Schema}.mt_events";
    private const string OfSql = $"select seq_id from {EventStoreSetup.Schema}.mt_events where stream_id = $1 and version = $2";

    /// <summary>The highest position committed.</summary>
    public static async Task<long> Head(this IQuerySession session, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(HeadSql);
        return await Scalar(session, command, cancellation);
    }

    /// <summary>Where the event of that stream and version stands.</summary>
    public static async Task<long> PositionOf(this IQuerySession session, Guid stream, long version, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(OfSql) { Parameters = { new() { Value = stream }, new() { Value = version } } };
        return await Scalar(session, command, cancellation);
    }

    private static async Task<long> Scalar(IQuerySession session, NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        return await reader.ReadAsync(cancellation) ? reader.GetInt64(0) : 0;
    }
}
