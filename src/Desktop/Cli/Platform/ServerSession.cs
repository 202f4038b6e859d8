using System.Text.Json;
using System.Text.Json.Serialization;
using Jarvis.Engine.Platform;

namespace Jarvis.Cli.Platform;

/// <summary>A person's sign-in at one server, as <c>jarvis login</c> keeps it.</summary>
/// <param name="Server">The server's origin.</param>
/// <param name="ExpiresAt">When the access token ends, by this PC's clock.</param>
internal sealed record ServerSession(Uri Server, string Email, string AccessToken, string RefreshToken, DateTimeOffset ExpiresAt)
{
    private const string FileName = "session.json";

    /// <summary>Null where nobody is signed in.</summary>
    public static ServerSession? Load(JarvisHome home)
    {
        try
        {
            return PrivateFile.Read(Path.Combine(home.Folder, FileName)) is { } content
                ? JsonSerializer.Deserialize(content, SessionJson.Default.ServerSession)
                : null;
        }
        catch (JsonException)
        {
            throw new UsageException($"{Path.Combine(home.Folder, FileName)} is not readable; sign in again with `jarvis login URL`.");
        }
    }

    public void Save(JarvisHome home) =>
        PrivateFile.Write(Path.Combine(home.Folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, SessionJson.Default.ServerSession));
}

/// <summary>What sign-in and refresh answer.</summary>
/// <param name="ExpiresIn">Seconds.</param>
internal sealed record SignInAnswer(string AccessToken, string RefreshToken, int ExpiresIn);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ServerSession))]
[JsonSerializable(typeof(SignInAnswer))]
internal sealed partial class SessionJson : JsonSerializerContext;
