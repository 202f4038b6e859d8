using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Jarvis.Build.Running;

/// <summary>
/// A certificate authority of this system alone, for phones in the same network. Its key never leaves <c>.jarvis/tls</c>; it may sign for nothing but
/// the addresses of a home or office network and this computer's name, so that who trusts it trusts it for no other site.
/// </summary>
public sealed class LocalAuthority(string folder)
{
    private static readonly TimeSpan AuthorityLife = TimeSpan.FromDays(3650);

    // Apple's systems take none that is good for longer.
    private static readonly TimeSpan ServerLife = TimeSpan.FromDays(397);
    private static readonly TimeSpan RenewedBefore = TimeSpan.FromDays(30);

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>What people's phones are asked to trust.</summary>
    public string AuthorityFile => Path.Combine(folder, "ca.crt");

    public string CertificateFile => Path.Combine(folder, "server.crt");

    public string KeyFile => Path.Combine(folder, "server.key");

    private string AuthorityKeyFile => Path.Combine(folder, "ca.key");

    /// <summary>Makes what is missing, about to expire, or for other addresses. Answers the authority's SHA-256 fingerprint.</summary>
    public string Ensure(IReadOnlyList<IPAddress> addresses, DateTimeOffset now)
    {
        Directory.CreateDirectory(folder);
        using var authority = Authority(now);
        if (!IsGood(addresses, authority, now))
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=Jarvis", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            foreach (var address in addresses)
            {
                names.AddIpAddress(address);
            }

            request.CertificateExtensions.Add(names.Build());
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], false));
            using var certificate = request.Create(authority, now.AddHours(-1), now + ServerLife, RandomNumberGenerator.GetBytes(16));
            WritePrivate(KeyFile, key.ExportPkcs8PrivateKeyPem());
            File.WriteAllText(CertificateFile, certificate.ExportCertificatePem() + "\n" + authority.ExportCertificatePem() + "\n");
        }

        return Fingerprint(authority);
    }

    public static string Fingerprint(X509Certificate2 certificate) =>
        string.Join(':', Convert.ToHexString(SHA256.HashData(certificate.RawData)).Chunk(2).Select(pair => new string(pair)));

    private X509Certificate2 Authority(DateTimeOffset now)
    {
        if (File.Exists(AuthorityFile) && File.Exists(AuthorityKeyFile))
        {
            var known = X509Certificate2.CreateFromPemFile(AuthorityFile, AuthorityKeyFile);
            if (known.NotAfter > (now + ServerLife).UtcDateTime)
            {
                return known;
            }

            known.Dispose();
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Jarvis of " + Environment.MachineName, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509Extension("2.5.29.30", PrivateNetworksOnly, critical: true));
        using var made = request.CreateSelfSigned(now.AddHours(-1), now + AuthorityLife);
        WritePrivate(AuthorityKeyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(AuthorityFile, made.ExportCertificatePem() + "\n");
        return X509Certificate2.CreateFromPemFile(AuthorityFile, AuthorityKeyFile);
    }

    private bool IsGood(IReadOnlyList<IPAddress> addresses, X509Certificate2 authority, DateTimeOffset now)
    {
        if (!File.Exists(CertificateFile) || !File.Exists(KeyFile))
        {
            return false;
        }

        using var known = X509CertificateLoader.LoadCertificateFromFile(CertificateFile);
        var names = known.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault()?.EnumerateIPAddresses().ToHashSet() ?? [];
        return known.NotAfter > (now + RenewedBefore).UtcDateTime && addresses.All(names.Contains) && known.IssuerName.RawData.SequenceEqual(authority.SubjectName.RawData)
            && new DateTimeOffset(known.NotBefore.ToUniversalTime(), TimeSpan.Zero) >= new DateTimeOffset(authority.NotBefore.ToUniversalTime(), TimeSpan.Zero);
    }

    /// <summary>Of home and office networks (RFC 1918, 3927, 4193, 6598) and of this computer itself.</summary>
    private static readonly IPNetwork[] PrivateNetworks =
    [
        .. ((string[])["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "100.64.0.0/10", "fc00::/7", "fe80::/10"]).Select(network => IPNetwork.Parse(network)),
    ];

    /// <summary>Whether who trusts the authority believes it for this address.</summary>
    public static bool MaySignFor(IPAddress address) => PrivateNetworks.Any(network => network.Contains(address));

    /// <summary>Name constraints (RFC 5280, section 4.2.1.10): the private networks; no host name at all.</summary>
    private static byte[] PrivateNetworksOnly
    {
        get
        {
            var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
            using (writer.PushSequence())
            {
                using (writer.PushSequence(new System.Formats.Asn1.Asn1Tag(System.Formats.Asn1.TagClass.ContextSpecific, 0)))
                {
                    foreach (var network in PrivateNetworks)
                    {
                        using (writer.PushSequence())
                        {
                            writer.WriteOctetString(AddressAndMask(network), new System.Formats.Asn1.Asn1Tag(System.Formats.Asn1.TagClass.ContextSpecific, 7));
                        }
                    }
                }

                using (writer.PushSequence(new System.Formats.Asn1.Asn1Tag(System.Formats.Asn1.TagClass.ContextSpecific, 1)))
                {
                    using (writer.PushSequence())
                    {
                        writer.WriteCharacterString(System.Formats.Asn1.UniversalTagNumber.IA5String, "", new System.Formats.Asn1.Asn1Tag(System.Formats.Asn1.TagClass.ContextSpecific, 2));
                    }
                }
            }

            return writer.Encode();
        }
    }

    private static byte[] AddressAndMask(IPNetwork network)
    {
        var address = network.BaseAddress.GetAddressBytes();
        var mask = new byte[address.Length];
        for (var bit = 0; bit < network.PrefixLength; bit++)
        {
            mask[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }

        return [.. address, .. mask];
    }

    private static void WritePrivate(string file, string text)
    {
        File.Delete(file);
        using var writer = new StreamWriter(PrivateFile.Open(file, FileMode.CreateNew));
        writer.Write(text);
    }
}
