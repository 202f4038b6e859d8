using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Admin.Runs;

/// <summary>How far a control has come, as it is: a wish is not its effect.</summary>
public static class ControlText
{
    /// <summary>A PC that has not confirmed by then is said not to answer.</summary>
    public static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(15);

    public static bool IsOpen(RunFacts.ControlsNode control) => control.Phase is ControlPhase.Requested or ControlPhase.Acknowledged;

    public static bool IsUnanswered(RunFacts.ControlsNode control, DateTimeOffset now) =>
        control.Phase == ControlPhase.Requested && now - control.RequestedAt > AnswersWithin;

    public static string Of(Language words, RunFacts.ControlsNode control, DateTimeOffset now) => control.Phase switch
    {
        ControlPhase.Requested when IsUnanswered(control, now) => words[RunsWords.NoAnswer] + (control.DeviceWasOnline == false ? " · " + words[RunsWords.WasOffline] : ""),
        ControlPhase.Requested => words[RunsWords.Doing(control.Kind)],
        ControlPhase.Acknowledged => words[RunsWords.Acknowledged],
        ControlPhase.Effective => words[RunsWords.Effective],
        ControlPhase.Refused => words[RunsWords.Refused] + (control.Code is { } code ? " · " + ErrorWords.Of(words, new Refusal(code, code)) : ""),
        _ => words[RunsWords.Expired],
    };
}
