using System.Text.Json.Serialization;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Application.Platform;

/// <summary>Who gives an instruction, through what, and why.</summary>
/// <param name="CommandId">Chosen by the caller; with the actor it names the instruction for good.</param>
/// <param name="Actor">The account that gives it.</param>
/// <param name="OnBehalfOf">The account it is given for, where that is another.</param>
/// <param name="Device">The device it came through, where it is a known one.</param>
/// <param name="Reason">Free text of a person; sealed wherever it is kept.</param>
/// <param name="Seen">The position the person had seen when deciding.</param>
public sealed record Envelope(Guid CommandId, Guid Actor, Guid? OnBehalfOf = null, Guid? Device = null, string? Reason = null, long? Seen = null)
{
    /// <summary>Whose things are meant.</summary>
    public Guid Owner => OnBehalfOf ?? Actor;
}

/// <summary>
/// A command: an order by somebody, given once. It travels in memory only, because it holds clear text; what must survive a
/// restart is stored by its handler as events and sealed messages.
/// </summary>
public abstract record Instruction
{
    public const int MaxReasonLength = 500;

    [JsonIgnore]
    public Envelope Envelope { get; init; } = null!;

    /// <summary>Keyed hash of the content, set on its way in.</summary>
    [JsonIgnore]
    public string ContentHash { get; init; } = "";

    /// <summary>What logs may say: which one, never what is in it.</summary>
    public sealed override string ToString() => $"{GetType().Name} {Envelope?.CommandId}";
}

/// <summary>What an instruction came to.</summary>
/// <param name="Position">Of the last event it wrote; of a refusal, the position it was judged at.</param>
/// <param name="Stream">The stream it wrote to.</param>
/// <param name="Subject">What it made, where that is not the stream (a control).</param>
/// <param name="Details">Particulars: of a refusal such as the located problems of a definition, of an answer such as a result for each run.</param>
public sealed record Answer(long Position, Guid? Stream, Guid? Subject, Refusal? Refusal, Json? Details)
{
    public bool IsRefused => Refusal is not null;
}
