using System.Security.Cryptography;
using System.Text;

namespace Jarvis.Build.Running;

/// <summary>Where a system that is started here keeps what is its own. All of it can be read by the person who starts it, and by nobody else.</summary>
/// <param name="state">The folder of all systems that are started from it (<see cref="Repository.StateFolder"/>).</param>
/// <param name="database">As it was named; null for the embedded one.</param>
public sealed class StateFolders(string state, string? database)
{
    public string State => state;

    /// <summary>Where what belongs to the database (key, blobs, people, the runner's identity) is kept, apart for each.</summary>
    public string Home { get; } =
        database is null ? state : Path.Combine(state, "databases", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(database)))[..16]);

    /// <summary>The server's.</summary>
    public string Data => Path.Combine(Home, "data");

    public string Logs => Path.Combine(Home, "logs");

    public string Runner => Path.Combine(Home, "runner");

    /// <summary>The demo's second device.</summary>
    public string Laptop => Path.Combine(Home, "laptop");

    /// <summary>Files that the samples work on.</summary>
    public string Work => Path.Combine(Home, "work");

    /// <summary>Is there once the database holds a demo.</summary>
    public string DemoNotes => Path.Combine(Home, "demo.json");

    /// <summary>The embedded database.</summary>
    public string PostgreSql => Path.Combine(state, "postgresql");

    /// <summary>The authority that signs for this computer in its own network.</summary>
    public string Tls => Path.Combine(state, "tls");

    private string Pids => Path.Combine(state, "pids");

    public string Log(string name) => Path.Combine(Logs, name + ".log");

    public string PidFile(string name) => Path.Combine(Pids, name + ".pid");

    /// <summary>Makes those that every start needs.</summary>
    public void Make()
    {
        foreach (var folder in (string[])[Home, Data, Logs, Pids])
        {
            MakePrivate(folder);
        }
    }

    /// <summary>Makes a folder that only its owner may enter.</summary>
    public static void MakePrivate(string folder)
    {
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
