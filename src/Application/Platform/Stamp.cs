using Marten;

namespace Jarvis.Application.Platform;

/// <summary>
/// Runs before every instruction's handler: the events it appends say who caused them. Only ids go into metadata; a reason is
/// personal and stands sealed in the event.
/// </summary>
public static class Stamp
{
    public const string DeviceHeader = "device";
    public const string OnBehalfOfHeader = "onBehalfOf";
    public const string SeenHeader = "seen";

    public static void Before(Instruction instruction, IDocumentSession session)
    {
        var envelope = instruction.Envelope;
        session.LastModifiedBy = envelope.Actor.ToString();
        session.CausationId = envelope.CommandId.ToString();
        session.CorrelationId = System.Diagnostics.Activity.Current?.TraceId.ToString() ?? envelope.CommandId.ToString();
        if (envelope.Device is { } device)
        {
            session.SetHeader(DeviceHeader, device.ToString());
        }

        if (envelope.OnBehalfOf is { } other)
        {
            session.SetHeader(OnBehalfOfHeader, other.ToString());
        }

        if (envelope.Seen is { } seen)
        {
            session.SetHeader(SeenHeader, seen);
        }
    }
}
