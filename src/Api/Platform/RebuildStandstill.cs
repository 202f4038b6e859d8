using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>The moment in which a live view stands still and the one that is made anew is as far as it.</summary>
public sealed class RebuildStandstill(RebuildFold fold, ViewShards shards)
{
    /// <summary>How often a view that moves is asked to stand still.</summary>
    private const int MaxAttempts = 10;

    /// <summary>
    /// Does something while the live view stands still and the new one is as far as it. The daemon starts a view by itself that it finds standing: whether it
    /// moved all the same is what <paramref name="act"/> answers by what it sees in its own transaction; then it is done again.
    /// </summary>
    public async Task Of(RebuildUnderWay rebuild, Func<Task<bool>> act, CancellationToken cancel)
    {
        var stoodStill = false;
        for (var attempt = 1; !stoodStill; attempt++)
        {
            await shards.Still(
                rebuild.View.Name,
                async () =>
                {
                    var place = await shards.Place(rebuild.View.Name, cancel);
                    if (place < rebuild.Place)
                    {
                        throw new InvalidOperationException($"The database lost the last commits of {rebuild.View.Name}; it is folded again first.");
                    }

                    await fold.To(rebuild, place, cancel);
                    stoodStill = await act();
                },
                cancel);
            if (!stoodStill && attempt == MaxAttempts)
            {
                throw new InvalidOperationException($"{rebuild.View.Name} did not stand still; try again.");
            }
        }
    }

    /// <summary>Whether the live view is where the new one is, in this transaction.</summary>
    /// <param name="holding"><c>for update</c> where it has to stay there until the transaction ends.</param>
    public static async Task<bool> IsAtPlace(RebuildUnderWay rebuild, NpgsqlConnection connection, NpgsqlTransaction transaction, string holding, CancellationToken cancel)
    {
        await using var command = ViewShards.PlaceOf(rebuild.View.Name, holding);
        (command.Connection, command.Transaction) = (connection, transaction);
        await (rebuild.Hold ?? throw new InvalidOperationException($"{rebuild.View.Name} is no longer being made anew.")).Prove(cancel);
        return (await command.ExecuteScalarAsync(cancel) is long place ? place : 0) == rebuild.Place;
    }
}
