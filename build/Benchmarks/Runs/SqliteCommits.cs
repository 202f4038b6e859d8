using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Jarvis.Benchmarks.Runs;

/// <summary>P14's limit: SQLite, one row a commit, each flushed to the same disk.</summary>
internal static class SqliteCommits
{
    private const int BytesPerRow = 300;

    public static double PerSecond(string folder, TimeSpan time)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, Guid.NewGuid().ToString("N") + ".db");
        using (var connection = new SqliteConnection($"Data Source={file};Pooling=false"))
        {
            connection.Open();
            Execute(connection, "pragma journal_mode = wal");
            Execute(connection, "pragma synchronous = full");
            Execute(connection, "create table rows (run integer, sequence integer, data blob, primary key (run, sequence)) without rowid");
            using var insert = connection.CreateCommand();
            insert.CommandText = "insert into rows values (1, $sequence, $data)";
            var sequence = insert.Parameters.Add("$sequence", SqliteType.Integer);
            insert.Parameters.AddWithValue("$data", new byte[BytesPerRow]);
            insert.Prepare();
            var count = 0;
            var watch = Stopwatch.StartNew();
            while (watch.Elapsed < time)
            {
                sequence.Value = ++count;
                insert.ExecuteNonQuery();
            }

            var rate = count / watch.Elapsed.TotalSeconds;
            connection.Close();
            Delete(file);
            return rate;
        }
    }

    private static void Execute(SqliteConnection connection, string pragmaOrTable)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The three texts are constants of the method above.
        command.CommandText = pragmaOrTable;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static void Delete(string file)
    {
        foreach (var part in Directory.GetFiles(Path.GetDirectoryName(file)!, Path.GetFileName(file) + "*"))
        {
            File.Delete(part);
        }
    }
}
