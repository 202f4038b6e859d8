using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>Compares recorded values with evaluated ones, where a masked or outlined part stands for anything.</summary>
internal static class ReplayValues
{
    private const string Blob = "$blob";

    public static bool Same(Json recorded, Json now) => (recorded, now) switch
    {
        (JsonString text, _) when text.Value.Contains(SecretMask.Mask, StringComparison.Ordinal) => true,
        (_, JsonString text) when text.Value.Contains(SecretMask.Mask, StringComparison.Ordinal) => true,
        (JsonObject { Count: 1 } blob, _) when blob.TryGet(Blob, out _) => true,
        (JsonObject a, JsonObject b) => a.Count == b.Count && a.Members.All(member => b.TryGet(member.Key, out var other) && Same(member.Value, other)),
        (JsonArray a, JsonArray b) => a.Items.Length == b.Items.Length && a.Items.Zip(b.Items).All(pair => Same(pair.First, pair.Second)),
        _ => recorded.Equals(now),
    };

    public static bool HasBlob(Json value) => value switch
    {
        JsonObject o => o.TryGet(Blob, out _) || o.Members.Values.Any(HasBlob),
        JsonArray a => a.Items.Any(HasBlob),
        _ => false,
    };

    /// <summary>The id that was drawn for a call (its idempotency key) or an emitted event (its id).</summary>
    public static string? IdOf(Json? arguments)
    {
        var told = arguments as JsonObject;
        return ((told?["headers"] as JsonObject)?[HttpRequest.IdempotencyKey] ?? told?["id"]) is JsonString id ? id.Value : null;
    }
}
