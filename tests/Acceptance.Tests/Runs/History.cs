using System.Text.Json.Nodes;
using Jarvis.Acceptance.Tests.Platform;
using Jarvis.Domain.Platform;
using Microsoft.Data.Sqlite;
using Shouldly;

namespace Jarvis.Acceptance.Tests.Runs;

/// <summary>Compares what the server holds of a run with what the PC wrote down.</summary>
internal static class History
{
    /// <summary>The server's Execution stream is the runner's journal: every event once, in order, none more.</summary>
    public static async Task ShouldEqualTheJournal(JarvisSystem system, Guid run, string runner = "pc")
    {
        var journal = Journal(Path.Combine(system.HomeOf(runner), "journal.db"), run);
        var deadline = DateTime.UtcNow.AddSeconds(30);
        IReadOnlyList<(long Sequence, string Type)> stored;
        do
        {
            stored =
            [
                .. (await system.HistoryAsync(StreamIds.Execution(run)))
                    .Where(e => e["sequence"] is not null)
                    .Select(e => (e["sequence"]!.GetValue<long>(), e["type"]!.GetValue<string>())),
            ];
        }
        while (stored.Count < journal.Count && DateTime.UtcNow < deadline);

        stored.Select(e => e.Sequence).ShouldBe(Enumerable.Range(1, stored.Count).Select(n => (long)n), "a gap or a repeat in the stored stream");
        stored.ShouldBe(journal);
    }

    /// <summary>How far the PC was told that the server has this run.</summary>
    public static long Acknowledged(JarvisSystem system, Guid run, string runner = "pc")
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(system.HomeOf(runner), "journal.db")};Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "select acknowledged from runs where run_id = $run";
        command.Parameters.AddWithValue("$run", run.ToString());
        return command.ExecuteScalar() is long acknowledged ? acknowledged : 0;
    }

    private static List<(long Sequence, string Type)> Journal(string file, Guid run)
    {
        using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "select sequence, type from events where run = (select number from runs where run_id = $run) order by sequence";
        command.Parameters.AddWithValue("$run", run.ToString());
        using var reader = command.ExecuteReader();
        var events = new List<(long, string)>();
        while (reader.Read())
        {
            events.Add((reader.GetInt64(0), reader.GetString(1)));
        }

        return events;
    }
}
