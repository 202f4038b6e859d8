using System.Globalization;
using GraphQL;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;

namespace Jarvis.Api.Runs;

/// <summary>One line of a run's log.</summary>
/// <param name="Index">The line's place within the event of that sequence.</param>
/// <param name="Text">Null for a caller who may not see it.</param>
[Name("LogEntry")]
public sealed record RunLogEntry(
    Guid RunId, int Sequence, int Index, DateTimeOffset At, LogSeverity Level, string? Task, string? Text, Position Position, Cursor Cursor);

[Name("LogEdge")]
public sealed record RunLogEdge(RunLogEntry Node, string Cursor) : Edge<RunLogEntry>(Node, Cursor);

/// <param name="Incomplete">A search looked at as many lines as one request may; go on from the end cursor.</param>
[Name("LogConnection")]
public sealed class RunLogConnection(IReadOnlyList<RunLogEdge> edges, PageInfo pageInfo, Position asOf, bool incomplete)
    : Connection<RunLogEntry, RunLogEdge>(edges, pageInfo, asOf)
{
    /// <summary>A search looked at as many lines as one request may; go on from the end cursor.</summary>
    public bool Incomplete => incomplete;
}

/// <summary>Pages of a run's log. The rows say where a line is; its text is unsealed from the event, only for the lines that are looked at.</summary>
public sealed class RunLog(ViewReader views, RecordedEvents recorded)
{
    /// <summary>Lines that one search looks at.</summary>
    public const int SearchLines = 20_000;

    public const int SearchMaxCharacters = 200;

    private const int SearchChunk = 1_000;

    public async Task<RunLogConnection> Page(
        IResolveFieldContext context, RunRow run, ReadPoint point, PageRequest page, string? search, LogSeverity? level, string? task)
    {
        var mayRead = context.Caller().AccountId == run.OwnerId;
        if (search?.Length > SearchMaxCharacters)
        {
            throw new RefusalError(new Refusal("input.invalid", $"Search for at most {SearchMaxCharacters} characters.", "search"));
        }

        var found = new List<(RunLogRow Row, string? Text)>();
        var place = page.Place is null ? (RunLogPlace?)null : RunLogPlace.From(page.Place, page.Backward ? "before" : "after");
        var looked = 0;
        var searching = !string.IsNullOrEmpty(search) && mayRead;
        var complete = false;
        RunLogPlace? lastLooked = null;
        while (found.Count <= page.Size && looked < SearchLines && !complete)
        {
            var limit = searching ? SearchChunk : page.Size + 1;
            var rows = await Rows(context, run, point, page.Backward, place, level, task, limit);
            complete = rows.Count < limit;
            looked += rows.Count;
            var texts = mayRead ? await Texts(run.RunId, rows, context.CancellationToken) : null;
            found.AddRange(rows.Select(row => (row, texts?.GetValueOrDefault((row.Sequence, row.Line))))
                .Where(line => !searching || line.Item2?.Contains(search!, StringComparison.OrdinalIgnoreCase) == true));
            if (rows.Count > 0)
            {
                place = lastLooked = new RunLogPlace(rows[^1].Sequence, rows[^1].Line);
            }

            if (!searching)
            {
                break;
            }
        }

        var (edges, info) = Pages.Cut(
            page, found, line => new RunLogPlace(line.Row.Sequence, line.Row.Line).ToString(), (line, cursor) => new RunLogEdge(Entry(line.Row, line.Text), cursor));
        if (searching && !complete && found.Count <= page.Size)
        {
            // The search ran out of its allowance, not of lines: there is more to look at behind the last line looked at.
            info = page.Backward
                ? info with { HasPreviousPage = true, StartCursor = Cursor.Of(lastLooked!.ToString()!).Value }
                : info with { HasNextPage = true, EndCursor = Cursor.Of(lastLooked!.ToString()!).Value };
            return new RunLogConnection(edges, info, new Position(point.AnswerPosition), true);
        }

        return new RunLogConnection(edges, info, new Position(point.AnswerPosition), false);
    }

    public static RunLogEntry Entry(RunLogRow row, string? text) => new(
        row.RunId, checked((int)row.Sequence), row.Line, row.At, (LogSeverity)row.Level, row.Instance, text, new Position(row.Position),
        Cursor.Of(new RunLogPlace(row.Sequence, row.Line).ToString()));

    private Task<List<RunLogRow>> Rows(
        IResolveFieldContext context, RunRow run, ReadPoint point, bool backward, RunLogPlace? place, LogSeverity? level, string? task, int limit)
    {
        var conditions = new Conditions().Add("run_id = ?", run.RunId)
            .AddIf(point.Position is not null, "position <= ?", point.Position)
            .AddIf(level is not null, "level >= ?", (short)(level ?? 0))
            .AddIf(task is not null, "instance = ?", task);
        if (place is { } from)
        {
            conditions.Add($"(sequence, line) {(backward ? "<" : ">")} (?, ?)", from.Sequence, from.Line);
        }

        var direction = backward ? "desc" : "asc";
        return views.Rows<RunLogRow>(context.Caller(),
            $"select run_id, sequence, line, owner_id, position, at, level, instance from {ViewTables.Schema}.run_log where {conditions.Sql} "
            + $"order by sequence {direction}, line {direction} limit {limit}", conditions.Parameters, context.CancellationToken);
    }

    private async Task<Dictionary<(long, int), string?>> Texts(Guid runId, List<RunLogRow> rows, CancellationToken cancel)
    {
        var stream = StreamIds.Execution(runId);
        var sequences = rows.Select(row => row.Sequence).Distinct().ToArray();
        var events = await recorded.Unseal(await recorded.At([.. sequences.Select(_ => stream)], sequences, cancel), cancel);
        var texts = new Dictionary<(long, int), string?>();
        foreach (var e in events)
        {
            foreach (var (line, text) in TextsOf((ExecutionLogged)e.Data))
            {
                texts[(e.Version, line)] = text;
            }
        }

        return texts;
    }

    /// <summary>The texts of an unsealed log event by line.</summary>
    public static IEnumerable<(int Line, string? Text)> TextsOf(ExecutionLogged logged)
    {
        var texts = Revealed.Value(logged.Texts);
        return logged.Lines.Select((_, line) => (line, texts switch
        {
            JsonArray all when line < all.Items.Length => all.Items[line] is JsonString text ? text.Value : all.Items[line].ToString(),
            JsonString erased => erased.Value,
            _ => null,
        }));
    }
}

/// <summary>A line's place in a log.</summary>
public readonly record struct RunLogPlace(long Sequence, int Line)
{
    public static RunLogPlace From(string place, string field) =>
        place.Split('.') is [var sequence, var line]
        && long.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out var s)
        && int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var l) ? new RunLogPlace(s, l) : throw PageRequest.InvalidCursor(field);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Sequence}.{Line}");
}
