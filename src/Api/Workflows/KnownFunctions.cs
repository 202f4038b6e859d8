using System.Text.Json;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Api.Workflows;

/// <summary>
/// The functions that runners of this version bring, so that a definition is checked when it is published and not first on
/// the PC. <c>functions.json</c> is the engine's own catalogue; a test compares the two.
/// </summary>
public static class KnownFunctions
{
    private const string Resource = "Jarvis.Api.Workflows.functions.json";

    public static ValidationContext Validation { get; } = new(Load());

    private static List<FunctionDescription> Load()
    {
        using var stream = typeof(KnownFunctions).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not embedded.");
        using var document = JsonDocument.Parse(stream);
        return
        [
            .. document.RootElement.EnumerateArray().Select(function => new FunctionDescription(
                function.GetProperty("name").GetString()!,
                function.GetProperty("description").GetString()!,
                Json.From(function.GetProperty("parameters")),
                function.GetProperty("repeatable").GetBoolean(),
                [.. function.GetProperty("platforms").EnumerateArray().Select(platform => platform.GetString()!)])),
        ];
    }
}
