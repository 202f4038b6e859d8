namespace Jarvis.Domain.Platform;

/// <summary>Content that stands beside the events: named by its hash, kept per owner. In personal content it stands as <c>{"$blob":{hash,size,type}}</c>.</summary>
/// <param name="Hash">SHA-256 of the content, 64 lower-case hex digits.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Type">Media type, such as <c>image/png</c>; what it claims to be, never trusted.</param>
public sealed record BlobReference(string Hash, long Size, string Type)
{
    /// <summary>The member under which a reference stands in the place of a value.</summary>
    public const string Member = "$blob";

    public const int HashCharacters = 64;

    public const int MaxTypeCharacters = 100;

    public const string UnknownType = "application/octet-stream";

    /// <summary>Whether it could name something.</summary>
    public bool IsWellFormed() => IsHash(Hash) && Size >= 0 && IsType(Type);

    public static bool IsHash(string? hash) => hash is { Length: HashCharacters } && hash.All(char.IsAsciiHexDigitLower);

    /// <summary>A media type without parameters (RFC 6838: restricted names on both sides of the slash).</summary>
    public static bool IsType(string? type) =>
        type is { Length: > 2 and <= MaxTypeCharacters } && type.Split('/') is [var kind, var name] && IsName(kind) && IsName(name);

    private static bool IsName(string name) => name.Length > 0 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$&-^_.+".Contains(c, StringComparison.Ordinal));
}
