using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Domain.Runs;

/// <summary>Each "no" about a run.</summary>
public static class RunRefusals
{
    public static readonly Refusal NotFound = new("run.not_found", "There is no such run.");

    public static readonly Refusal Ended = new("run.ended", "The run has ended.");

    public static readonly Refusal NotStarted = new("run.not_started", "No device has taken the run yet; it can only be cancelled.");

    public static readonly Refusal NotWaiting = new("run.not_waiting", "The run does not wait any more: a device has it, so that no other goes before it.");

    public static readonly Refusal NotEnded = new("run.not_ended", "The run has not ended yet.");

    public static readonly Refusal NotPaused = new("run.not_paused", "The run is not paused.");

    public static readonly Refusal AlreadyPaused = new("run.already_paused", "The run is paused already.");

    public static readonly Refusal ControlPending = new("run.control_pending", "The same request is already on its way to the device.");

    public static readonly Refusal TooManyControls = new("run.too_many_controls", "Its computer has not answered many requests yet; wait until it does.");

    public static readonly Refusal NothingFailed = new("run.nothing_failed", "No task of the run failed; retry it from the start.", "from");

    /// <summary>What is left of the run is being done by another.</summary>
    public static Refusal RetryUnderWay(Guid retry) => new(
        "run.retry_under_way", $"The run {retry} is going on from there: wait for its end, or stop it first.", "from");

    /// <summary>What was left of the run was done by another.</summary>
    public static Refusal RetryCompleted(Guid retry) => new(
        "run.retry_completed", $"The run {retry} went on from there and completed. Retry from the start to do all of it again.", "from");

    public static readonly Refusal JournalElsewhere = new(
        "run.journal_elsewhere", "What the run had finished is in the journal of the device it ran on: go on there, or retry from the start on this one.", "deviceId");

    public static readonly Refusal DeviceGone = new(
        "run.device_gone", "The device that the retry would go to was revoked: retry from the start and name another device.", "deviceId");

    public static readonly Refusal NeverPublished = new(
        "run.never_published", "The run executed a file that was never published; it has no newer revision.", "revision");

    public static readonly Refusal PrefixTooLong = new(
        "run.prefix_too_long", "The run recorded too much to be held against another revision here; retry on the original revision.", "revision");

    public static readonly Refusal TaskGone = new(
        "run.task_gone", "On the newest revision the run would not go on at the task that failed, so there is nothing to give that input or output to.", "revision");

    /// <summary>Names the first difference; its values stand in the details.</summary>
    public static Refusal PrefixDiffers(ReplayDifference first) => new(
        "run.prefix_differs",
        $"The newest revision does not go the way that the run went. First difference at {Place(first)}: {first.Reason} Retry from the start, or on the original revision.",
        "revision");

    /// <summary>Values were too large to be sent in events, so that a difference may be only seeming.</summary>
    public static Refusal PrefixUnknown(ReplayDifference first) => new(
        "run.prefix_unknown",
        $"Some of what the run recorded is too large to be held against another revision here; at {Place(first)} it cannot be told apart. Retry on the original revision.",
        "revision");

    public static readonly Refusal Gone = new("run.gone", "The run is not for this device any more.");

    public static readonly Refusal NoDefinition = new("run.no_definition", "The definition that the run executed is not known here.");

    private static string Place(ReplayDifference difference) => difference.Instance.Length == 0 ? "the end" : difference.Instance;

    /// <summary>Its details say where; they may quote the input, so they are kept sealed.</summary>
    public static readonly Refusal InputInvalid = new("run.input_invalid", "The input does not fit the workflow's schema.", "input");
}
