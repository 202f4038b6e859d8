using Jarvis.Domain.Devices;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Runs;

namespace Jarvis.Engine.Devices;

/// <param name="Server">Null takes the server that this home is paired with.</param>
/// <param name="Name">What the device calls itself when it is paired.</param>
/// <param name="LocalPort">Of the local API; 0 takes any that is free.</param>
public sealed record RunnerOptions(Uri? Server, string Name, int LocalPort);

/// <summary>Why the runner stopped by itself.</summary>
public abstract record RunnerEnd
{
    /// <param name="Message">For people, with what to do.</param>
    public sealed record Refused(string Message) : RunnerEnd;

    public sealed record Fenced(Uri Server) : RunnerEnd;

    public sealed record Unpaired(Uri Server) : RunnerEnd;
}

/// <summary>
/// The runner: executes the runs of one home, takes orders from its server and brings it the events. Runs that were under way
/// go on at once, whether the server is there or not; without a server it is the engine and its local API alone.
/// </summary>
public sealed class Runner(JarvisHome home, Journal journal, IRunExecutor executor, ValidationContext validation, RunnerVoice voice, TimeProvider time)
{
    private volatile Link? link;

    /// <summary>What this PC can do; null tells the server nothing.</summary>
    public Func<DeviceCapabilities>? Capabilities { get; init; }

    /// <summary>The parts that exist once the device is paired.</summary>
    private sealed record Link(DeviceTokens Tokens, Session Session, SubmissionLoop Submission);

    public RunnerStatus Status => new(
        link?.Tokens.Current.DeviceId, link?.Tokens.Current.Server, link?.Session.Connected ?? false, link?.Session.Epoch, voice.AwayBecause,
        executor.Running.Count, link?.Submission.Waiting ?? 0,
        [.. journal.Unsent().Where(run => run.ParkedCode is not null).Select(run => new ParkedRun(run.RunId, run.ParkedCode!, run.ParkedDetail))],
        journal.Trouble);

    /// <summary>Works until it is told to stop (then it throws <see cref="OperationCanceledException"/>) or has no server to work for any more.</summary>
    public async Task<RunnerEnd> Run(RunnerOptions options, CancellationToken cancel)
    {
        await using var local = await LocalApi.Start(home, options.LocalPort, journal, executor, validation, () => Status, voice, time);
        voice.Tell(new RunnerNews.Listening(local.Address.Url));
        var file = new CredentialFile(home.Folder);
        var kept = file.Load();
        var server = options.Server ?? kept?.Server ?? file.LoadPending()?.Server;
        if (server is null)
        {
            voice.Tell(new RunnerNews.Away("no server was given; runs of this PC alone"));
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancel);
        }

        using var api = new RunnerApi(server!, time);
        var isElsewhere = kept is not null && kept.Server != server;
        if (kept is null || kept.Server != server)
        {
            if (kept is not null)
            {
                // Whose work the journal holds is known before somebody else may be the one it is done for.
                await Adopt(kept, cancel);
            }

            var ended = await new Pairing(api, file, time).Pair(
                options.Name,
                pending => voice.Tell(new RunnerNews.PairingCode(pending.UserCode, pending.VerificationUri, pending.ExpiresAt)),
                voice.Away,
                cancel);
            if (ended is PairingEnd.Refused refused)
            {
                return new RunnerEnd.Refused(refused.Reason);
            }

            kept = ((PairingEnd.Paired)ended).Credentials;
            voice.Tell(new RunnerNews.Paired(kept.DeviceId));
        }

        await Adopt(kept, cancel, isElsewhere);
        return await Work(api, file, kept, cancel);
    }

    private async Task<RunnerEnd> Work(RunnerApi api, CredentialFile file, Credentials credentials, CancellationToken cancel)
    {
        using var working = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var tokens = new DeviceTokens(api, file, credentials, time);
        var session = new Session();
        var submission = new SubmissionLoop(journal, api, tokens, session, time, voice);
        link = new Link(tokens, session, submission);
        await submission.Unpark(cancel);
        var inbox = new CommandInbox(journal, executor, validation, session, voice, time);
        var commands = new CommandChannel(api, tokens, session, journal, inbox, executor, submission.Welcomed, voice, time) { Capabilities = Capabilities };
        var channel = commands.Run(working.Token);
        var submitting = submission.Run(working.Token);
        using var blobs = new BlobApi(api.Server);
        var uploading = new UploadLoop(journal, new BlobFolder(home.BlobFolder), blobs, tokens, time, voice.Upload).Run(working.Token);
        try
        {
            // The submission ends early only where the device is no longer paired, or by an error that must be seen; so do the uploads.
            var first = await Task.WhenAny(channel, submitting, uploading);
            if (first != channel)
            {
                await first;
            }

            var end = await channel;
            if (end is ChannelEnd.Revoked or ChannelEnd.Unpaired)
            {
                // Credentials from before servers told the account learn it when they are renewed.
                await Adopt(tokens.Current, cancel);
                file.Forget();
                return new RunnerEnd.Unpaired(api.Server);
            }

            return new RunnerEnd.Fenced(api.Server);
        }
        finally
        {
            await working.CancelAsync();
            await Ended(submitting);
            await Ended(uploading);
            await Ended(channel);
        }
    }

    /// <summary>Commands are counted per device: those of an earlier pairing are over. What was done for another account is not handed to this one.</summary>
    /// <param name="isElsewhere">Whether it is paired with another server than before: where nobody told for whom it worked then, that was another account.</param>
    private async Task Adopt(Credentials now, CancellationToken cancel, bool isElsewhere = false)
    {
        const string Device = "device";
        const string Account = "account";
        if (journal.Setting(Device) is { } before && before != now.DeviceId.ToString())
        {
            await journal.ForgetCommands(cancel);
        }

        await journal.KeepSetting(Device, now.DeviceId.ToString(), cancel);
        if (now.AccountId is { } account)
        {
            var former = journal.Setting(Account) is { } told ? Guid.Parse(told) : isElsewhere ? Guid.Empty : account;
            if (former != account)
            {
                await journal.ChangeAccount(former, account, cancel);
            }

            await journal.KeepSetting(Account, account.ToString(), cancel);
        }
    }

    private static async Task Ended(Task task)
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
}
