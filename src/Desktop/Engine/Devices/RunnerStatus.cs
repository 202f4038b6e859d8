namespace Jarvis.Engine.Devices;

/// <summary>How the runner stands, for its local API and status lines.</summary>
/// <param name="Connected">Whether the command channel is open.</param>
/// <param name="Away">Why it is not, where that is known.</param>
/// <param name="Waiting">Events that the server has not acknowledged.</param>
/// <param name="Parked">Runs whose events the server finally refused.</param>
/// <param name="JournalTrouble">Why nothing can be written at present; null while all is well.</param>
public sealed record RunnerStatus(
    Guid? DeviceId, Uri? Server, bool Connected, long? Epoch, string? Away, int Running, long Waiting, IReadOnlyList<ParkedRun> Parked, string? JournalTrouble);

/// <param name="Code">The server's stable code.</param>
public sealed record ParkedRun(Guid RunId, string Code, string? Detail);
