using System.Globalization;
using GraphQL;
using GraphQL.DataLoader;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Api.Runs;
using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Workflows;

namespace Jarvis.Api.Workflows;

/// <summary>A name and how many workflows have it.</summary>
public sealed record WorkflowFacet(string Name, int Count);

/// <summary>What a list of workflows can be narrowed by.</summary>
public sealed record WorkflowFacets(IEnumerable<WorkflowFacet> Categories, IEnumerable<WorkflowFacet> Tags);

/// <summary>A workflow with what a list of it is ordered by.</summary>
public sealed record FoundWorkflow(WorkflowRow Row, bool Favourite);

/// <summary>
/// Lists of workflows: filtered and ordered by the database, searched here, because titles and descriptions stand sealed and are
/// made clear for their owner only.
/// </summary>
public static class WorkflowSearch
{
    /// <summary>Workflows that one search looks at; beyond, narrow it by category, tag or namespace.</summary>
    public const int MaxSearched = 5_000;

    /// <summary>Workflows that are made clear at a time.</summary>
    private const int Portion = 500;

    private const int MaxTextCharacters = 200;
    private const int MaxFacets = 200;

    /// <summary>One row more than the page, in the page's direction.</summary>
    public static async Task<List<FoundWorkflow>> Page(IResolveFieldContext context, WorkflowFilter? filter, WorkflowOrder order, PageRequest page, ReadPoint point)
    {
        string[] words = [.. (filter?.Text is { Length: > MaxTextCharacters } long_ ? long_[..MaxTextCharacters] : filter?.Text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
        var (key, at) = PlaceIn(page, order);
        if (words.Length == 0)
        {
            return await Rows(context, filter, order, page.Backward, key, at, point, page.Size + 1);
        }

        var found = new List<FoundWorkflow>();
        for (var looked = 0; looked < MaxSearched && found.Count <= page.Size; looked += Portion)
        {
            var rows = await Rows(context, filter, order, page.Backward, key, at, point, Portion);
            found.AddRange(await Matching(context, rows, words));
            if (rows.Count < Portion)
            {
                break;
            }

            (key, at) = (KeyOf(rows[^1], order), rows[^1].Row.PublishedPosition);
        }

        return [.. found.Take(page.Size + 1)];
    }

    public static async Task<Count> Count(IResolveFieldContext context, WorkflowFilter? filter, ReadPoint point)
    {
        var searches = !string.IsNullOrWhiteSpace(filter?.Text);
        var most = searches ? MaxSearched : RunList.CountLimit;
        var whole = await Page(context, filter, WorkflowOrder.Newest, new PageRequest(most, false, null), point);
        return new Count(Math.Min(whole.Count, most), whole.Count <= most);
    }

    public static string PlaceOf(FoundWorkflow found, WorkflowOrder order) =>
        $"{found.Row.PublishedPosition.ToString(CultureInfo.InvariantCulture)}|{Convert.ToString(KeyOf(found, order), CultureInfo.InvariantCulture)}";

    public static IDataLoaderResult<Content?> About(IResolveFieldContext context, WorkflowRow row) =>
        row.About is null || context.Caller().AccountId != row.OwnerId
            ? LoaderResult.Of<Content?>(null)
            : SealedTexts.Load(context, row.About);

    /// <summary>What is said of a workflow, with its translations; empty for who may not see it.</summary>
    public static LocalText TextOf(Content? about, string plain, string translations) =>
        Revealed.Value(about) is JsonObject said ? LocalText.Of(said[plain], said[translations]) : LocalText.Of(Revealed.Value(about), null);

    public static IDataLoaderResult<bool> Favourite(IResolveFieldContext context, Guid workflow, ReadPoint point) =>
        context.Load<Guid, bool>("favourites", workflow, async (ids, cancel) =>
        {
            var conditions = new Conditions().Add("owner_id = ?", context.Caller().AccountId).Add("workflow_id = any(?)", ids.ToArray());
            point.Pick(conditions);
            var rows = await context.Service<ViewReader>().Rows(
                context.Caller(), $"select workflow_id from {ViewTables.Schema}.workflow_favourites where {conditions.Sql}", conditions.Parameters, static r => r.GetGuid(0), cancel);
            return rows.ToDictionary(id => id, _ => true);
        });

    public static async Task<WorkflowFacets> Facets(IResolveFieldContext context, ReadPoint point)
    {
        var caller = context.Caller();
        var conditions = new Conditions();
        point.Pick(conditions);
        conditions.AddIf(!caller.IsAdministrator, "owner_id = ?", caller.AccountId);
        Task<List<WorkflowFacet>> Of(string name, string from) => context.Service<ViewReader>().Rows(caller,
            $"select {name}, count(*)::int from {ViewTables.Schema}.workflows{from} where {conditions.Sql} and {name} is not null group by 1 order by 2 desc, 1 limit {MaxFacets}",
            conditions.Parameters, static r => new WorkflowFacet(r.GetString(0), r.GetInt32(1)), context.CancellationToken);
        return new WorkflowFacets(await Of("category", ""), await Of("tag", " cross join lateral jsonb_array_elements_text(tags) tag"));
    }

    private static async Task<List<FoundWorkflow>> Rows(
        IResolveFieldContext context, WorkflowFilter? filter, WorkflowOrder order, bool backward, object? key, long at, ReadPoint point, int limit)
    {
        var caller = context.Caller();
        var conditions = new Conditions();
        point.Pick(conditions, "w.");
        var favour = new Conditions();
        favour.Parameters.AddRange(conditions.Parameters);
        point.Pick(favour, "f.");
        favour.Add("f.owner_id = ?", caller.AccountId);
        conditions.Parameters.Clear();
        conditions.Parameters.AddRange(favour.Parameters);
        conditions.AddIf(!caller.IsAdministrator, "w.owner_id = ?", caller.AccountId)
            .AddIf(filter?.Ids is not null, "w.workflow_id = any(?)", RunList.IdsOf(filter?.Ids))
            .AddIf(filter?.OwnerId is not null, "w.owner_id = ?", filter?.OwnerId)
            .AddIf(filter?.Disabled is not null, "disabled = ?", filter?.Disabled)
            .AddIf(filter?.Namespace is not null, "namespace = ?", filter?.Namespace)
            .AddIf(filter?.Category is not null, "category = ?", filter?.Category)
            .AddIf(filter?.Favourite is not null, "(f.workflow_id is not null) = ?", filter?.Favourite);
        foreach (var tag in filter?.Tags?.Distinct().Take(Domain.Workflows.WorkflowCard.MaxTags) ?? [])
        {
            conditions.Add("jsonb_exists(tags, ?)", tag);
        }

        var (sort, ascending) = order switch
        {
            WorkflowOrder.FavouritesFirst => ("(f.workflow_id is not null)::int", false),
            WorkflowOrder.RecentlyChanged => ("w.from_position", false),
            WorkflowOrder.Name => ("lower(name) collate \"C\"", true),
            _ => ("published_position", false),
        };
        var up = ascending != backward;
        if (key is not null)
        {
            conditions.Add($"({sort}, published_position) {(up ? ">" : "<")} (?, ?)", key, at);
        }

        var direction = up ? "asc" : "desc";
        return await context.Service<ViewReader>().Rows(caller,
            $"select {RowMapper<WorkflowRow>.ColumnsOf("w")}, f.workflow_id is not null from {ViewTables.Schema}.workflows w "
            + $"left join {ViewTables.Schema}.workflow_favourites f on f.workflow_id = w.workflow_id and {favour.Sql} "
            + $"where {conditions.Sql} order by {sort} {direction}, published_position {direction} limit {limit}", conditions.Parameters,
            static r => new FoundWorkflow(RowMapper<WorkflowRow>.Read(r, 0), r.GetBoolean(r.FieldCount - 1)), context.CancellationToken);
    }

    private static async Task<IEnumerable<FoundWorkflow>> Matching(IResolveFieldContext context, List<FoundWorkflow> rows, string[] words)
    {
        var mine = context.Caller().AccountId;
        Dictionary<string, Content> abouts = new(await SealedTexts.Unseal(
            context, [.. rows.Where(found => found.Row.OwnerId == mine).Select(found => found.Row.About).OfType<string>().Distinct()], context.CancellationToken));
        return rows.Where(found =>
        {
            var about = found.Row.About is { } text ? abouts.GetValueOrDefault(text) : null;
            string?[] texts = [found.Row.Name, found.Row.Namespace, found.Row.Category, .. found.Row.Tags, .. TextOf(about, "title", "titles").Texts.Values, .. TextOf(about, "description", "descriptions").Texts.Values];
            return words.All(word => texts.Any(text => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true));
        });
    }

    private static object KeyOf(FoundWorkflow found, WorkflowOrder order) => order switch
    {
        WorkflowOrder.FavouritesFirst => found.Favourite ? 1 : 0,
        WorkflowOrder.RecentlyChanged => found.Row.FromPosition,
        WorkflowOrder.Name => found.Row.Name.ToLowerInvariant(),
        _ => found.Row.PublishedPosition,
    };

    private static (object? Key, long At) PlaceIn(PageRequest page, WorkflowOrder order)
    {
        if (page.Place is not { } place)
        {
            return (null, 0);
        }

        var bar = place.IndexOf('|', StringComparison.Ordinal);
        if (bar < 0 || !long.TryParse(place[..bar], NumberStyles.None, CultureInfo.InvariantCulture, out var at))
        {
            throw PageRequest.InvalidCursor(page.Backward ? "before" : "after");
        }

        var key = place[(bar + 1)..];
        return order == WorkflowOrder.Name ? (key, at)
            : long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (order == WorkflowOrder.FavouritesFirst ? (object)(int)number : number, at)
            : throw PageRequest.InvalidCursor(page.Backward ? "before" : "after");
    }
}
