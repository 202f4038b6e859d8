using System.Text.Json;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Platform;

/// <summary>
/// The secrets of this PC: a JSON object of name to value in a file that only its owner may read; an environment variable
/// <c>JARVIS_SECRET_name</c> comes before it.
/// </summary>
public sealed class SecretFile(string file)
{
    public const string VariablePrefix = "JARVIS_SECRET_";

    /// <summary>Those of the named secrets that exist.</summary>
    /// <exception cref="JsonException">The file is not a JSON object.</exception>
    public IReadOnlyDictionary<string, Json> Resolve(IReadOnlyCollection<string> names)
    {
        var found = new Dictionary<string, Json>(StringComparer.Ordinal);
        if (names.Count == 0)
        {
            return found;
        }

        var kept = PrivateFile.Read(file) is { } bytes
            ? Json.Parse(bytes) as JsonObject ?? throw new JsonException($"{file} is not a JSON object of secrets.")
            : JsonObject.Empty;
        foreach (var name in names)
        {
            if (Environment.GetEnvironmentVariable(VariablePrefix + name) is { } value)
            {
                found[name] = value;
            }
            else if (kept.TryGet(name, out var secret))
            {
                found[name] = secret;
            }
        }

        return found;
    }
}
