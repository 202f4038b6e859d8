using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Engine.Workflows.Http;

/// <summary>A server's digest challenge, and the answer to it (RFC 7616).</summary>
internal sealed partial class DigestChallenge
{
    /// <summary>Length of the client's own nonce, in bytes.</summary>
    private const int NonceBytes = 16;

    private readonly Dictionary<string, string> parts;
    private readonly string algorithm;

    private DigestChallenge(Dictionary<string, string> parts)
    {
        this.parts = parts;
        algorithm = parts.GetValueOrDefault("algorithm", "MD5").ToUpperInvariant();
    }

    private bool IsSession => algorithm.EndsWith("-SESS", StringComparison.Ordinal);

    /// <summary>Null for another scheme, an algorithm that is not known here, or a quality of protection that cannot be given.</summary>
    public static DigestChallenge? Read(AuthenticationHeaderValue header)
    {
        if (!header.Scheme.Equals("Digest", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match part in Part().Matches(header.Parameter ?? ""))
        {
            parts[part.Groups["name"].Value] = part.Groups["quoted"].Success ? Regex.Unescape(part.Groups["quoted"].Value) : part.Groups["token"].Value;
        }

        var challenge = new DigestChallenge(parts);
        return parts.ContainsKey("nonce") && challenge.algorithm is "MD5" or "MD5-SESS" or "SHA-256" or "SHA-256-SESS" && challenge.Protection() is not null ? challenge : null;
    }

    /// <summary>The value of the Authorization header.</summary>
    public string Answer(DigestCredentials credentials, string method, Uri uri, byte[] body)
    {
        var (realm, nonce, target) = (parts.GetValueOrDefault("realm", ""), parts["nonce"], uri.PathAndQuery);
        var protection = Protection()!;
        var own = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceBytes));
        const string count = "00000001";

        var who = Hash($"{credentials.Username}:{realm}:{credentials.Password}");
        who = IsSession ? Hash($"{who}:{nonce}:{own}") : who;
        var what = Hash(protection == "auth-int" ? $"{method}:{target}:{Hash(body)}" : $"{method}:{target}");
        var response = Hash(protection.Length == 0 ? $"{who}:{nonce}:{what}" : $"{who}:{nonce}:{count}:{own}:{protection}:{what}");

        var answer = new StringBuilder("Digest ")
            .Append(Quoted("username", credentials.Username)).Append(", ")
            .Append(Quoted("realm", realm)).Append(", ")
            .Append(Quoted("nonce", nonce)).Append(", ")
            .Append(Quoted("uri", target)).Append(", ")
            .Append(Quoted("response", response));
        if (parts.TryGetValue("algorithm", out var named))
        {
            answer.Append(", algorithm=").Append(named);
        }

        if (parts.TryGetValue("opaque", out var opaque))
        {
            answer.Append(", ").Append(Quoted("opaque", opaque));
        }

        return protection.Length == 0 ? answer.ToString() : answer.Append(", qop=").Append(protection).Append(", nc=").Append(count).Append(", ").Append(Quoted("cnonce", own)).ToString();
    }

    /// <summary>The quality of protection that is answered with; empty where none is asked for, null where it cannot be given.</summary>
    private string? Protection()
    {
        if (!parts.TryGetValue("qop", out var offered))
        {
            return "";
        }

        var all = offered.Split(',', StringSplitOptions.TrimEntries);
        return all.Contains("auth") ? "auth" : all.Contains("auth-int") ? "auth-int" : null;
    }

    private string Hash(string text) => Hash(Encoding.UTF8.GetBytes(text));

    // The server chooses; MD5 is what most of them still ask for, and all that this scheme gives them.
    private string Hash(byte[] bytes) => Convert.ToHexStringLower(algorithm.StartsWith("SHA", StringComparison.Ordinal) ? SHA256.HashData(bytes) : MD5.HashData(bytes));

    private static string Quoted(string name, string value) =>
        $"{name}=\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    [GeneratedRegex("""(?<name>[A-Za-z]+)\s*=\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<token>[^\s,"]+))""", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}
