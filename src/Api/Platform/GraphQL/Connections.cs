using GraphQL;
using Jarvis.Domain.Platform;

namespace Jarvis.Api.Platform.GraphQL;

/// <summary>Relay's page info.</summary>
public sealed record PageInfo(bool HasNextPage, bool HasPreviousPage, string? StartCursor, string? EndCursor);

/// <summary>A count that says whether it is exact: beyond the limit of an arbitrary mix of filters it means "more than".</summary>
public sealed record Count(int Value, bool IsExact);

/// <summary>Relay's page arguments, checked.</summary>
/// <param name="Place">What the cursor of <c>after</c> or <c>before</c> was made of; null to begin at that end.</param>
public sealed record PageRequest(int Size, bool Backward, string? Place)
{
    /// <summary>Which list and order its cursors are of; empty where a place says so itself.</summary>
    public string List { get; private init; } = "";

    /// <exception cref="RefusalError"><c>page.invalid</c>: both directions at once, a size out of range, or a foreign cursor.</exception>
    /// <param name="list">Stands in every cursor of the list, so that one of another list, or of another order of it, is refused and not taken for a place here.</param>
    public static PageRequest Of(int? first, string? after, int? last, string? before, string list = "")
    {
        if ((first is not null && last is not null) || (after is not null && before is not null)
            || (first is not null && before is not null) || (last is not null && after is not null))
        {
            throw new RefusalError(new Refusal("page.invalid", "Page either forward (first, after) or backward (last, before)."));
        }

        var backward = last is not null || before is not null;
        var size = first ?? last ?? GraphQLLimits.PageDefault;
        if (size is < 1 or > GraphQLLimits.PageMax)
        {
            throw new RefusalError(new Refusal("page.invalid", $"A page has 1 to {GraphQLLimits.PageMax} items.", backward ? "last" : "first"));
        }

        var cursor = after ?? before;
        string? place = null;
        if (cursor is not null && ((place = new Cursor(cursor).Place()) is null || !place.StartsWith(Beginning(list), StringComparison.Ordinal)))
        {
            throw InvalidCursor(backward ? "before" : "after");
        }

        return new PageRequest(size, backward, place?[Beginning(list).Length..]) { List = list };
    }

    /// <summary>The cursor of a place in this list.</summary>
    public string CursorOf(string place) => Cursor.Of(Beginning(List) + place).Value;

    private static string Beginning(string list) => list.Length == 0 ? "" : $"{list}:";

    public static RefusalError InvalidCursor(string field) => new(new Refusal("page.invalid", "The cursor is not one of this list.", field));

    /// <summary>The place as a number, as lists ordered by one number use it.</summary>
    public long? PlaceAsNumber() => Place is null ? null
        : long.TryParse(Place, out var number) ? number : throw InvalidCursor(Backward ? "before" : "after");
}

/// <summary>An item with its cursor.</summary>
public abstract record Edge<TNode>(TNode Node, string Cursor);

/// <summary>A page of a list, cut from one row more than was asked for.</summary>
public abstract class Connection<TNode, TEdge>(IReadOnlyList<TEdge> edges, PageInfo pageInfo, Position asOf)
    where TEdge : Edge<TNode>
{
    public IEnumerable<TEdge> Edges => edges;

    public IEnumerable<TNode> Nodes => edges.Select(edge => edge.Node);

    public PageInfo PageInfo => pageInfo;

    /// <summary>The position this answer is of.</summary>
    public Position AsOf => asOf;
}

/// <summary>Reads a page, and how many there are in all where that is asked for, as they were at one instant.</summary>
public static class Counted
{
    public const string Field = "totalCount";

    /// <returns>The count is null where nobody asks for it: then the page is read alone, and nothing waits for a count.</returns>
    public static async Task<(List<T> Rows, Count? Total)> Read<T>(IResolveFieldContext context, Func<Task<List<T>>> page, Func<Task<Count>> count) =>
        context.Asks(Field)
            ? await context.Service<ViewReader>().AtOneInstant(async () => (await page(), (Count?)await count()), context.CancellationToken)
            : (await page(), null);
}

/// <summary>Cuts what a query gave (one row more than the page, backward pages in reverse) into a page.</summary>
public static class Pages
{
    public static (IReadOnlyList<TEdge> Edges, PageInfo Info) Cut<TRow, TEdge>(
        PageRequest page, List<TRow> rows, Func<TRow, string> placeOf, Func<TRow, string, TEdge> edge)
    {
        var more = rows.Count > page.Size;
        if (more)
        {
            rows.RemoveRange(page.Size, rows.Count - page.Size);
        }

        if (page.Backward)
        {
            rows.Reverse();
        }

        var edges = rows.Select(row => (Cursor: page.CursorOf(placeOf(row)), Row: row)).ToList();
        return (
            [.. edges.Select(pair => edge(pair.Row, pair.Cursor))],
            new PageInfo(
                page.Backward ? page.Place is not null : more, page.Backward ? more : page.Place is not null,
                edges.Count == 0 ? null : edges[0].Cursor, edges.Count == 0 ? null : edges[^1].Cursor));
    }
}
