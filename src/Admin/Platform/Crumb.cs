namespace Jarvis.Admin.Platform;

/// <param name="Address">Null where the rail's group has no page of its own.</param>
public sealed record Crumb(string Title, string? Address = null);
