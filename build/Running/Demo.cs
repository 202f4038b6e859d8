using System.Text.Json.Nodes;

namespace Jarvis.Build.Running;

/// <summary>How one run of the demo ended.</summary>
public sealed record DemoRun(string Sample, string Id, string Status, string? Output, string? Error, double Seconds);

/// <summary>The demo: people, a paired runner, the samples, a past. All of it by the calls that anybody may make.</summary>
public sealed class Demo(ServerClient client, string notesFile)
{
    private static readonly TimeSpan RunTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PairingTimeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan HandInPoll = TimeSpan.FromSeconds(1);
    private static readonly string[] Favourites = ["receipts", "site-watch"];
    private static readonly string[] Ended = ["COMPLETED", "FAILED", "CANCELLED"];

    private readonly Dictionary<string, string> workflows = [];

    public DemoNotes Notes { get; private set; } = DemoNotes.Read(notesFile);

    public IEnumerable<Person> People => [Notes.Administrator, Notes.Owner];

    /// <summary>Both demo people exist; the owner is signed in afterwards.</summary>
    public async Task EnsurePeopleAsync(string setupToken, CancellationToken cancellation)
    {
        Notes.Write(notesFile); // Before anybody is registered, so that a password is never lost.
        await client.SignInAsync(Notes.Administrator, setupToken, cancellation);
        await client.SignInAsync(Notes.Owner, null, cancellation);
    }

    /// <summary>Pairs the runner if it is not. A device that was revoked later is not paired again behind its owner's back.</summary>
    public async Task EnsurePairedAsync(Runner runner, CancellationToken cancellation)
    {
        if (Notes.Device is not null && runner.HasCredentials)
        {
            return;
        }

        Notes = Notes with { Device = await PairAsync(runner, Environment.MachineName, cancellation) };
        Notes.Write(notesFile);
    }

    /// <summary>Pairs the demo's second device, waits until it has handed in what it did, and notes that it exists.</summary>
    public async Task HandInAsync(Runner laptop, string name, CancellationToken cancellation)
    {
        var device = await PairAsync(laptop, name, cancellation);
        var until = DateTime.UtcNow + PairingTimeout;
        var known = -1;
        while (DateTime.UtcNow < until)
        {
            // Handed in once a look a moment later finds no more than the one before.
            await Task.Delay(HandInPoll, cancellation);
            var answer = await client.QueryAsync(
                "query($id: UUID!) { runs(first: 1, filter: { deviceId: $id }) { totalCount { value } } runsOpen: runs(first: 1, filter: { deviceId: $id, status: [PENDING, RUNNING] }) { totalCount { value } } }",
                new JsonObject { ["id"] = device }, cancellation);
            var count = answer["runs"]!["totalCount"]!["value"]!.GetValue<int>();
            if (count > 0 && count == known && answer["runsOpen"]!["totalCount"]!["value"]!.GetValue<int>() == 0)
            {
                break;
            }

            known = count;
        }

        Notes = Notes with { Laptop = device };
        Notes.Write(notesFile);
    }

    private async Task<string> PairAsync(Runner runner, string name, CancellationToken cancellation)
    {
        try
        {
            var code = await runner.PairingCode.WaitAsync(PairingTimeout, cancellation);
            var approved = await client.QueryAsync(
                "mutation($input: ApproveDeviceInput!) { approveDevice(input: $input) { device { id } } }",
                Input(new JsonObject { ["userCode"] = code, ["name"] = name }),
                cancellation);
            await runner.Connected.WaitAsync(PairingTimeout, cancellation);
            return approved["approveDevice"]!["device"]!["id"]!.GetValue<string>();
        }
        catch (TimeoutException e)
        {
            throw new ProblemException("The runner was not paired within a minute; see its log.", e);
        }
    }

    /// <summary>Publishes the samples; one that is published already stays as it is.</summary>
    public async Task PublishAsync(IEnumerable<SampleFile> samples, CancellationToken cancellation)
    {
        foreach (var sample in samples)
        {
            try
            {
                var published = await client.QueryAsync(
                    "mutation($input: PublishWorkflowInput!) { publishWorkflow(input: $input) { workflow { id } } }",
                    Input(new JsonObject { ["source"] = sample.Source }),
                    cancellation);
                workflows[sample.Name] = published["publishWorkflow"]!["workflow"]!["id"]!.GetValue<string>();
            }
            catch (RefusedException refusal)
            {
                throw new ProblemException($"samples/{sample.Name}.yaml was not published: {refusal.Message}", refusal);
            }
        }
    }

    /// <summary>Publishes what the past is made of, so that its runs count for workflows that the owner can look at.</summary>
    public async Task PublishPastAsync(CancellationToken cancellation)
    {
        foreach (var file in Directory.EnumerateFiles(Repository.PathTo("build", "Running", "Past"), "*.yaml").Order(StringComparer.Ordinal))
        {
            await client.QueryAsync(
                "mutation($input: PublishWorkflowInput!) { publishWorkflow(input: $input) { workflow { id } } }",
                Input(new JsonObject { ["source"] = await File.ReadAllTextAsync(file, cancellation) }),
                cancellation);
        }
    }

