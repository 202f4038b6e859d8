using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Jarvis.Build;
using Jarvis.Build.Running;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Acceptance.Tests.Platform;

/// <summary>Listening beyond this computer.</summary>
public sealed class OutsideTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private static readonly IPAddress Home = IPAddress.Parse("192.168.7.5");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task who_trusts_the_authority_trusts_the_server_at_its_address_and_at_no_other()
    {
        var authority = new LocalAuthority(folder.File("tls"));
        var fingerprint = authority.Ensure([Home], Now);

        using var trusted = X509CertificateLoader.LoadCertificateFromFile(authority.AuthorityFile);
        LocalAuthority.Fingerprint(trusted).ShouldBe(fingerprint);
        (await HandshakeAsync(authority, trusted, Home.ToString())).ShouldBe(SslPolicyErrors.None);
        (await HandshakeAsync(authority, trusted, "192.168.7.6")).ShouldBe(SslPolicyErrors.RemoteCertificateNameMismatch);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(authority.KeyFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.GetUnixFileMode(folder.File("tls", "ca.key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public void the_authority_stays_and_the_servers_certificate_is_made_anew_for_another_address_and_in_time()
    {
        var authority = new LocalAuthority(folder.File("tls"));
        var fingerprint = authority.Ensure([Home], Now);
        var first = File.ReadAllText(authority.CertificateFile);

        authority.Ensure([Home], Now.AddDays(100)).ShouldBe(fingerprint);
        File.ReadAllText(authority.CertificateFile).ShouldBe(first);

        authority.Ensure([Home, IPAddress.Parse("10.1.2.3")], Now).ShouldBe(fingerprint);
        var second = File.ReadAllText(authority.CertificateFile);
        second.ShouldNotBe(first);

        authority.Ensure([Home], Now.AddDays(380)).ShouldBe(fingerprint);
        File.ReadAllText(authority.CertificateFile).ShouldNotBe(second);
    }

    [Theory]
    [InlineData("everywhere", "takes an IP address")]
    [InlineData("203.0.113.9", "has no such address")]
    public void an_address_that_is_none_is_refused(string listen, string said) =>
        Should.Throw<ProblemException>(() => Outside.Prepare(listen, null, folder.Path, Now)).Message.ShouldContain(said);

    [Fact]
    public async Task an_address_of_the_internet_beside_that_of_the_home_network_is_left_out_for_it_would_spoil_the_certificate()
    {
        IPAddress[] own = [Home, IPAddress.Parse("2001:db8::7"), IPAddress.Parse("fd12::7")];
        var outside = Outside.Prepare("0.0.0.0", null, folder.File("tls"), Now, own)!;
        outside.Addresses.ShouldBe([Home, IPAddress.Parse("fd12::7")]);
        using var trusted = X509CertificateLoader.LoadCertificateFromFile(outside.Authority!);
        (await HandshakeAsync(new LocalAuthority(folder.File("tls")), trusted, Home.ToString())).ShouldBe(SslPolicyErrors.None);

        // The twin: with all of them nobody would believe any.
        var spoilt = new LocalAuthority(folder.File("spoilt"));
        spoilt.Ensure(own, Now);
        using var same = X509CertificateLoader.LoadCertificateFromFile(spoilt.AuthorityFile);
        (await HandshakeAsync(spoilt, same, Home.ToString())).ShouldBe(SslPolicyErrors.RemoteCertificateChainErrors);
    }

    [Fact]
    public void an_address_of_the_internet_alone_needs_a_certificate_of_ones_own()
    {
        IPAddress[] own = [IPAddress.Parse("203.0.113.9")];
        Should.Throw<ProblemException>(() => Outside.Prepare("203.0.113.9", null, folder.File("tls"), Now, own)).Message.ShouldContain("--tls CERT,KEY");

        var authority = new LocalAuthority(folder.File("tls"));
        authority.Ensure([Home], Now);
        Outside.Prepare("203.0.113.9", $"{authority.CertificateFile},{authority.KeyFile}", folder.File("tls"), Now, own)!.Addresses.ShouldBe(own);
    }

    [Fact]
    public void this_computers_own_address_needs_nothing() => Outside.Prepare("127.0.0.1", null, folder.Path, Now).ShouldBeNull();

    private static async Task<SslPolicyErrors> HandshakeAsync(LocalAuthority authority, X509Certificate2 trusted, string name)
    {
        using var pem = X509Certificate2.CreateFromPemFile(authority.CertificateFile, authority.KeyFile);
        using var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        var accepting = listener.AcceptTcpClientAsync();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var accepted = await accepting;
        using var serving = new SslStream(accepted.GetStream());
        var served = serving.AuthenticateAsServerAsync(certificate);
        var errors = SslPolicyErrors.None;
        using var asking = new SslStream(client.GetStream());
        try
        {
            await asking.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = name,
                CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { trusted }, RevocationMode = X509RevocationMode.NoCheck },
                RemoteCertificateValidationCallback = (_, _, _, found) =>
                {
                    errors = found;
                    return found == SslPolicyErrors.None;
                },
            });
            await served;
        }
        catch (AuthenticationException) when (errors != SslPolicyErrors.None)
        {
            // Refused as it should be; the server hears of it in its own time.
            asking.Close();
            await served.ContinueWith(end => end.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return errors;
    }
}
