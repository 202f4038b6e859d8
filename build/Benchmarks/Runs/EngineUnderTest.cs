using Jarvis.Benchmarks.Platform;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Engine.Devices;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Runs;

namespace Jarvis.Benchmarks.Runs;

/// <summary>The engine in this process, on a home folder of its own; where it is paired, with the runner's submission.</summary>
internal sealed class EngineUnderTest : IAsyncDisposable
{
    public const int StepsPerRun = 10;

    private const string TenSteps = """
        document: { dsl: '1.0.0', namespace: bench, name: ten-steps, version: '1.0.0' }
        do:
          - step1: { set: { total: '${ (.total // 0) + 1 }', note: 'a line of ordinary length' } }
          - step2: { set: { total: '${ .total + 1 }', note: 'a line of ordinary length' } }
          - step3: { set: { total: '${ .total + 1 }', note: 'a line of ordinary length' } }
          - step4: { set: { total: '${ .total + 1 }', note: 'a line of ordinary length' } }
          - step5: { set: { total: '${ .total + 1 }', note: 'a line of ordinary length' } }
          - step6: { set: { total: '${ .total + 1 }', note: 'a line of ordinary length' } }
          - step7: { set: { total: '${ .total + 1 }', note: 'a line of ordinary length' } }
          - step8: { set: { total: '${ .total + 1 }', note: 'a line of ordinary length' } }
          - step9: { set: { total: '${ .total + 1 }', note: 'a line of ordinary length' } }
          - step10: { set: { total: '${ .total + 1 }', note: 'a line of ordinary length' } }
        """;

    private readonly CancellationTokenSource stopping = new();
    private readonly JarvisHome home;
    private readonly Journal journal;
    private readonly WorkflowEngine engine;
    private readonly Definition definition;
    private readonly bool submits;
    private Task runner = Task.CompletedTask;

    private EngineUnderTest(string folder, bool submits)
    {
        this.submits = submits;
        home = JarvisHome.Open(folder);
        journal = Journal.Open(home.JournalFile);
        var settings = new EngineSettings(home);
        engine = new WorkflowEngine(settings, journal);
        definition = DefinitionParser.Parse(TenSteps, settings.Functions.Validation).Definition
            ?? throw new InvalidOperationException("The bench's own workflow has problems.");
    }

    public Journal Journal => journal;

    /// <summary>An engine that no server knows.</summary>
    public static EngineUnderTest Alone(Stage stage) => new(NewFolder(stage), submits: false);

    /// <summary>An engine whose runner is paired with the server and submits every run.</summary>
    public static async Task<EngineUnderTest> PairedAsync(Stage stage, JarvisServer server, CancellationToken cancellation)
    {
        var owner = await server.SignInAsync(cancellation);
        var under = new EngineUnderTest(NewFolder(stage), submits: true);
        var connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var voice = new RunnerVoice(news =>
        {
            switch (news)
            {
                case RunnerNews.PairingCode code:
                    _ = ApproveAsync(owner, code.UserCode, connected, cancellation);
                    break;
                case RunnerNews.Connected:
                    connected.TrySetResult();
                    break;
                case RunnerNews.Parked parked:
                    Report.Say($"  a run was parked: {parked.Code} {parked.Detail}");
                    break;
            }
        });
        var program = new Runner(under.home, under.journal, under.engine, new EngineSettings(under.home).Functions.Validation, voice, TimeProvider.System);
        under.runner = program.Run(new RunnerOptions(server.Address, "bench engine", 0), under.stopping.Token);
        if (await Task.WhenAny(connected.Task, under.runner) == under.runner)
        {
            await under.runner;
        }

        await connected.Task.WaitAsync(TimeSpan.FromMinutes(1), cancellation);
        return under;
    }

    /// <summary>One run to its end.</summary>
    public async Task<Guid> RunAsync(CancellationToken cancellation)
    {
        var run = new NewRun(
            Guid.CreateVersion7(), definition.Reference, TenSteps, definition.SourceHash, "{}"u8.ToArray(), RunOrigin.Local, submits, DateTimeOffset.UtcNow);
        await engine.Start(run, cancellation);
        await engine.WhenEnded(run.RunId, cancellation);
        return run.RunId;
    }

    /// <summary>Returns once the server has acknowledged every event of every run.</summary>
    public async Task SubmittedAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var seen = journal.Version;
            if (journal.Unsent().All(run => run.Ended && run.Acknowledged == run.LastSequence))
            {
                return;
            }

            await journal.Changed(seen, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        try
        {
            await runner;
        }
        catch (OperationCanceledException)
        {
            // It was told to stop.
        }

        await engine.DisposeAsync();
        await journal.DisposeAsync();
        stopping.Dispose();
        Directory.Delete(home.Folder, recursive: true);
    }

    private static string NewFolder(Stage stage) => Path.Combine(stage.Folder, "home-" + Guid.NewGuid().ToString("N"));

    private static async Task ApproveAsync(OwnerClient owner, string userCode, TaskCompletionSource connected, CancellationToken cancellation)
    {
        try
        {
            await LoadRunner.ApproveAsync(owner, userCode, "bench engine", cancellation);
        }
        catch (Exception e) when (e is InvalidOperationException or HttpRequestException)
        {
            connected.TrySetException(e);
        }
    }
}
