using System.Collections.Concurrent;
using System.Text;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Engine.Devices;
using Jarvis.Engine.Runs;

namespace Jarvis.Engine.Tests.Devices;

/// <summary>Journal, command channel and submission of one home, with an executor that only notes what it was asked.</summary>
internal sealed class RunnerUnderTest : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly RunnerApi api;
    private readonly Task submitting;

    public RunnerUnderTest(string home, SimulatedServer server, string accessToken = "access-0", string refreshToken = "refresh-0", Func<Jarvis.Domain.Devices.DeviceCapabilities>? capabilities = null)
    {
        Journal = Journal.Open(Path.Combine(home, "journal.db"));
        Executor = new NotingExecutor(Journal);
        api = new RunnerApi(server.Address);
        var file = new CredentialFile(home);
        if (file.Load() is null)
        {
            file.Save(new Credentials(server.Address, server.DeviceId, accessToken, refreshToken, DateTimeOffset.UtcNow.AddMinutes(15)));
        }

        Tokens = new DeviceTokens(api, file, file.Load()!, TimeProvider.System);
        Session = new Session();
        var voice = new RunnerVoice(News.Enqueue);
        Submission = new SubmissionLoop(Journal, api, Tokens, Session, TimeProvider.System, voice) { MayGzip = true };
        var inbox = new CommandInbox(Journal, Executor, new ValidationContext([]), Session, voice, TimeProvider.System);
        var channel = new CommandChannel(api, Tokens, Session, Journal, inbox, Executor, Submission.Welcomed, voice, TimeProvider.System) { Capabilities = capabilities };
        Channel = channel.Run(stop.Token);
        submitting = Submission.Run(stop.Token);
    }

    public Journal Journal { get; }

    public NotingExecutor Executor { get; }

    public DeviceTokens Tokens { get; }

    public Session Session { get; }

    public SubmissionLoop Submission { get; }

    public Task<ChannelEnd> Channel { get; }

    public ConcurrentQueue<RunnerNews> News { get; } = new();

    public static async Task<JournalPlace> NewRun(Journal journal, Guid runId)
    {
        await journal.Create(Order(runId), "test");
        return (await journal.Claim(runId, "test", "test"))!;
    }

    public static NewRun Order(Guid runId) => new(
        runId, new DefinitionReference("test", "counting", "1.0.0"), "do: []", new string('0', 64), "{}"u8.ToArray(), RunOrigin.Local, Submits: true, DateTimeOffset.UtcNow);

    public static PendingEvent Event(string text) => new(
        "ai.jarvis.run.progress.v1", DateTimeOffset.UtcNow, Encoding.UTF8.GetBytes($$"""{"percent":1,"current":["{{text}}"]}"""));

    /// <summary>Ends it as a crash does, as far as one process can: nothing is said to the server.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Ignore(Channel);
        await Ignore(submitting);
        Tokens.Dispose();
        api.Dispose();
        await Journal.DisposeAsync();
        stop.Dispose();
    }

    public static async Task Until(Func<bool> isSo, string what, int seconds = 30)
    {
        var deadline = DateTime.UtcNow.AddSeconds(seconds);
        while (!isSo())
        {
            if (DateTime.UtcNow > deadline)
            {
                throw new TimeoutException($"Not in time: {what}.");
            }

            await Task.Delay(10);
        }
    }

    private static async Task Ignore(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // It was told to stop.
        }
    }

    internal sealed class NotingExecutor(Journal journal) : IRunExecutor
    {
        public ConcurrentQueue<NewRun> Started { get; } = new();

        public ConcurrentQueue<JournaledControl> Controls { get; } = new();

        public IReadOnlyCollection<Guid> Running => [.. Started.Select(run => run.RunId)];

        public async Task Start(NewRun run, CancellationToken cancel)
        {
            if (await journal.Create(run, cancellation: cancel))
            {
                Started.Enqueue(run);
            }
        }

        public async Task<bool> Control(JournaledControl control, CancellationToken cancel)
        {
            if (journal.Find(control.RunId) is null)
            {
                return false;
            }

            if (await journal.ReceiveControl(control, cancel))
            {
                Controls.Enqueue(control);
            }

            return true;
        }
    }
}
