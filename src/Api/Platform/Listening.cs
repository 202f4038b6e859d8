using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Jarvis.Api.Platform;

/// <summary>Where the server listens: its own address, and further ones with TLS for whoever sits elsewhere.</summary>
internal static class Listening
{
    public static void Listen(this ConfigureWebHostBuilder host, ServerConfiguration configuration)
    {
        if (configuration.Tls is not var (certificate, key))
        {
            host.UseUrls(configuration.Url.ToString());
            return;
        }

        using var pem = X509Certificate2.CreateFromPemFile(certificate, key);
        // Windows' TLS takes no key that lives in memory alone.
        var usable = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        // What stands behind it in the file goes along: few phones fetch by themselves what lies between a certificate and who they trust.
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificate);
        host.ConfigureKestrel(options =>
        {
            foreach (var url in configuration.Listen.Prepend(configuration.Url))
            {
                var address = IPAddress.TryParse(url.Host.Trim('[', ']'), out var named) ? named : IPAddress.Loopback;
                options.Listen(address, url.Port, listen =>
                {
                    if (url.Scheme == Uri.UriSchemeHttps)
                    {
                        listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = usable, ServerCertificateChain = chain });
                    }
                });
            }
        });
    }
}
