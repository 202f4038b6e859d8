using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Mobile.Runs;

/// <summary>The node results of one run, in the order in which the nodes began; brought up to date by what is new at the end.</summary>
public sealed class RunTaskPages(Api api, Guid run, long? asOf)
{
    /// <summary>What one run's page reads; a run of more nodes says so.</summary>
    public const int Most = 2_000;

    private const int Page = 100;

    private readonly SortedDictionary<int, RunTasksQuery.Data.RunNode.TasksNode.EdgesNode> bySequence = [];

    public IReadOnlyList<RunTasksQuery.Data.RunNode.TasksNode.EdgesNode> All { get; private set; } = [];

    /// <summary>There are more nodes than are read.</summary>
    public bool IsCut { get; private set; }

    public static AsOf? Moment(long? position) => position is { } at ? new AsOf { Position = new Position(at) } : null;

    /// <exception cref="RefusedException"/>
    /// <exception cref="UnreachableException"/>
    public async Task Load(CancellationToken cancel)
    {
        string? after = null;
        do
        {
            var answer = await api.Ask(new RunTasksQuery { Id = run, AsOf = Moment(asOf), First = Page, After = after }, cancel);
            if (answer.Data.Run is not { } found)
            {
                return;
            }

            Keep(found.Tasks.Edges);
            after = found.Tasks.PageInfo.HasNextPage ? found.Tasks.PageInfo.EndCursor : null;
        }
        while (after is not null && bySequence.Count < Most);

        IsCut = after is not null;
    }

    /// <summary>Asks for the last ones again: those change while a run is under way.</summary>
    /// <exception cref="RefusedException"/>
    /// <exception cref="UnreachableException"/>
    public async Task Refresh(CancellationToken cancel)
    {
        if (IsCut)
        {
            return;
        }

        var answer = await api.Ask(new RunTasksQuery { Id = run, AsOf = Moment(asOf), Last = Page }, cancel);
        var edges = answer.Data.Run?.Tasks.Edges ?? [];
        // One that began long ago may have ended meanwhile, and lie before these.
        var open = All.Any(edge => edge.Node.EndedAt is null && (edges.Count == 0 || edge.Node.Sequence < edges[0].Node.Sequence));
        Keep(edges);
        if (open || (edges.Count == Page && All.Count > 0 && !bySequence.ContainsKey(edges[0].Node.Sequence)))
        {
            await Load(cancel);
        }
    }

    /// <summary>The cursor behind the node before this one: a page of one from there is this one.</summary>
    public string? Before(int sequence)
    {
        string? before = null;
        foreach (var edge in All)
        {
            if (edge.Node.Sequence == sequence)
            {
                break;
            }

            before = edge.Cursor;
        }

        return before;
    }

    private void Keep(IEnumerable<RunTasksQuery.Data.RunNode.TasksNode.EdgesNode> edges)
    {
        foreach (var edge in edges)
        {
            bySequence[edge.Node.Sequence] = edge;
        }

        All = [.. bySequence.Values];
    }
}
