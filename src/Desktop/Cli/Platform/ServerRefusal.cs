using System.Text.Json.Nodes;

namespace Jarvis.Cli.Platform;

/// <summary>The server said no: its message goes to stderr as one sentence, and the process ends with 1.</summary>
/// <param name="code">The stable code, such as <c>run.not_found</c>.</param>
/// <param name="details">The error's extensions.</param>
internal sealed class ServerRefusal(string code, string message, JsonObject? details = null) : Exception(message)
{
    public string Code => code;

    public JsonObject? Details => details;
}

/// <summary>The server could not be reached or failed, for as long as a person is willing to wait.</summary>
internal sealed class ServerUnavailable(string message) : Exception(message);
