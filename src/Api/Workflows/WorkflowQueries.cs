using System.Globalization;
using GraphQL;
using GraphQL.DataLoader;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Api.Runs;
using Jarvis.Domain.Workflows;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Workflows;

namespace Jarvis.Api.Workflows;

/// <summary>One revision of a workflow; it never changes.</summary>
/// <param name="Source">The text as it was published; null for a caller who may not see it.</param>
[Name("WorkflowRevision")]
public sealed record WorkflowRevisionNode(
    int Number, string DefinitionHash, string DocumentVersion, string? Source, DateTimeOffset PublishedAt, AccountReference PublishedBy, string? Reason, Position Position);

/// <summary>A published workflow, of one moment.</summary>
[Name("Workflow")]
public sealed class WorkflowNode(WorkflowRow row, ReadPoint point)
{
    public Guid Id => row.WorkflowId;

    public Position Position => new(row.FromPosition);

    public string Namespace => row.Namespace;

    public string Name => row.Name;

    /// <summary>The number of its latest revision.</summary>
    public int Revision => row.Revision;

    /// <summary>The version that the latest document gives itself.</summary>
    public string DocumentVersion => row.DocumentVersion;

    public string DefinitionHash => row.DefinitionHash;

    public bool Disabled => row.Disabled;

    /// <summary>Runs of it that may be under way at once, on all devices together; null for no limit.</summary>
    public int? AtOnce => row.AtOnce;

    public AccountReference Owner => new(row.OwnerId);

    /// <summary>What it is one of: as its owner said, else as its document says.</summary>
    public string? Category => row.Category;

    public IEnumerable<string> Tags => row.Tags;

    /// <summary>When it last changed: a revision, where it belongs, whether it is disabled.</summary>
    public DateTimeOffset ChangedAt => row.ChangedAt;

    public AccountReference? ChangedBy => row.ChangedBy is { } id ? new AccountReference(id) : null;

    /// <summary>Its document's title, or <c>metadata.title</c> in the language.</summary>
    public IDataLoaderResult<string?> Title(IResolveFieldContext context, string? language) =>
        WorkflowSearch.About(context, row).Then(about => WorkflowSearch.TextOf(about, "title", "titles").In(language));

    /// <summary>Its document's summary, or <c>metadata.description</c> (in the language).</summary>
    public IDataLoaderResult<string?> Description(IResolveFieldContext context, string? language) =>
        WorkflowSearch.About(context, row).Then(about => WorkflowSearch.TextOf(about, "description", "descriptions").In(language));

    /// <summary>Whether the caller wants it at hand.</summary>
    public IDataLoaderResult<bool> Favourite(IResolveFieldContext context) => WorkflowSearch.Favourite(context, Id, point);

    public DateTimeOffset PublishedAt => row.PublishedAt;

    /// <summary>The source text of the latest revision.</summary>
    public async Task<string?> Source(IResolveFieldContext context) => await All(context) is [.., var latest] ? latest.Source : null;

    /// <summary>Every revision, the first first.</summary>
    public async Task<IEnumerable<WorkflowRevisionNode>> Revisions(IResolveFieldContext context) => await All(context);

    /// <summary>Its runs in numbers; the period is as in the query of that name.</summary>
    public Task<RunStatistics> Statistics(
        IResolveFieldContext context, StatisticsPeriod? period, DateOnly? from, DateOnly? to, string? timeZone, StatisticsStep by = StatisticsStep.Day) =>
        StatisticsQueries.Statistics(context, period, from, to, timeZone, Id, null, point.Position is { } position ? new AsOf(new Position(position), null) : null, null, null, by);

    /// <summary>Its input as a form, of the latest revision or another.</summary>
    public async Task<WorkflowForm?> Form(IResolveFieldContext context, int? revision) =>
        await Read(context, revision) is var (number, definition) ? new WorkflowForm(number, definition.InputSchema) : null;

    /// <summary>Holds an input against the schema, field by field, as a start would.</summary>
    public async Task<InputVerdict?> CheckInput(IResolveFieldContext context, Json input, int? revision) =>
        await Read(context, revision) is var (number, definition) ? InputVerdict.Of(number, definition.InputSchema, input) : null;

    /// <summary>Its tasks and the ways between them, for a list or a picture.</summary>
    public async Task<WorkflowPicture?> Nodes(IResolveFieldContext context, int? revision) =>
        await Read(context, revision) is var (number, definition) ? new WorkflowPicture(number, NodeView.Of(definition)) : null;

