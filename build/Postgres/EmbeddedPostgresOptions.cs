namespace Jarvis.Build.Postgres;

/// <summary>What an embedded PostgreSQL needs to know.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>Holds the data, the password, the log and nothing else; made if missing, readable by its owner alone.</summary>
    public required string Folder { get; init; }

    /// <summary>Preferred port on 127.0.0.1; another is taken if it is not free. Null: the last one, or any.</summary>
    public int? Port { get; init; }

    /// <summary>False trades safety against a crash of the machine for speed: ordinary tests only.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>True if the folder goes when the server stops.</summary>
    public bool Temporary { get; init; }

    /// <summary>The user of the system to run as, if we are root. Null: a user namespace, else a user that exists.</summary>
    public string? RunAs { get; init; }

    /// <summary>Told what is being done, in a few words.</summary>
    public Action<string> Report { get; init; } = static _ => { };
}
