using System.Globalization;
using Jarvis.Admin.Platform.Lists;
using Jarvis.Client.Accounts;
using Jarvis.Client.Platform;
using Jarvis.Client.Runs;
using Jarvis.Client.Schema;
using Jarvis.Client.Workflows;
using Microsoft.AspNetCore.Components;
using Row = Jarvis.Admin.Runs.RunsQuery.Data.RunsNode.NodesNode;

namespace Jarvis.Admin.Runs;

/// <summary>Everybody's runs.</summary>
public sealed partial class RunsPage
{
    private static readonly RunStatus[] Statuses = [RunStatus.Pending, RunStatus.Running, RunStatus.Paused, RunStatus.Completed, RunStatus.Failed, RunStatus.Cancelled];

    private static readonly Dictionary<string, RunOrder> Orders = new(StringComparer.Ordinal)
    {
        ["newest"] = RunOrder.Newest, ["oldest"] = RunOrder.Oldest, ["started"] = RunOrder.LatestStarted, ["earliest"] = RunOrder.EarliestStarted,
        ["longest"] = RunOrder.Longest, ["shortest"] = RunOrder.Shortest, ["changed"] = RunOrder.RecentlyChanged, ["workflow"] = RunOrder.Workflow,
    };

    private static readonly ListFilter[] Filters =
    [
        new("text", RunsWords.Search, FilterKind.Search) { Hint = RunsWords.SearchHint },
        new("status", RunsWords.Status, FilterKind.Choice) { Choices = [.. Statuses.Select(status => (RunStatusNames.Of(status).ToLowerInvariant(), RunWords.Of(status)))] },
        new("attention", RunsWords.Attention, FilterKind.Choice) { Choices = [("yes", RunsWords.AttentionYes), ("no", RunsWords.AttentionNo)] },
        new("from", RunsWords.From, FilterKind.Day),
        new("to", RunsWords.To, FilterKind.Day),
        new("owner", RunsWords.Owner, FilterKind.Link),
        new("device", RunsWords.Device, FilterKind.Link),
        new("workflow", RunsWords.Workflow, FilterKind.Link),
    ];

    private ListView<Row>? list;
    private ListColumn<Row>[] columns = [];

    [Inject]
    public IBrowser Browser { get; set; } = null!;

    [Parameter]
    public Guid? Id { get; set; }

    protected override Task OnInitializedAsync()
    {
        columns =
        [
            new("status", RunsWords.Status, StatusCell, row => L[RunWords.Of(row.RunRow.Status)]) { Width = 120 },
            new("workflow", RunsWords.Workflow, WorkflowCell, row => L.NameOf(row.RunRow)) { Width = 180, Orders = ("workflow", null) },
            new("owner", RunsWords.Owner, OwnerCell, row => row.Owner.Email ?? row.Owner.Id.ToString()) { Width = 160 },
            new("device", RunsWords.Device, DeviceCell, row => row.RunRow.Device is { } device ? device.Name ?? device.Id.ToString() : null) { Width = 150 },
            new("requested", RunsWords.Requested, RequestedCell, row => F.Instant(row.RunRow.RequestedAt)) { Width = 135, Orders = ("newest", "oldest"), OrderHint = RunsWords.ByArrival },
            new("duration", RunsWords.Duration, DurationCell, row => row.RunRow.DurationSeconds?.ToString("0.###", CultureInfo.InvariantCulture)) { Width = 100, IsNumber = true, ExportTitle = RunsWords.DurationSeconds, Orders = ("longest", "shortest") },
            new("error", RunsWords.ErrorType, ErrorCell, row => row.RunRow.ErrorType) { Width = 130 },
            new("trigger", RunsWords.Trigger, TriggerCell, row => L[RunsWords.Of(row.Trigger)]) { Width = 90, StartsHidden = true },
            new("started", RunsWords.Started, StartedCell, row => row.RunRow.StartedAt is { } at ? F.Instant(at) : null) { Width = 140, Orders = ("started", "earliest"), StartsHidden = true },
            new("priority", RunsWords.Priority, PriorityCell, row => L[RunsWords.Of(row.Priority)]) { Width = 90, StartsHidden = true },
            new("revision", RunsWords.Revision, RevisionCell, row => row.Revision?.ToString(CultureInfo.InvariantCulture)) { Width = 80, IsNumber = true, StartsHidden = true },
            new("id", RunsWords.Id, IdCell, row => row.RunRow.Id.ToString()) { Width = 300, StartsHidden = true },
        ];
        Follow(new RunsChangedSubscription(), change => Take(change.RunsChanged.Run));
        return Task.CompletedTask;
    }

