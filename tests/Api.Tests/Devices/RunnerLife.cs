using System.Collections.Concurrent;
using Jarvis.Api.Tests.Platform;
using Jarvis.Application.Devices;
using Jarvis.Engine.Devices;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Runs;
using Jarvis.Engine.Workflows;

namespace Jarvis.Api.Tests.Devices;

/// <summary>One life of the runner on a home.</summary>
internal sealed class RunnerLife : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<RunnerNews> news = new();
    private readonly WorkflowEngine engine;

    private RunnerLife(ListeningServer server, string folder, Guid owner)
    {
        var home = JarvisHome.Open(folder);
        Journal = Journal.Open(home.JournalFile);
        engine = new WorkflowEngine(new EngineSettings(home) { Clock = Clock }, Journal);
        var voice = new RunnerVoice(said =>
        {
            news.Enqueue(said);
            if (said is RunnerNews.PairingCode code)
            {
                _ = server.Do(new ApproveDevice(code.UserCode, null), owner);
            }
        });
        var runner = new Runner(home, Journal, engine, FunctionCatalog.Standard.Validation, voice, Clock) { Capabilities = () => MachineCapabilities.Of(FunctionCatalog.Standard, home) };
        Ended = Work(runner, server.Address);
    }

    public Journal Journal { get; }

    /// <summary>The PC's clock.</summary>
    public MovableTime Clock { get; } = new();

    public Task<RunnerEnd> Ended { get; }

    public Guid DeviceId => news.OfType<RunnerNews.Connected>().Last().DeviceId;

    public static RunnerLife Start(ListeningServer server, string folder, Guid owner) => new(server, folder, owner);

    public async Task<long> Connected() =>
        (await Eventually.Be(() => Task.FromResult(news.OfType<RunnerNews.Connected>().LastOrDefault()), said => said is not null || Ended.IsCompleted))!.Epoch;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        try
        {
            await Ended;
        }
        catch (OperationCanceledException)
        {
            // It was told to stop.
        }

        await engine.DisposeAsync();
        await Journal.DisposeAsync();
        stop.Dispose();
    }

    private async Task<RunnerEnd> Work(Runner runner, Uri server)
    {
        await engine.Resume(stop.Token);
        return await runner.Run(new RunnerOptions(server, "workbench", 0), stop.Token);
    }
}
