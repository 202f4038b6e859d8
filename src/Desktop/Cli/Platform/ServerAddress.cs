namespace Jarvis.Cli.Platform;

internal static class ServerAddress
{
    /// <summary>The origin that a person typed; a bare host means https, except on this machine.</summary>
    /// <exception cref="UsageException">It is no address of a server.</exception>
    public static Uri Parse(string typed)
    {
        var text = typed.Contains("://", StringComparison.Ordinal)
            ? typed
            : (typed.StartsWith("127.", StringComparison.Ordinal) || typed.StartsWith("localhost", StringComparison.OrdinalIgnoreCase) ? "http://" : "https://") + typed;
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? new Uri(address!.GetLeftPart(UriPartial.Authority) + "/")
            : throw new UsageException($"{typed} is not the address of a server; it looks like http://127.0.0.1:5080.");
    }
}