    /// <summary>What changed from one revision to another (the latest by default): lines of the text, and tasks.</summary>
    public async Task<RevisionDifference?> RevisionDifference(IResolveFieldContext context, int from, int? to)
    {
        var all = await All(context);
        if (Find(all, from) is not { Source: { } old } first || Find(all, to) is not { Source: { } @new } last)
        {
            return null;
        }

        return Differ((first.Number, old), (last.Number, @new), Parse(@new));
    }

    /// <summary>What a text that is no revision yet changes of the latest one; null for a caller who may not see that.</summary>
    internal async Task<RevisionDifference?> DifferenceTo(IResolveFieldContext context, string source, Definition definition, int number) =>
        await All(context) is [.., { Source: { } old } latest] ? Differ((latest.Number, old), (number, source), definition) : null;

    private static RevisionDifference Differ((int Number, string Source) old, (int Number, string Source) @new, Definition definition)
    {
        var lines = TextDifference.Of(old.Source, @new.Source);
        return new RevisionDifference(
            old.Number, @new.Number, lines.Count(line => line.Kind == DifferenceKind.Added), lines.Count(line => line.Kind == DifferenceKind.Removed), lines,
            [.. TaskDifferences.Of(Parse(old.Source), definition).Select(task => new TaskDifferenceNode(task.Kind, task.Path, task.TaskKind, task.OldId, task.NewId))]);
    }

    /// <summary>Null for a caller who may not see the definition.</summary>
    private async Task<(int Number, Definition Definition)?> Read(IResolveFieldContext context, int? revision) =>
        Find(await All(context), revision) is { Source: { } source } found ? (found.Number, Parse(source)) : null;

    private static WorkflowRevisionNode Find(IReadOnlyList<WorkflowRevisionNode> all, int? number) =>
        (number is null ? (all is [.., var last] ? last : null) : all.FirstOrDefault(revision => revision.Number == number)) ?? throw new RefusalError(WorkflowRefusals.RevisionNotFound);

    // What was published was valid; a definition that this version cannot read any more is refused rather than shown in part.
    private static Definition Parse(string source) =>
        DefinitionParser.Parse(source, KnownFunctions.Validation).Definition ?? throw new RefusalError(WorkflowRefusals.Invalid);

    private async Task<IReadOnlyList<WorkflowRevisionNode>> All(IResolveFieldContext context)
    {
        var recorded = context.Service<RecordedEvents>();
        var mayRead = context.Caller().AccountId == row.OwnerId;
        var events = await recorded.OfStreams([row.WorkflowId], point.Position, context.CancellationToken);
        return [.. (mayRead ? await recorded.Unseal(events, context.CancellationToken) : events)
            .Where(e => e.Data is WorkflowPublished)
            .Select(e => (e, (WorkflowPublished)e.Data))
            .Select(p => new WorkflowRevisionNode(
                p.Item2.Revision, p.Item2.DefinitionHash, p.Item2.DocumentVersion, Revealed.Text(p.Item2.Source), p.Item2.PublishedAt,
                new AccountReference(p.Item2.PublishedBy), Revealed.Text(p.Item2.Reason), new Position(p.e.Position)))];
    }
}

[Name("WorkflowEdge")]
public sealed record WorkflowEdge(WorkflowNode Node, string Cursor) : Edge<WorkflowNode>(Node, Cursor);

[Name("WorkflowConnection")]
public sealed class WorkflowConnection(IReadOnlyList<WorkflowEdge> edges, PageInfo pageInfo, Position asOf, Count? total)
    : Connection<WorkflowNode, WorkflowEdge>(edges, pageInfo, asOf)
{
    /// <summary>How many there are: exact to 10,000, of a search by text among the 5,000 newest.</summary>
    public Count TotalCount => total!;
}

/// <summary>Which workflows a list shows; what is given must all hold.</summary>
public sealed record WorkflowFilter
{
    /// <summary>These, at most 200.</summary>
    public IEnumerable<Guid>? Ids { get; init; }

    /// <summary>For administrators, who see everybody's.</summary>
    public Guid? OwnerId { get; init; }

    public bool? Disabled { get; init; }

    public string? Namespace { get; init; }

    public string? Category { get; init; }

