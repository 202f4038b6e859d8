namespace Jarvis.Client.Platform;

/// <summary>A "no" of the server, by its stable code.</summary>
/// <param name="Message">The server's own words (English); shown only where the app has none for the code.</param>
/// <param name="Path">Where in the answer, as <c>runs.nodes</c>; null for the whole.</param>
/// <param name="TraceId">To name to support; null where the server gave none.</param>
public sealed record Refusal(string Code, string Message, string? Field = null, string? Path = null, string? TraceId = null);

/// <summary>The server said no.</summary>
public sealed class RefusedException(Refusal refusal) : Exception(refusal.Message)
{
    public Refusal Refusal { get; } = refusal;

    public string Code => Refusal.Code;
}

/// <summary>No answer came: this device is offline, or the server is away.</summary>
public sealed class UnreachableException(string message, Exception? inner = null) : Exception(message, inner);
