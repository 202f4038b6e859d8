using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Jarvis.Api.Platform;

/// <summary>
/// Content-Security-Policy of this server's pages: scripts come from here, and an inline one runs only if it is the very one that the page was
/// served with (by its hash). Styles may stand inline, because components place things by them.
/// </summary>
public static partial class ContentPolicy
{
    private const string Rest =
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; frame-ancestors 'none'; form-action 'self'";

    /// <summary>For whatever is no page with scripts.</summary>
    public static readonly string Plain = $"default-src 'self'; script-src 'self'; {Rest}; base-uri 'none'";

    /// <summary>For a page with these inline scripts.</summary>
    public static string Of(string html) => $"default-src 'self'; script-src 'self'{Hashes(html)}; {Rest}; base-uri 'none'";

    /// <summary>For a WebAssembly app: its page says what its base is, and compiles what it loaded.</summary>
    public static string OfApp(string html) =>
        $"default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{Hashes(html)}; {Rest}; base-uri 'self'; worker-src 'self'; manifest-src 'self'";

    private static string Hashes(string html) => string.Concat(InlineScript().Matches(html)
        .Select(match => " 'sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(match.Groups[1].Value.ReplaceLineEndings("\n")))) + "'"));

    [GeneratedRegex(@"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex InlineScript();
}