    protected override Task Reload() => list?.Refresh() ?? Task.CompletedTask;

    private ListQuery<RunsQuery.Data, Row> Ask(ListAsk ask) => new(
        new RunsQuery
        {
            First = ask.First,
            After = ask.After,
            Last = ask.Last,
            Before = ask.Before,
            Order = Orders.GetValueOrDefault(ask.Order ?? "", RunOrder.Newest),
            Filter = new RunFilter
            {
                Text = ask["text"],
                Status = StatusOf(ask) is { } status ? [status] : null,
                NeedsAttention = ask["attention"] switch { "yes" => true, "no" => false, _ => null },
                OccurredFrom = ask.Day("from", F.Zone),
                OccurredTo = ask.Day("to", F.Zone, 1),
                OwnerId = ask.Id("owner"),
                DeviceId = ask.Id("device"),
                WorkflowId = ask.Id("workflow"),
            },
        },
        data => new ListPage<Row>(
            data.Runs.Nodes, data.Runs.TotalCount.Value, data.Runs.TotalCount.IsExact,
            data.Runs.PageInfo.StartCursor, data.Runs.PageInfo.EndCursor, data.Runs.PageInfo.HasNextPage, data.Runs.PageInfo.HasPreviousPage));

    private static RunStatus? StatusOf(ListAsk ask) =>
        ask["status"] is { } name && RunStatusNames.Of(name.ToUpperInvariant()) is not RunStatus.Unknown and var status ? status : null;

    // What this device cannot judge (a text, whose it is) is not announced as new: the pill never promises a row that the list then does not show.
    private void Take(RunRow run)
    {
        if (list is { } shown && !shown.Take(run.Id.ToString(), row => { row.RunRow = run; return row; })
            && (shown.Ask.Order ?? "newest") == "newest" && shown.Ask.Filters.Keys.All(name => name == "status")
            && (shown.Rows.Count == 0 || run.RequestedAt >= shown.Rows[0].RunRow.RequestedAt)
            && (StatusOf(shown.Ask) is not { } status || status == run.Status))
        {
            shown.Arrive(run.Id.ToString());
        }
    }

    private bool IsOwn(Row row) => row.Owner.Id == Person.Viewer?.Id;

    private bool MayCancel(Row row) => IsOwn(row) && row.RunRow.Status is RunStatus.Pending or RunStatus.Running or RunStatus.Paused;

    private bool MayRetry(Row row) => IsOwn(row) && row.RunRow.Status is RunStatus.Failed or RunStatus.Cancelled;

    private string? Why(bool may) => may ? null : L[RunsWords.OnlyOwner];

    private async Task CopyIds(IReadOnlyList<Row> chosen)
    {
        await Browser.Copy(string.Join('\n', chosen.Select(row => row.RunRow.Id)));
        Toasts.Say(L[CommonWords.Copied]);
    }

    private async Task Cancel(IReadOnlyList<Row> chosen)
    {
        Row[] runs = [.. chosen.Where(MayCancel)];
        if (await Questions.Ask(new Question(L[RunsWords.CancelTitle, runs.Length], L[RunsWords.CancelEffect, Names(runs)], L[RunsWords.CancelVerb]) { IsDangerous = true, AsksReason = true }) is { } consent)
        {
            var asked = 0;
            foreach (var run in runs)
            {
                asked += await Do(new CancelRunMutation { Input = new CancelRunInput { CommandId = Guid.NewGuid(), RunId = run.RunRow.Id, Reason = consent.Reason } }) is null ? 0 : 1;
            }

            Toasts.Say(L[RunsWords.CancelAsked, asked]);
            await Reload();
        }
    }

    private async Task Retry(IReadOnlyList<Row> chosen)
    {
        Row[] runs = [.. chosen.Where(MayRetry)];
        if (await Questions.Ask(new Question(L[RunsWords.RetryTitle, runs.Length], L[RunsWords.RetryEffect, Names(runs)], L[RunsWords.RetryVerb])) is not null)
        {
            var asked = 0;
            foreach (var run in runs)
            {
                asked += await Do(new RetryRunMutation { Input = new RetryRunInput { CommandId = Guid.NewGuid(), RunId = run.RunRow.Id, From = RetryStart.Start } }) is null ? 0 : 1;
            }

            Toasts.Say(L[RunsWords.RetryAsked, asked]);
            await Reload();
        }
    }

    private string Names(Row[] runs) => string.Join(", ", runs.Take(5).Select(run => L.NameOf(run.RunRow))) + (runs.Length > 5 ? " …" : "");
}
