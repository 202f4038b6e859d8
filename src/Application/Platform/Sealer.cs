using System.Security.Cryptography;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Application.Platform;

/// <summary>One owner's key at work; not for several threads.</summary>
public sealed class Sealer : IDisposable
{
    private readonly Guid keyId;
    private readonly byte[] associated;
    private readonly AesGcm? aes;

    /// <param name="key">Null where it was destroyed.</param>
    internal Sealer(Guid keyId, Guid owner, byte[]? key)
    {
        this.keyId = keyId;
        associated = OwnerCipher.Associated(owner, keyId);
        aes = key is null ? null : OwnerCipher.Of(key);
    }

    /// <summary>Erased at once where the owner's key was destroyed: nothing of a forgotten person is kept anew.</summary>
    public Content Seal(Json value) =>
        aes is null ? new Content.Erased() : new Content.Sealed(keyId, OwnerCipher.Seal(aes, value.ToUtf8Bytes(), associated));

    /// <summary>The same event with its clear contents sealed.</summary>
    public object SealEvent(object @event) => Contents.Map(@event, content => content is Content.Clear clear ? Seal(clear.Value) : content);

    public void Dispose() => aes?.Dispose();
}
