namespace Jarvis.Engine.Devices;

/// <summary>What a person who watches the runner is told.</summary>
public abstract record RunnerNews
{
    public sealed record PairingCode(string UserCode, Uri VerificationUri, DateTimeOffset ExpiresAt) : RunnerNews;

    public sealed record Paired(Guid DeviceId) : RunnerNews;

    /// <summary>Where programs of this PC reach the engine.</summary>
    public sealed record Listening(Uri Url) : RunnerNews;

    /// <summary>A call of the local API that was not let in.</summary>
    public sealed record LocalCallRefused(string Method, string Path, string Reason) : RunnerNews;

    public sealed record Connected(Guid DeviceId, long Epoch) : RunnerNews;

    /// <summary>The server is away; runs go on and their events wait in the journal.</summary>
    public sealed record Away(string Reason) : RunnerNews;

    /// <summary>Events cannot be delivered just now.</summary>
    public sealed record SubmissionDelayed(string Reason, long Waiting) : RunnerNews;

    public sealed record SubmissionGoesOn(long Waiting) : RunnerNews;

    /// <summary>The server finally refused a run's events; they stay in the journal.</summary>
    public sealed record Parked(Guid RunId, string Code, string Detail) : RunnerNews;

    /// <param name="Said">A sentence for people.</param>
    public sealed record UploadEnded(string Said) : RunnerNews;

    public sealed record RunTaken(Guid RunId, string Name) : RunnerNews;

    /// <summary>The server withdrew a run before it began, or the runner cannot execute it.</summary>
    public sealed record RunNotTaken(Guid RunId, string Reason) : RunnerNews;

    /// <summary>Runs that an earlier start of the runner left unfinished go on.</summary>
    public sealed record Resumed(int Runs) : RunnerNews;

    /// <param name="Trouble">Why the journal cannot be written; null once it can again.</param>
    public sealed record Storage(string? Trouble) : RunnerNews;

    public sealed record ControlReceived(Guid RunId, string Kind) : RunnerNews;

    public sealed record ControlIgnored(Guid RunId, string Kind, string Reason) : RunnerNews;
}

/// <summary>Says each thing once: a trouble that lasts is told when it begins and when it ends.</summary>
public sealed class RunnerVoice(Action<RunnerNews> tell)
{
    private readonly Lock gate = new();
    private bool delayed;
    private bool away;

    /// <summary>Why the server is away, for the status; null while connected.</summary>
    public string? AwayBecause { get; private set; }

    public void Tell(RunnerNews news)
    {
        lock (gate)
        {
            tell(news);
        }
    }

    public void Connected(Guid deviceId, long epoch)
    {
        lock (gate)
        {
            away = false;
            AwayBecause = null;
            tell(new RunnerNews.Connected(deviceId, epoch));
        }
    }

    public void Away(string reason)
    {
        lock (gate)
        {
            AwayBecause = reason;
            if (!away)
            {
                away = true;
                tell(new RunnerNews.Away(reason));
            }
        }
    }

    public void SubmissionTrouble(string reason, long waiting)
    {
        lock (gate)
        {
            if (!delayed)
            {
                delayed = true;
                tell(new RunnerNews.SubmissionDelayed(reason, waiting));
            }
        }
    }

    public void Submitted(long waiting)
    {
        lock (gate)
        {
            if (delayed)
            {
                delayed = false;
                tell(new RunnerNews.SubmissionGoesOn(waiting));
            }
        }
    }

    /// <summary>Something about a file on its way to the server that people may want to know.</summary>
    public void Upload(string said) => Tell(new RunnerNews.UploadEnded(said));

    public void Parked(Guid runId, string code, string detail) => Tell(new RunnerNews.Parked(runId, code, detail));
}
