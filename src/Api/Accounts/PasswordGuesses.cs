using Npgsql;

namespace Jarvis.Api.Accounts;

/// <summary>
/// Counts wrong passwords per e-mail address, known or not, in a window that slides: after the limit the answer is "later" until the oldest
/// guess has left it. A guess is booked before it is judged, so that many at once cannot pass; a right password takes its booking back.
/// What is turned away is not judged and not booked, so nobody is kept out by attempts that went on after the limit, and open sessions
/// go on whatever happens here.
/// </summary>
public sealed class PasswordGuesses(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>A booked guess to be judged, or how long to wait.</summary>
    public Task<(Guid? Guess, TimeSpan RetryAfter)> Book(string emailKey, CancellationToken cancel) => Book(emailKey, SignInLimits.GuessesPerAccount, cancel);

    /// <summary>The same of whatever else is limited within <see cref="SignInLimits.GuessWindow"/>.</summary>
    public async Task<(Guid? Guess, TimeSpan RetryAfter)> Book(string key, int most, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using var count = new NpgsqlCommand(
            """
            with locked as materialized (select pg_advisory_xact_lock(730, hashtext($1)))
            select 1 from locked
            """, connection, transaction);
        count.Parameters.AddWithValue(key);
        await count.ExecuteNonQueryAsync(cancel);

        await using var recent = new NpgsqlCommand(
            "select at from sign_in.guesses where email_key = $1 and at > $2 order by at desc offset $3 limit 1", connection, transaction);
        recent.Parameters.AddWithValue(key);
        recent.Parameters.AddWithValue(now - SignInLimits.GuessWindow);
        recent.Parameters.AddWithValue(most - 1);
        if (await recent.ExecuteScalarAsync(cancel) is DateTime oldest)
        {
            return (null, SignInLimits.GuessWindow - (now - oldest));
        }

        var guess = Guid.CreateVersion7(now);
        await using var insert = new NpgsqlCommand("insert into sign_in.guesses (guess_id, email_key, at) values ($1, $2, $3)", connection, transaction);
        insert.Parameters.AddWithValue(guess);
        insert.Parameters.AddWithValue(key);
        insert.Parameters.AddWithValue(now);
        await insert.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
        return (guess, TimeSpan.Zero);
    }

    /// <summary>The password was right: this was no guess.</summary>
    public async Task TakeBack(Guid guess, CancellationToken cancel)
    {
        await using var command = database.CreateCommand("delete from sign_in.guesses where guess_id = $1");
        command.Parameters.AddWithValue(guess);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
