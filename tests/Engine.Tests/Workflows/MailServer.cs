using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Jarvis.Engine.Tests.Workflows;

/// <summary>An SMTP server with STARTTLS and a certificate of its own; it keeps what it is sent.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource over = new();
    private readonly X509Certificate2 certificate = MakeCertificate();
    private readonly bool offersTls;
    private readonly Task serving;

    public MailServer(bool offersTls = true)
    {
        this.offersTls = offersTls;
        listener.Start();
        serving = Serve();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public string Fingerprint => certificate.GetCertHashString(HashAlgorithmName.SHA256);

    /// <summary>What clients said, in order; the mail itself as one entry.</summary>
    public List<string> Heard { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        listener.Stop();
        await serving;
        certificate.Dispose();
        over.Dispose();
    }

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(over.Token);
                try
                {
                    await Converse(client.GetStream());
                }
                catch (Exception gone) when (gone is IOException or System.Security.Authentication.AuthenticationException)
                {
                    Heard.Add("(gone)");
                }
            }
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or SocketException)
        {
            return;
        }
    }

    private async Task Converse(Stream stream)
    {
        await Say(stream, "220 test");
        while (await Line(stream) is { } line)
        {
            Heard.Add(line);
            var verb = line.Split(' ')[0].ToUpperInvariant();
            switch (verb)
            {
                case "EHLO":
                    await Say(stream, stream is SslStream ? "250-test\r\n250 AUTH PLAIN" : offersTls ? "250-test\r\n250 STARTTLS" : "250 test");
                    break;
                case "STARTTLS":
                    await Say(stream, "220 go on");
                    var secure = new SslStream(stream);
                    await secure.AuthenticateAsServerAsync(certificate);
                    stream = secure;
                    break;
                case "AUTH":
                    var given = Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[2]));
                    await Say(stream, given == "\0li\0geheim-7" ? "235 welcome" : "535 no");
                    break;
                case "DATA":
                    await Say(stream, "354 go on");
                    var mail = new StringBuilder();
                    while (await Line(stream) is { } part and not ".")
                    {
                        mail.Append(part).Append('\n');
                    }

                    Heard.Add(mail.ToString());
                    await Say(stream, "250 taken");
                    break;
                case "QUIT":
                    await Say(stream, "221 bye");
                    return;
                default:
                    await Say(stream, "250 ok");
                    break;
            }
        }
    }

    private async Task Say(Stream stream, string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n"), over.Token);

    private async Task<string?> Line(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, over.Token) == 1)
        {
            if (one[0] == '\n')
            {
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(one[0]);
        }

        return null;
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
