using System.Globalization;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>A setting is missing or wrong; the message is one sentence that names it.</summary>
public sealed class ConfigurationException(string message) : Exception(message);

/// <summary>What the server is told from outside, read and checked once.</summary>
/// <param name="Database">JARVIS_DATABASE: an Npgsql connection string.</param>
/// <param name="Url">JARVIS_URL: the address to listen on and to tell people.</param>
/// <param name="DataFolder">JARVIS_DATA: keys and blobs.</param>
/// <param name="MasterKey">JARVIS_MASTER_KEY: the master key in base64, instead of the file.</param>
/// <param name="IsDevelopment">JARVIS_DEVELOPMENT: explorer and documents are open.</param>
/// <param name="IsDemo">JARVIS_DEMO: marks a demonstration.</param>
/// <param name="SetupToken">JARVIS_SETUP_TOKEN: makes the first administrator.</param>
/// <param name="WritesRows">JARVIS_EXECUTION_WRITER: whether batches of runners are written as rows (<c>rows</c>, the default) or by the store's own append (<c>store</c>).</param>
/// <param name="RegistrationsPerSource">JARVIS_REGISTRATIONS: how many accounts one source may ask for in a quarter of an hour. Behind a proxy all are one source.</param>
/// <param name="Screens">JARVIS_SCREENS: the folder of the published apps (<c>m</c>, <c>admin</c>); beside the program unless it is said.</param>
/// <param name="Listen">JARVIS_LISTEN: further addresses to listen on, https with an IP address, a comma between them; the first is told to people.</param>
/// <param name="Tls">JARVIS_TLS: certificate and key (PEM files, a comma between them) of the https addresses.</param>
/// <param name="Authority">JARVIS_TLS_AUTHORITY: the certificate of the local authority that people's phones are asked to trust; null where one is known to them.</param>
public sealed record ServerConfiguration(
    string Database, Uri Url, string DataFolder, string? MasterKey, bool IsDevelopment, bool IsDemo, string? SetupToken, bool WritesRows, int RegistrationsPerSource,
    string Screens, IReadOnlyList<Uri> Listen, (string Certificate, string Key)? Tls, string? Authority)
{
    /// <summary>The address that people are told, who may sit elsewhere.</summary>
    public Uri PublicUrl => Listen.Count > 0 ? Listen[0] : Url;

    private const string DefaultUrl = "http://127.0.0.1:5080";

    /// <exception cref="ConfigurationException">One is missing or wrong.</exception>
    public static ServerConfiguration Read(IConfiguration configuration)
    {
        var url = configuration["JARVIS_URL"] ?? DefaultUrl;
        return new ServerConfiguration(
            ConnectionString(Required(configuration, "JARVIS_DATABASE", "a PostgreSQL connection string")),
            Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
                ? new Uri(url)
                : throw new ConfigurationException($"JARVIS_URL must be an http or https address, but is '{url}'."),
            Path.GetFullPath(Required(configuration, "JARVIS_DATA", "the folder for keys and files") is { Length: > 0 } folder ? folder : "."),
            configuration["JARVIS_MASTER_KEY"],
            Flag(configuration, "JARVIS_DEVELOPMENT"),
            Flag(configuration, "JARVIS_DEMO"),
            configuration["JARVIS_SETUP_TOKEN"],
            (configuration["JARVIS_EXECUTION_WRITER"] ?? "rows") switch
            {
                "store" => false,
                "rows" => true,
                var other => throw new ConfigurationException($"JARVIS_EXECUTION_WRITER must be store or rows, but is '{other}'."),
            },
            configuration["JARVIS_REGISTRATIONS"] is not { Length: > 0 } registrations ? Accounts.SignInLimits.RegistrationsPerSource
            : int.TryParse(registrations, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most > 0 ? most
            : throw new ConfigurationException($"JARVIS_REGISTRATIONS must be a number from 1, but is '{registrations}'."),
            Path.GetFullPath(configuration["JARVIS_SCREENS"] is { Length: > 0 } screens ? screens : Path.Combine(AppContext.BaseDirectory, "screens")),
            Addresses(configuration["JARVIS_LISTEN"]),
            TlsFiles(configuration["JARVIS_TLS"], address!.Scheme == Uri.UriSchemeHttps || configuration["JARVIS_LISTEN"] is { Length: > 0 }),
            configuration["JARVIS_TLS_AUTHORITY"] is not { Length: > 0 } authority ? null
            : File.Exists(authority) ? Path.GetFullPath(authority)
            : throw new ConfigurationException($"JARVIS_TLS_AUTHORITY names no file: '{authority}'."));
    }

    private static (string, string)? TlsFiles(string? setting, bool needed)
    {
        if (setting is not { Length: > 0 })
        {
            return needed ? throw new ConfigurationException("JARVIS_TLS is missing: an https address needs a certificate and its key.") : null;
        }

        return setting.Split(',') is [var certificate, var key] && File.Exists(certificate) && File.Exists(key)
            ? (Path.GetFullPath(certificate), Path.GetFullPath(key))
            : throw new ConfigurationException("JARVIS_TLS must name two files, CERTIFICATE,KEY, in PEM.");
    }

    private static List<Uri> Addresses(string? setting) =>
    [
        .. (setting ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(text =>
            Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps && System.Net.IPAddress.TryParse(address.Host.Trim('[', ']'), out _)
                ? address
                : throw new ConfigurationException($"JARVIS_LISTEN must be https addresses with an IP address, but has '{text}'.")),
    ];

    private static string Required(IConfiguration configuration, string name, string what) =>
        configuration[name] is { Length: > 0 } value ? value
        : CodeGeneration.IsWriting ? ""
        : throw new ConfigurationException($"{name} is missing: it must be {what}.");

    private static string ConnectionString(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text).ConnectionString;
        }
        catch (ArgumentException)
        {
            throw new ConfigurationException("JARVIS_DATABASE is not a PostgreSQL connection string.");
        }
    }

    private static bool Flag(IConfiguration configuration, string name) =>
        (configuration[name] ?? "false").ToLower(CultureInfo.InvariantCulture) switch
        {
            "true" or "1" => true,
            "false" or "0" or "" => false,
            var other => throw new ConfigurationException($"{name} must be true or false, but is '{other}'."),
        };
}
