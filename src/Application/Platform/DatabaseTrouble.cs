using Npgsql;

namespace Jarvis.Application.Platform;

/// <summary>What a call of the database failed with.</summary>
public static class DatabaseTrouble
{
    /// <summary>Whether it is of the database at all, passing or not, and not a mistake of the caller: what runs all the time tells of it and tries again.</summary>
    public static bool Is(Exception exception) => exception is NpgsqlException or TimeoutException || IsPassing(exception);

    /// <summary>
    /// Whether it is the database that cannot answer at the moment, and not the statement that is wrong. Marten and the pool wrap what the driver throws when
    /// a connection breaks.
    /// </summary>
    public static bool IsPassing(Exception exception)
    {
        // Shut down, crashed or starting; of these the driver takes only the last for passing.
        const string OperatorIntervened = "57P";
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is PostgresException answered)
            {
                return answered.IsTransient || answered.SqlState.StartsWith(OperatorIntervened, StringComparison.Ordinal);
            }

            if (cause is ObjectDisposedException { ObjectName: var name } && name.StartsWith("Npgsql", StringComparison.Ordinal))
            {
                // The connection broke in the middle of a statement, and its transaction with it.
                return true;
            }

            if (cause is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException)
            {
                return cause.InnerException is not PostgresException || IsPassing(cause.InnerException);
            }
        }

        return false;
    }
}
