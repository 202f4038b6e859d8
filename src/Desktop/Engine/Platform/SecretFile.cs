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

    /// <summary>Every secret of this PC by its name: what a workflow may name, and what must not leave it.</summary>
    /// <exception cref="JsonException">The file is not a JSON object.</exception>
    public IReadOnlyDictionary<string, Json> All()
    {
        var all = new Dictionary<string, Json>(Kept().Members, StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (variable is { Key: string name, Value: string value } && name.StartsWith(VariablePrefix, StringComparison.Ordinal))
            {
                all[name[VariablePrefix.Length..]] = value;
            }
        }

        return all;
    }

    private JsonObject Kept() => PrivateFile.Read(file) is { } bytes
        ? Json.Parse(bytes) as JsonObject ?? throw new JsonException($"{file} is not a JSON object of secrets.")
        : JsonObject.Empty;
}
