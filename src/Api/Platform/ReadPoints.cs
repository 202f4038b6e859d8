using Jarvis.Api.Accounts;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Domain.Platform;
using Jarvis.Projections.Platform;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>The moment a query asks about: exactly one of a position and an instant.</summary>
public sealed record AsOf(Position? Position, DateTimeOffset? Instant);

/// <summary>What moment an answer is of.</summary>
/// <param name="Position">The moment asked for; null for now.</param>
/// <param name="Reached">The position the view held when it was read.</param>
public sealed record ReadPoint(long? Position, long Reached)
{
    /// <summary>What whoever asked has seen: other views that the answer needs must have come as far.</summary>
    public long AtLeast { get; init; }

    /// <summary>The condition that picks the versions of this moment.</summary>
    public void Pick(Conditions conditions, string alias = "")
    {
        if (Position is { } position)
        {
            conditions.Add($"{alias}from_position <= ? and {alias}to_position > ?", position, position);
        }
        else
        {
            // A literal, so that the planner can take the partial indexes of current rows.
            conditions.Add($"{alias}to_position = {ViewTables.Open}");
        }
    }

    /// <summary>Which moment the answer is of.</summary>
    public long AnswerPosition => Position ?? Reached;
}

/// <summary>Settles <c>asOf</c> and <c>atLeast</c> before a view is read.</summary>
public sealed class ReadPoints(ViewProgress progress, NpgsqlDataSource database)
{
    /// <summary>How long a query waits for its view.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <exception cref="RefusalError"><c>input.invalid</c>, or <c>view.behind</c> with how far the view is.</exception>
    public async Task<ReadPoint> Settle(string view, AsOf? asOf, Position? atLeast, CancellationToken cancel)
    {
        if (asOf is not null && asOf.Position is null == asOf.Instant is null)
        {
            throw new RefusalError(new Refusal("input.invalid", "Give asOf exactly one of position and instant.", "asOf"));
        }

        var position = asOf?.Position?.Value ?? (asOf?.Instant is { } instant ? await PositionAt(instant, cancel) : null);
        var needed = Math.Max(atLeast?.Value ?? 0, position ?? 0);
        if (needed > 0 && !await progress.Reach(view, needed, Patience, cancel))
        {
            var reached = progress.Of(view);
            throw new RefusalError(
                new Refusal("view.behind", $"The view is at position {reached}, {needed - reached} behind what was asked for."),
                new Dictionary<string, object?> { ["position"] = reached.ToString(System.Globalization.CultureInfo.InvariantCulture), ["behind"] = needed - reached });
        }

        return new ReadPoint(position, progress.Of(view)) { AtLeast = needed };
    }

    /// <summary>The highest committed position.</summary>
    public async Task<long> Head(CancellationToken cancel)
    {
        await using var command = database.CreateCommand($"select coalesce(max(seq_id), 0) from {RecordedEvent.Table}");
        return (long)(await command.ExecuteScalarAsync(cancel))!;
    }

    private async Task<long?> PositionAt(DateTimeOffset instant, CancellationToken cancel)
    {
        await using var command = database.CreateCommand($"select {ViewTables.Schema}.position_at($1)");
        command.Parameters.AddWithValue(instant);
        return (long)(await command.ExecuteScalarAsync(cancel))!;
    }
}
