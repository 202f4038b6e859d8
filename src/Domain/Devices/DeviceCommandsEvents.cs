using Jarvis.Domain.Platform;

namespace Jarvis.Domain.Devices;

/// <summary>What the server asks of one device, in order: the device's <c>DeviceCommands</c> stream. Its version is the command's number.</summary>
public interface IDeviceCommandsEvent;

/// <summary>What a command asks for; the wire says it in lower case.</summary>
public enum DeviceCommandKind { Start, Pause, Resume, Cancel, Unpair }

/// <summary>A command, stored before it is sent. What it carries beyond this (definition, input) is read from the run when it is sent.</summary>
/// <param name="CommandId">Its own id, the same at every repetition.</param>
/// <param name="RunId">The run it is about; null for <c>unpair</c>.</param>
/// <param name="ControlId">Of pause, resume and cancel.</param>
/// <param name="GraceSeconds">Of cancel.</param>
/// <param name="Deadline">After this the device need not act on it; null for none.</param>
[EventName("ai.jarvis.device.command-issued.v1")]
public sealed record DeviceCommandIssued(
    Guid OwnerId, Guid DeviceId, Guid CommandId, DeviceCommandKind Kind, Guid? RunId, Guid? ControlId, int? GraceSeconds,
    DateTimeOffset IssuedAt, DateTimeOffset? Deadline) : IDeviceCommandsEvent;