    /// <summary>Every one of them.</summary>
    public IEnumerable<string>? Tags { get; init; }

    /// <summary>Whether the caller wants it at hand.</summary>
    public bool? Favourite { get; init; }

    /// <summary>Parts of name, title, description, category or tags, in any case; several words must all be found.</summary>
    public string? Text { get; init; }
}

/// <summary>The order of a list of workflows.</summary>
public enum WorkflowOrder { Newest, FavouritesFirst, RecentlyChanged, Name }

/// <summary>Rows of the workflows' view.</summary>
public static class WorkflowList
{
    public static Task<List<WorkflowRow>> Rows(IResolveFieldContext context, ReadPoint point, string rest, Action<Conditions> more) =>
        context.Service<ViewReader>().RowsAt<WorkflowRow>(context.Caller(), "workflows", point, rest, more, context.CancellationToken);

    /// <summary>The workflow of many parents, by one query.</summary>
    public static IDataLoaderResult<WorkflowNode?> Load(IResolveFieldContext context, Guid id, ReadPoint point) =>
        context.Load<Guid, WorkflowNode>("workflows", id, async (ids, _) =>
            (await Rows(context, point, "", c => c.Add("workflow_id = any(?)", ids.ToArray()))).ToDictionary(row => row.WorkflowId, row => new WorkflowNode(row, point)));
}

/// <summary>Queries about workflows.</summary>
public sealed class WorkflowQueries
{
    public static async Task<WorkflowConnection> Workflows(
        IResolveFieldContext context, int? first, string? after, int? last, string? before, WorkflowFilter? filter, AsOf? asOf, Position? atLeast,
        WorkflowOrder order = WorkflowOrder.Newest)
    {
        var page = PageRequest.Of(first, after, last, before, $"workflows {order}");
        var point = await context.Service<ReadPoints>().Settle(WorkflowsView.Name, asOf, atLeast, context.CancellationToken);
        var (rows, total) = await Counted.Read(context, () => WorkflowSearch.Page(context, filter, order, page, point), () => WorkflowSearch.Count(context, filter, point));
        var (edges, info) = Pages.Cut(
            page, rows, row => WorkflowSearch.PlaceOf(row, order), (row, cursor) => new WorkflowEdge(new WorkflowNode(row.Row, point), cursor));
        return new WorkflowConnection(edges, info, new Position(point.AnswerPosition), total);
    }

    /// <summary>The categories and tags of the caller's workflows with how many have each, the most frequent first.</summary>
    public static async Task<WorkflowFacets> WorkflowFacets(IResolveFieldContext context, AsOf? asOf, Position? atLeast)
    {
        var point = await context.Service<ReadPoints>().Settle(WorkflowsView.Name, asOf, atLeast, context.CancellationToken);
        return await WorkflowSearch.Facets(context, point);
    }

    /// <summary>Holds an input against the schema of a workflow's revision (the latest by default), field by field, as a start would.</summary>
    public static async Task<InputVerdict?> CheckInput(IResolveFieldContext context, Guid workflowId, Json input, int? revision) =>
        await Workflow(context, workflowId, null, null, null) is { } workflow
            ? await workflow.CheckInput(context, input, revision)
            : throw new RefusalError(WorkflowRefusals.NotFound);

    /// <summary>One workflow by id, or by name (<c>name</c> or <c>namespace/name</c>) among the caller's own.</summary>
    public static async Task<WorkflowNode?> Workflow(IResolveFieldContext context, Guid? id, string? name, AsOf? asOf, Position? atLeast)
    {
        if (id is null == name is null)
        {
            throw new RefusalError(new Domain.Platform.Refusal("input.invalid", "Give either id or name.", "id"));
        }

        var point = await context.Service<ReadPoints>().Settle(WorkflowsView.Name, asOf, atLeast, context.CancellationToken);
        var slash = name?.LastIndexOf('/') ?? -1;
        var rows = await WorkflowList.Rows(context, point, "order by published_position limit 1", conditions => _ = id is not null
            ? conditions.Add("workflow_id = ?", id)
            : conditions.Add("owner_id = ?", context.Caller().AccountId).Add("name = ?", name![(slash + 1)..])
                .AddIf(slash >= 0, "namespace = ?", slash >= 0 ? name![..slash] : null));
        return rows.Count == 0 ? null : new WorkflowNode(rows[0], point);
    }
}
