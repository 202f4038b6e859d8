namespace Jarvis.Api.Platform;

/// <summary>How this server was started.</summary>
/// <param name="IsDevelopment">Explorer, documents and anonymous introspection are open.</param>
public sealed record ServerMode(bool IsDevelopment);
