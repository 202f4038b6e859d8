using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using QRCoder;

namespace Jarvis.Build.Running;

/// <summary>Listening beyond this computer (<c>--listen</c>): which addresses, under which certificate, and what a phone's owner is shown.</summary>
public sealed record Outside(IReadOnlyList<IPAddress> Addresses, string Certificate, string Key, string? Authority, string? Fingerprint)
{
    /// <summary>Null for an address that is this computer's alone.</summary>
    /// <param name="listen">An address of this computer; 0.0.0.0 or :: for all of them.</param>
    /// <param name="tls">Certificate and key of the person's own; null makes an authority in the folder.</param>
    /// <param name="own">This computer's addresses, where they are known already.</param>
    /// <exception cref="ProblemException">Not an address, not this computer's, one that no authority here may sign for, or no such files.</exception>
    public static Outside? Prepare(string listen, string? tls, string folder, DateTimeOffset now, IPAddress[]? own = null)
    {
        if (!IPAddress.TryParse(listen, out var address))
        {
            throw new ProblemException("--listen takes an IP address of this computer, or 0.0.0.0 for all of them.") { ExitCode = 2 };
        }

        if (IPAddress.IsLoopback(address))
        {
            return null;
        }

        own ??= OwnAddresses();
        IPAddress[] addresses = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? own
            : own.Contains(address) ? [address]
            : throw new ProblemException($"--listen {listen}: this computer has no such address; it has {string.Join(", ", own)}.") { ExitCode = 2 };
        if (addresses.Length == 0)
        {
            throw new ProblemException("This computer is in no network: there is no address to listen on.") { ExitCode = 2 };
        }

        if (tls is not null)
        {
            return tls.Split(',') is [var certificate, var key] && File.Exists(certificate) && File.Exists(key)
                ? new Outside(addresses, Path.GetFullPath(certificate), Path.GetFullPath(key), null, null)
                : throw new ProblemException("--tls takes two files in PEM, CERT,KEY.") { ExitCode = 2 };
        }

        // A certificate that also named an address of the internet would be good for none: the authority may sign for home and office networks alone.
        var signed = addresses.Where(LocalAuthority.MaySignFor).ToArray();
        if (signed.Length == 0)
        {
            throw new ProblemException(
                $"{string.Join(", ", addresses.AsEnumerable())}: an authority made here signs for addresses of home and office networks alone (10.*, 172.16.* to 172.31.*, 192.168.*, fd00::*); for this one give a certificate of your own, --tls CERT,KEY.") { ExitCode = 2 };
        }

        addresses = signed;
        var authority = new LocalAuthority(folder);
        var fingerprint = authority.Ensure(addresses, now);
        return new Outside(addresses, authority.CertificateFile, authority.KeyFile, authority.AuthorityFile, fingerprint);
    }

    public string Url(int port) => Urls(port).First();

    /// <summary>Settings of the server's process.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Settings(int port) =>
    [
        new("JARVIS_LISTEN", string.Join(',', Urls(port))),
        new("JARVIS_TLS", Certificate + "," + Key),
        new("JARVIS_TLS_AUTHORITY", Authority),
    ];

    /// <summary>For the terminal: a code that the phone's camera reads, and how its owner comes to trust the address.</summary>
    public string Invitation(int port)
    {
        using var generator = new QRCodeGenerator();
        using var data = generator.CreateQrCode(Url(port) + "/", QRCodeGenerator.ECCLevel.L);
        using var code = new AsciiQRCode(data);
        var trust = Fingerprint is null ? "" : $"""

              The phone warns of an unknown certificate once. The page there says how to trust it; its fingerprint must be
              SHA-256 {Fingerprint}
              Then make an account of your own in the app there.
            """;
        return $"""

            On the phone, in the same network: {Url(port)}/

            {code.GetGraphicSmall()}{trust}

            """;
    }

    private IEnumerable<string> Urls(int port) => Addresses.Select(address =>
        $"https://{(address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address)}:{port.ToString(CultureInfo.InvariantCulture)}");

    private static IPAddress[] OwnAddresses() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces().Where(network => network.OperationalStatus == OperationalStatus.Up)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses).Select(entry => entry.Address)
            .Where(address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal)
            .OrderBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1),
    ];
}
