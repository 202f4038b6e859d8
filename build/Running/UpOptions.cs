namespace Jarvis.Build.Running;

/// <summary>What <c>build/up</c> was asked for.</summary>
public sealed record UpOptions
{
    public const int DefaultPort = 5080;

    public int Port { get; init; } = DefaultPort;

    /// <summary>A PostgreSQL of the person's own, as Npgsql's connection string or as a postgres:// address. Null: the embedded one.</summary>
    public string? Database { get; init; }

    public bool Development { get; init; }

    /// <summary>Demo people, a paired runner, the samples and a past.</summary>
    public bool Demo { get; init; } = true;

    /// <summary>An address beyond this computer to listen on too, with TLS; null: this computer alone.</summary>
    public string? Listen { get; init; }

    /// <summary>Certificate and key (PEM, a comma between them) for it; null: an authority of this system's own.</summary>
    public string? Tls { get; init; }

    /// <summary>JSON lines instead of text.</summary>
    public bool Json { get; init; }
}
