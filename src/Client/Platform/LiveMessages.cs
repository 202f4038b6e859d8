using System.Text.Json;

namespace Jarvis.Client.Platform;

/// <summary>What the app says in <c>graphql-transport-ws</c>; each writes the members of one message.</summary>
internal static class LiveMessages
{
    public static readonly Action<Utf8JsonWriter> Ping = writer => writer.WriteString("type", "ping");
    public static readonly Action<Utf8JsonWriter> Pong = writer => writer.WriteString("type", "pong");

    /// <summary>The first message of a connection.</summary>
    /// <param name="token">The person's access token.</param>
    public static Action<Utf8JsonWriter> Init(string token) => writer =>
    {
        writer.WriteString("type", "connection_init");
        writer.WriteStartObject("payload");
        writer.WriteString("Authorization", "Bearer " + token);
        writer.WriteEndObject();
    };

    public static Action<Utf8JsonWriter> Subscribe(string id, IOperation operation) => writer =>
    {
        writer.WriteString("id", id);
        writer.WriteString("type", "subscribe");
        writer.WriteStartObject("payload");
        writer.WriteString("query", operation.Text);
        writer.WriteString("operationName", operation.Name);
        writer.WritePropertyName("variables");
        operation.Write(writer);
        writer.WriteEndObject();
    };

    public static Action<Utf8JsonWriter> Complete(string id) => writer =>
    {
        writer.WriteString("id", id);
        writer.WriteString("type", "complete");
    };
}
