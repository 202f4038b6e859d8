using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Jarvis.Engine.Workflows.Mail;

/// <summary>
/// Sends a mail over SMTP (RFC 5321), by default over STARTTLS (RFC 3207) without which it is not sent. The password must be one of
/// the run's secrets, so that it stands in no definition and no event. It is not repeated after a crash in flight: nobody can tell then
/// whether the mail is out.
/// </summary>
public sealed class MailSend : JarvisFunction
{
    /// <summary>Most bytes of all attachments together.</summary>
    public const long MaxAttachmentBytes = 25 * 1024 * 1024;

    /// <summary>How long the server may keep silent, in milliseconds.</summary>
    private const int SilenceMilliseconds = 60_000;

    private const int SubmissionPort = 587;

    public override string Name => "mail.send";

    public override string Summary => "Sends a mail over SMTP.";

    public override string Example => """
        {"host":"smtp.example.com","user":"li","password":"${ $secrets.MAIL }","from":"li@example.com","to":"ada@example.com","subject":"Report","text":"It is attached.","attachments":["report.xlsx"]}
        """;

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"required":["host","from","to","subject"],"properties":{
          "host":{"type":"string","minLength":1},
          "port":{"type":"integer","minimum":1,"maximum":65535,"default":587},
          "security":{"enum":["starttls","tls","none"],"default":"starttls","description":"none sends no password, and is for a server on this machine."},
          "certificateSha256":{"type":"string","pattern":"^[0-9a-fA-F]{64}$","description":"Fingerprint of the server's certificate, instead of trust in its issuer."},
          "user":{"type":"string","minLength":1},
          "password":{"type":"string","minLength":1,"description":"From $secrets only."},
          "from":{"type":"string","minLength":3,"maxLength":320},
          "to":{"type":["string","array"],"minItems":1,"maxItems":100,"items":{"type":"string"}},
          "cc":{"type":["string","array"],"maxItems":100,"items":{"type":"string"}},
          "bcc":{"type":["string","array"],"maxItems":100,"items":{"type":"string"}},
          "replyTo":{"type":"string"},
          "subject":{"type":"string","maxLength":998},
          "text":{"type":"string"},
          "html":{"type":"string"},
          "attachments":{"type":"array","maxItems":50,"items":{"type":"string","minLength":1},"description":"Files."}},
         "dependentRequired":{"user":["password"],"password":["user"]},
         "anyOf":[{"required":["text"]},{"required":["html"]}]}
        """;

    public override async Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var password = arguments.TextOrNull("password");
        if (password is not null && !context.IsSecret(password))
        {
            throw new WorkflowFaultException(Fault.Validation("The argument 'password' of mail.send must be a secret, such as ${ $secrets.MAIL }; then it stands in no event."));
        }

        var security = arguments.TextOrNull("security") ?? "starttls";
        if (password is not null && security == "none")
        {
            throw new WorkflowFaultException(Fault.Validation("mail.send sends no password over a connection without TLS."));
        }

        using var message = Message(arguments, context);
        var host = arguments.Text("host");
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            throw new WorkflowFaultException(Fault.Validation($"The argument 'host' holds '{host}', which is not the name or address of a server."));
        }

        var port = arguments.Count("port", SubmissionPort);
        using var client = new SmtpClient { Timeout = SilenceMilliseconds };
        if (arguments.TextOrNull("certificateSha256") is { } fingerprint)
        {
            client.ServerCertificateValidationCallback = (_, certificate, _, _) => IsPinned(certificate, fingerprint);
        }

        try
        {
            await client.ConnectAsync(host, port, Options(security), cancellation);
            if (password is not null)
            {
                await client.AuthenticateAsync(arguments.Text("user"), password, cancellation);
            }

            var answer = await client.SendAsync(message, cancellation);
            await client.DisconnectAsync(quit: true, cancellation);
            return Json.Of(("messageId", Json.Of(message.MessageId)), ("recipients", message.GetRecipients(onlyUnique: true).Count), ("answer", answer));
        }
        catch (AuthenticationException refused)
        {
            throw new WorkflowFaultException(Fault.Authentication($"{host} does not take user and password: {refused.Message}"), refused);
        }
        catch (Exception failure) when (failure is SslHandshakeException or ProtocolException or CommandException or SocketException or IOException or NotSupportedException or TimeoutException)
        {
            throw new WorkflowFaultException(Fault.Communication(502, "Mail not sent", $"{host}:{port} did not take the mail: {failure.Message.Split('\n')[0]}"), failure);
        }
    }

    private static SecureSocketOptions Options(string security) => security switch
    {
        "tls" => SecureSocketOptions.SslOnConnect,
        "none" => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTls,
    };

    private static bool IsPinned(X509Certificate? certificate, string fingerprint) =>
        certificate is not null && string.Equals(certificate.GetCertHashString(HashAlgorithmName.SHA256), fingerprint, StringComparison.OrdinalIgnoreCase);

    private static MimeMessage Message(FunctionArguments arguments, FunctionContext context)
    {
        var body = new BodyBuilder { TextBody = arguments.TextOrNull("text"), HtmlBody = arguments.TextOrNull("html") };
        var size = 0L;
        foreach (var path in (arguments["attachments"] as JsonArray)?.Items.Select(item => context.Resolve(((JsonString)item).Value)) ?? [])
        {
            if (!File.Exists(path))
            {
                throw Failed($"There is no file {path}.");
            }

            size += new FileInfo(path).Length;
            if (size > MaxAttachmentBytes)
            {
                throw Failed($"The attachments have more than {MaxAttachmentBytes} bytes.");
            }

            body.Attachments.Add(path);
        }

        var subject = arguments.Text("subject");
        if (subject.Any(char.IsControl))
        {
            throw new WorkflowFaultException(Fault.Validation("The argument 'subject' holds a line break or another control character."));
        }

        var message = new MimeMessage { Subject = subject, Body = body.ToMessageBody() };
        message.From.Add(Address(arguments.Text("from"), "from"));
        Add(message.To, arguments, "to");
        Add(message.Cc, arguments, "cc");
        Add(message.Bcc, arguments, "bcc");
        Add(message.ReplyTo, arguments, "replyTo");
        return message;
    }

    private static void Add(InternetAddressList list, FunctionArguments arguments, string name)
    {
        foreach (var item in arguments[name] switch { JsonArray several => several.Items, JsonString one => [one], _ => Enumerable.Empty<Json>() })
        {
            list.Add(Address(((JsonString)item).Value, name));
        }
    }

    private static MailboxAddress Address(string text, string name) =>
        !text.Any(char.IsControl) && MailboxAddress.TryParse(text, out var address) && address.Address.Contains('@', StringComparison.Ordinal)
            ? address
            : throw new WorkflowFaultException(Fault.Validation($"The argument '{name}' holds '{text}', which is not a mail address."));
}
