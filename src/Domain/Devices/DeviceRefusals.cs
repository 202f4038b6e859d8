using Jarvis.Domain.Platform;

namespace Jarvis.Domain.Devices;

/// <summary>Each "no" about a device.</summary>
public static class DeviceRefusals
{
    public static readonly Refusal NotFound = new("device.not_found", "There is no such device.");

    public static readonly Refusal Revoked = new("device.revoked", "The device was revoked; pair it again.");

    public static readonly Refusal CodeUnknown = new("device.code_unknown", "No runner is waiting under that code. Codes are good for ten minutes.", "userCode");

    public static readonly Refusal CodeUsed = new("device.code_used", "That code was answered already.", "userCode");

    public static readonly Refusal TooManyCodes = new("device.too_many_codes", "Too many codes were tried; wait a minute.", "userCode");

    public static readonly Refusal Paused = new("device.paused", "Everything on the device is paused; the run waits until it is resumed.");

    public static readonly Refusal NotAllowed = new("device.not_allowed", "The device may not do that; its owner can allow it.");

    public static readonly Refusal EpochFenced = new("device.epoch_fenced", "The device said hello again elsewhere; this connection is no longer it.");
}
