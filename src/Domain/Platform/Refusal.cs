namespace Jarvis.Domain.Platform;

/// <summary>A "no": a stable code that programs rely on, a sentence for people, and the field it is about.</summary>
/// <param name="Code">Stable, dotted, such as <c>run.not_found</c>.</param>
/// <param name="Message">What is wrong and how to mend it, in English; screens translate by code.</param>
/// <param name="Field">Path of the input field in question, or null.</param>
public sealed record Refusal(string Code, string Message, string? Field = null);

/// <summary>What a decision gives: events, or the refusal that stands in their way.</summary>
public sealed record Decision(IReadOnlyList<object> Events, Refusal? Refusal)
{
    public static Decision Of(params object[] events) => new(events, null);

    public static implicit operator Decision(Refusal refusal) => new([], refusal);

    public static Decision FromRefusal(Refusal refusal) => refusal;

    public bool IsRefused => Refusal is not null;
}
