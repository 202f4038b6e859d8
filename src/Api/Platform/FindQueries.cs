using GraphQL;
using Jarvis.Api.Accounts;
using Jarvis.Api.Devices;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Api.Runs;
using Jarvis.Api.Workflows;
using Jarvis.Domain.Platform;
using Jarvis.Projections.Accounts;
using Jarvis.Projections.Devices;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;
using Jarvis.Projections.Workflows;

namespace Jarvis.Api.Platform;

public enum FoundKind { Run, Workflow, Device, Account }

/// <summary>Something that a text names; of the four one is given.</summary>
[Name("Found")]
public sealed record FoundThing(FoundKind Kind, Guid Id, RunNode? Run = null, WorkflowNode? Workflow = null, DeviceNode? Device = null, AccountNode? Account = null);

/// <summary>Finds a thing by what a person has of it: its id or the beginning of it, an address, a name.</summary>
public sealed class FindQueries
{
    /// <summary>So few digits of an id could be part of a name.</summary>
    private const int LeastOfAnId = 6;

    private const int DigitsOfAnId = 32;
    private const int TextMaxCharacters = 254;
    private const int MostDevices = 200;
    private const int MostFound = 50;

    /// <summary>
    /// Runs, workflows, devices and accounts by id or its first six digits, an account by its whole address, workflows and the person's own devices by
    /// part of the name. What the caller may not see is not found.
    /// </summary>
    public static async Task<IEnumerable<FoundThing>> Find(IResolveFieldContext context, string text, int first = 10)
    {
        context.Caller();
        if (first is < 1 or > MostFound)
        {
            throw new RefusalError(new Refusal("input.invalid", $"Ask for 1 to {MostFound}.", "first"));
        }

        var asked = text.Trim();
        if (asked.Length is 0 or > TextMaxCharacters)
        {
            return [];
        }

        var found = new List<FoundThing>();
        var digits = asked.Replace("-", "", StringComparison.Ordinal);
        if (digits.Length is >= LeastOfAnId and <= DigitsOfAnId && digits.All(char.IsAsciiHexDigit))
        {
            found.AddRange(await ById(context, Guid.Parse(digits.PadRight(DigitsOfAnId, '0')), Guid.Parse(digits.PadRight(DigitsOfAnId, 'f')), first));
        }

        if (asked.Contains('@', StringComparison.Ordinal))
        {
            var accounts = await AccountList.Rows(context, await Now(context, AccountsView.Name), "limit 1", c => c.Add("email_key = ?", AccountList.KeyOf(context, asked)));
            found.AddRange(accounts.Select(row => new FoundThing(FoundKind.Account, row.AccountId, Account: new AccountNode(row))));
        }
        else if (found.Count < first)
        {
            found.AddRange(await ByName(context, asked, first));
        }

        return found.DistinctBy(thing => thing.Id).Take(first);
    }

    private static async Task<List<FoundThing>> ById(IResolveFieldContext context, Guid low, Guid high, int most)
    {
        Action<Conditions> Between(string column) => conditions => conditions.Add($"{column} between ? and ?", low, high);
        var limit = $"limit {most}";
        var runs = await Now(context, RunsView.Name);
        var workflows = await Now(context, WorkflowsView.Name);
        var conditions = new Conditions();
        runs.Pick(conditions);
        Between("run_id")(conditions);
        var found = (await context.Service<ViewReader>().Rows<RunRow>(context.Caller(),
                $"select {RowMapper<RunRow>.Columns} from {ViewTables.Schema}.runs where {conditions.Sql} order by run_id {limit}", conditions.Parameters, context.CancellationToken))
            .ConvertAll(row => new FoundThing(FoundKind.Run, row.RunId, Run: new RunNode(row, runs)));
        found.AddRange((await WorkflowList.Rows(context, workflows, limit, Between("workflow_id")))
            .Select(row => new FoundThing(FoundKind.Workflow, row.WorkflowId, Workflow: new WorkflowNode(row, workflows))));
        var devices = await Now(context, DevicesView.Name);
        found.AddRange((await DeviceList.Rows(context, devices, limit, Between("device_id")))
            .Select(row => new FoundThing(FoundKind.Device, row.DeviceId, Device: new DeviceNode(row, devices))));
        found.AddRange((await AccountList.Rows(context, await Now(context, AccountsView.Name), limit, Between("account_id")))
            .Select(row => new FoundThing(FoundKind.Account, row.AccountId, Account: new AccountNode(row))));
        return found;
    }

    private static async Task<List<FoundThing>> ByName(IResolveFieldContext context, string text, int most)
    {
        var workflows = await Now(context, WorkflowsView.Name);
        var found = (await WorkflowSearch.Page(context, new WorkflowFilter { Text = text }, WorkflowOrder.Newest, new PageRequest(most, false, null), workflows))
            .ConvertAll(workflow => new FoundThing(FoundKind.Workflow, workflow.Row.WorkflowId, Workflow: new WorkflowNode(workflow.Row, workflows)));
        var point = await Now(context, DevicesView.Name);
        var devices = await DeviceList.Rows(
            context, point, $"order by paired_position desc limit {MostDevices}", c => c.Add("owner_id = ?", context.Caller().AccountId));
        // Every name is asked for before the first is awaited, so that they are unsealed together.
        var named = devices.ConvertAll(row => (row.DeviceId, Node: new DeviceNode(row, point))).ConvertAll(device => (device.DeviceId, device.Node, Name: device.Node.Name(context)));
        foreach (var (id, node, name) in named)
        {
            if ((await name.GetResultAsync(context.CancellationToken))?.Contains(text, StringComparison.OrdinalIgnoreCase) == true)
            {
                found.Add(new FoundThing(FoundKind.Device, id, Device: node));
            }
        }

        return found;
    }

    private static Task<ReadPoint> Now(IResolveFieldContext context, string view) => context.Service<ReadPoints>().Settle(view, null, null, context.CancellationToken);
}
