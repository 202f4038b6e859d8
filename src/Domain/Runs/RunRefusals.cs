using Jarvis.Domain.Platform;

namespace Jarvis.Domain.Runs;

/// <summary>Each "no" about a run.</summary>
public static class RunRefusals
{
    public static readonly Refusal NotFound = new("run.not_found", "There is no such run.");

    public static readonly Refusal Ended = new("run.ended", "The run has ended.");

    public static readonly Refusal NotStarted = new("run.not_started", "No device has taken the run yet; it can only be cancelled.");

    public static readonly Refusal NotEnded = new("run.not_ended", "The run has not ended yet.");

    public static readonly Refusal NotPaused = new("run.not_paused", "The run is not paused.");

    public static readonly Refusal AlreadyPaused = new("run.already_paused", "The run is paused already.");

    public static readonly Refusal ControlPending = new("run.control_pending", "The same request is already on its way to the device.");

    public static readonly Refusal NothingFailed = new("run.nothing_failed", "No task of the run failed; retry it from the start.", "from");

    public static readonly Refusal JournalElsewhere = new(
        "run.journal_elsewhere", "What the run had finished is in the journal of the device it ran on: go on there, or retry from the start on this one.", "deviceId");

    public static readonly Refusal DeviceGone = new(
        "run.device_gone", "The device that the retry would go to was revoked: retry from the start and name another device.", "deviceId");

    public static readonly Refusal Gone = new("run.gone", "The run is not for this device any more.");

    public static readonly Refusal NoDefinition = new("run.no_definition", "The definition that the run executed is not known here.");

    /// <summary>Its details say where; they may quote the input, so they are kept sealed.</summary>
    public static readonly Refusal InputInvalid = new("run.input_invalid", "The input does not fit the workflow's schema.", "input");
}
