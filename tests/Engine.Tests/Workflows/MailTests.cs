using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Data;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Workflows;

public sealed class MailTests : IAsyncDisposable
{
    private readonly FunctionsUnderTest functions = new("geheim-7", "wrong-one");
    private readonly MailServer server = new();

    [Fact]
    public async Task a_mail_with_an_attachment_goes_out_over_tls_with_the_password_of_the_secrets()
    {
        await functions.Call("file.write", ("path", "r.txt"), ("content", "attached"));
        var sent = (JsonObject)await functions.Call("mail.send", Mail("\"text\":\"Guten Tag\",\"attachments\":[\"r.txt\"],\"bcc\":[\"secret@example.org\"]"));
        sent["recipients"].ShouldBe(Json.Of(2));
        server.Heard.ShouldContain("STARTTLS");
        server.Heard.IndexOf("STARTTLS").ShouldBeLessThan(server.Heard.FindIndex(line => line.StartsWith("AUTH", StringComparison.Ordinal)));
        server.Heard.ShouldContain(line => line.StartsWith("RCPT TO:<secret@example.org>", StringComparison.Ordinal));
        var mail = server.Heard.Single(line => line.Contains("Subject:", StringComparison.Ordinal));
        mail.ShouldContain("Guten Tag");
        mail.ShouldContain("r.txt");
        mail.ShouldNotContain("secret@example.org");
    }

    [Fact]
    public async Task a_password_that_is_no_secret_is_refused_before_anything_is_sent()
    {
        var fault = await functions.Refused("mail.send", Mail("\"text\":\"x\"", password: "in the definition"));
        fault.Type.ShouldBe(FaultTypes.Validation);
        fault.Detail.ShouldNotBeNull().ShouldContain("$secrets");
        fault.Detail.ShouldNotContain("in the definition");
        server.Heard.ShouldBeEmpty();
    }

    [Fact]
    public async Task a_wrong_password_is_an_authentication_error() =>
        (await functions.Refused("mail.send", Mail("\"text\":\"x\"", password: "wrong-one"))).Type.ShouldBe(FaultTypes.Authentication);

    [Fact]
    public async Task a_server_without_tls_or_with_another_certificate_hears_no_password()
    {
        await using var plain = new MailServer(offersTls: false);
        (await functions.Refused("mail.send", Mail("\"text\":\"x\"", port: plain.Port))).Type.ShouldBe(FaultTypes.Communication);
        plain.Heard.ShouldNotContain(line => line.StartsWith("AUTH", StringComparison.Ordinal) || line.StartsWith("MAIL", StringComparison.Ordinal));

        (await functions.Refused("mail.send", Mail("\"text\":\"x\"", fingerprint: new string('0', 64)))).Type.ShouldBe(FaultTypes.Communication);
        server.Heard.ShouldNotContain(line => line.StartsWith("AUTH", StringComparison.Ordinal));
        (await functions.Refused("mail.send", Mail("\"text\":\"x\",\"security\":\"none\""))).Type.ShouldBe(FaultTypes.Validation);
    }

    [Theory]
    [InlineData("\"text\":\"x\",\"cc\":\"no address\"", "cc")]
    [InlineData("\"text\":\"x\",\"replyTo\":\"a@b.c\\r\\nBcc: evil@example.org\"", "replyTo")]
    public async Task what_is_no_address_is_refused_by_its_argument(string more, string name)
    {
        (await functions.Refused("mail.send", Mail(more))).Detail.ShouldNotBeNull().ShouldContain($"'{name}'");
        server.Heard.ShouldBeEmpty();
    }

    [Fact]
    public async Task what_is_no_server_is_refused_by_its_argument() => (await functions.Refused(
        "mail.send", """{"host":"smtp example","from":"li@example.org","to":"ada@example.org","subject":"x","text":"y"}""")).Detail.ShouldNotBeNull().ShouldContain("'host'");

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await functions.DisposeAsync();
    }

    private string Mail(string more, string password = "geheim-7", int? port = null, string? fingerprint = null) => $$"""
        {"host":"127.0.0.1","port":{{port ?? server.Port}},"certificateSha256":"{{fingerprint ?? server.Fingerprint}}","user":"li","password":"{{password}}",
         "from":"Li <li@example.org>","to":"ada@example.org","subject":"\u4F60\u597D",{{more}}}
        """;
}
