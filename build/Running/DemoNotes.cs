using System.Security.Cryptography;
using System.Text.Json;

namespace Jarvis.Build.Running;

/// <summary>A demo person.</summary>
public sealed record Person(string Role, string Name, string Email, string Password)
{
    public static Person Invent(string role, string name) =>
        new(role, name, role + "@jarvis.example", "demo-" + RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 16));
}

/// <summary>What the demo has done on this database, kept so that the next start goes on with it.</summary>
public sealed record DemoNotes
{
    public Person Administrator { get; init; } = Person.Invent("administrator", "Ada Admin");

    public Person Owner { get; init; } = Person.Invent("owner", "Olivia Owner");

    /// <summary>The paired runner.</summary>
    public string? Device { get; init; }

    /// <summary>The second device, which was switched off days ago.</summary>
    public string? Laptop { get; init; }

    /// <summary>True once the samples have a past.</summary>
    public bool HasPast { get; init; }

    public static DemoNotes Read(string file) =>
        File.Exists(file) ? JsonSerializer.Deserialize<DemoNotes>(File.ReadAllText(file)) ?? new DemoNotes() : new DemoNotes();

    /// <summary>Kept whole or not at all, readable by its owner alone: it holds passwords.</summary>
    public void Write(string file) => PrivateFile.Replace(file, JsonSerializer.Serialize(this));
}
