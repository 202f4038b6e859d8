using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Jarvis.Engine.Platform;

namespace Jarvis.Engine.Runs;

/// <summary>Where the runner of this home listens, and the token that proves the caller may read the home: <c>local-api.json</c>, 0600.</summary>
/// <param name="Token">256 random bits, new at each start.</param>
public sealed record LocalApiAddress(Uri Url, string Token, int ProcessId)
{
    public static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>Null where no runner has written one.</summary>
    public static LocalApiAddress? Load(JarvisHome home) =>
        PrivateFile.Read(FileIn(home)) is { } content ? JsonSerializer.Deserialize(content, LocalApiJson.Default.LocalApiAddress) : null;

    public void Save(JarvisHome home) =>
        PrivateFile.Write(FileIn(home), JsonSerializer.SerializeToUtf8Bytes(this, LocalApiJson.Default.LocalApiAddress));

    public static void Forget(JarvisHome home) => File.Delete(FileIn(home));

    private static string FileIn(JarvisHome home) => Path.Combine(home.Folder, "local-api.json");
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(LocalApiAddress))]
internal sealed partial class LocalApiJson : JsonSerializerContext;