    /// <summary>Once: what the owner starts most often is a favourite.</summary>
    public async Task EnsureFavouritesAsync(CancellationToken cancellation)
    {
        if (Notes.HasPast)
        {
            return;
        }

        foreach (var id in Favourites.Where(workflows.ContainsKey).Select(name => workflows[name]))
        {
            await client.QueryAsync(
                "mutation($input: FavouriteWorkflowInput!) { favouriteWorkflow(input: $input) { position } }", Input(new JsonObject { ["workflowId"] = id }), cancellation);
        }
    }

    /// <summary>Runs a sample to its end.</summary>
    public async Task<DemoRun> RunAsync(SampleFile sample, CancellationToken cancellation)
    {
        var started = DateTime.UtcNow;
        return await EndOfAsync(sample, await StartAsync(sample, cancellation), started, cancellation);
    }

    /// <summary>Once, before there is a runner: a run that waits for one, and is cancelled.</summary>
    public async Task EnsureCancelledRunAsync(SampleFile sample, CancellationToken cancellation)
    {
        if (Notes.Device is not null || Notes.HasPast)
        {
            return;
        }

        var run = await StartAsync(sample, cancellation);
        await client.QueryAsync(
            "mutation($input: CancelRunInput!) { cancelRun(input: $input) { position } }",
            Input(new JsonObject { ["runId"] = run, ["reason"] = "Started by mistake" }),
            cancellation);
        await EndOfAsync(sample, run, DateTime.UtcNow, cancellation);
    }

    /// <summary>Once: every sample has run, and one that failed was retried from its failed task.</summary>
    public async Task EnsurePastAsync(IReadOnlyList<SampleFile> samples, Action<string> report, CancellationToken cancellation)
    {
        if (Notes.HasPast)
        {
            return;
        }

        foreach (var sample in samples)
        {
            var run = await RunAsync(sample, cancellation);
            var madeToFail = run.Status == "failed" && sample.MadeForTheRetry is not null;
            report($"{sample.Name}: {(madeToFail ? "failed on purpose, to show a retry: " + run.Error : Told(run))}");
            if (madeToFail && sample.MadeForTheRetry is { } folder)
            {
                Directory.CreateDirectory(folder);
                var retry = await client.QueryAsync(
                    "mutation($input: RetryRunInput!) { retryRun(input: $input) { run { id } } }",
                    Input(new JsonObject { ["runId"] = run.Id, ["from"] = "FAILED_TASK" }),
                    cancellation);
                var retried = await EndOfAsync(sample, retry["retryRun"]!["run"]!["id"]!.GetValue<string>(), DateTime.UtcNow, cancellation);
                report($"{sample.Name}, retried from its failed task: {Told(retried)}");
            }
        }

        Notes = Notes with { HasPast = true };
        Notes.Write(notesFile);
    }

    private async Task<string> StartAsync(SampleFile sample, CancellationToken cancellation)
    {
        var input = new JsonObject
        {
            ["workflowId"] = workflows[sample.Name],
            ["deviceId"] = Notes.Device,
            ["input"] = sample.Input.DeepClone(),
        };
        try
        {
            var started = await client.QueryAsync(
                "mutation($input: StartRunInput!) { startRun(input: $input) { run { id } } }", Input(input), cancellation);
            return started["startRun"]!["run"]!["id"]!.GetValue<string>();
        }
        catch (RefusedException refusal)
        {
            throw new ProblemException($"The sample {sample.Name} was not started: {refusal.Message}", refusal);
        }
    }

    private async Task<DemoRun> EndOfAsync(SampleFile sample, string id, DateTime since, CancellationToken cancellation)
    {
        while (true)
        {
            var answer = await client.QueryAsync(
                "query($id: UUID!) { run(id: $id) { status durationSeconds output error { title detail instance } } }", new JsonObject { ["id"] = id }, cancellation);
            var run = answer["run"];
            var status = run?["status"]?.ToString() ?? "PENDING";
            if (Ended.Contains(status))
            {
                var error = run!["error"] is { } e ? $"{e["title"]} {e["detail"]} ({e["instance"]})" : null;
                return new DemoRun(
                    sample.Name, id, status.ToLowerInvariant(), run["output"]?.ToJsonString(), error,
                    run["durationSeconds"]?.GetValue<double>() ?? (DateTime.UtcNow - since).TotalSeconds);
            }

            if (DateTime.UtcNow - since > RunTimeout)
            {
                throw new ProblemException($"The run {id} of the sample {sample.Name} is still {status} after {RunTimeout.TotalMinutes} minutes; see the runner's log.");
            }

            await Task.Delay(Poll, cancellation);
        }
    }

    private static string Told(DemoRun run) => run.Error is null ? run.Status : $"{run.Status}, {run.Error}";

    private static JsonObject Input(JsonObject fields)
    {
        fields["commandId"] = Guid.CreateVersion7().ToString();
        return new JsonObject { ["input"] = fields };
    }
}
