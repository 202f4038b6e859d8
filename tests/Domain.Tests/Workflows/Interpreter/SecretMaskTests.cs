using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Interpreter;

public sealed class SecretMaskTests
{
    private static readonly SecretMask Mask = new([Json.Parse("""{"user":"ann","password":"p@ss word","pin":4711}"""), Json.Of("xy")]);

    [Theory]
    [InlineData("\"p@ss word\"", "\"***\"")]
    [InlineData("\"is p@ss word!\"", "\"is ***!\"")]
    [InlineData("\"?p=p%40ss%20word\"", "\"?p=***\"")]
    [InlineData("\"cEBzcyB3b3Jk\"", "\"***\"")]
    [InlineData("""{"a":["p@ss word"],"p@ss word":1}""", """{"a":["***"],"***":1}""")]
    [InlineData("4711", "\"***\"")]
    [InlineData("\"xy\"", "\"***\"")]
    [InlineData("\"xyz\"", "\"xyz\"")]
    [InlineData("\"annotation\"", "\"annotation\"")]
    public void a_secret_is_masked_wherever_it_stands(string value, string masked) => Mask.Apply(Json.Parse(value)).ShouldBe(Json.Parse(masked));

    [Theory]
    [InlineData("")]
    [InlineData("a:")]
    [InlineData("ab:")]
    [InlineData("user:")]
    public void a_secret_is_masked_in_base64_whatever_stands_around_it(string before)
    {
        foreach (var after in (string[])["", ".", "; more"])
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes(before + "p@ss word" + after);
            foreach (var encoded in (string[])[Convert.ToBase64String(bytes), System.Buffers.Text.Base64Url.EncodeToString(bytes)])
            {
                Mask.Apply($"Authorization: Basic {encoded} sent").ShouldBe("Authorization: Basic *** sent");
            }
        }
    }

    [Theory]
    [InlineData("q=p%40ss+word&x=1", "q=***&x=1")]
    [InlineData("q=p%40ss%20word", "q=***")]
    [InlineData("7040737320776f7264", "***")]
    public void a_secret_is_masked_in_other_spellings(string text, string masked) => Mask.Apply(text).ShouldBe(masked);

    [Fact]
    public void a_secret_is_masked_where_it_stands_escaped()
    {
        var mask = new SecretMask([Json.Of("pa\"ss'<w&rd")]);
        mask.Apply(Json.Of(("a", "pa\"ss'<w&rd")).ToString()).ShouldNotContain("w&rd");
        mask.Apply("<b>pa&quot;ss&#39;&lt;w&amp;rd</b>").ShouldBe("<b>***</b>");
        mask.Apply("echo 'pa\"ss'\\''<w&rd'").ShouldBe("echo '***'");
        new SecretMask([Json.Of("käse/brot")]).Apply("x=k%c3%a4se%2fbrot").ShouldBe("x=***");
    }

    [Fact]
    public void each_line_of_a_longer_secret_is_one()
    {
        var mask = new SecretMask([Json.Of("-----BEGIN KEY-----\nMIIEvQIBADANBg\n}\n-----END KEY-----\n")]);
        mask.Apply("line: MIIEvQIBADANBg").ShouldBe("line: ***");
        mask.Apply("a } b").ShouldBe("a } b");
    }

    [Theory]
    [InlineData("string (\"token-of...\") and number (1) cannot be added", "string (\"***...\") and number (1) cannot be added")]
    [InlineData("The answer was: Bearer token-of-ann-47…", "The answer was: Bearer ***…")]
    [InlineData("…ann-4711 is no number", "…*** is no number")]
    [InlineData("…711: tail", "…711: tail")]
    [InlineData("x=token%2Dof… a … of-ann-4711…", "x=token%2Dof… a … of-ann-4711…")]
    [InlineData("waiting......token-of-ann-4711......done", "waiting......***......done")]
    [InlineData("dG9rZW4tb2Yt…", "***…")]
    [InlineData("…token-of-ann-471", "…token-of-ann-471")]
    [InlineData("token-of-token-of-an… and ok…", "token-of-***… and ok…")]
    [InlineData("…-of-ann-4711-ann-4711", "…***-ann-4711")]
    [InlineData("Starting token... and see tok…", "Starting token... and see tok…")]
    [InlineData("toke… and …4711", "***… and …***")]
    [InlineData("number (\"token-...\") is none", "number (\"***...\") is none")]
    public void what_a_cut_left_of_a_secret_is_masked(string text, string masked) =>
        new SecretMask([Json.Of("token-of-ann-4711")]).Apply(text).ShouldBe(masked);

    [Fact]
    public void dots_of_a_text_that_nobody_cut_mean_nothing()
    {
        var mask = new SecretMask([Json.Of("token-of-ann-4711")]);
        mask.ApplyUncut("as in token-of-... or so").ShouldBe("as in token-of-... or so");
        mask.ApplyUncut("as in token-of-ann-4711...").ShouldBe("as in ***...");
    }

    [Fact]
    public void ordinary_text_stays_as_it_is()
    {
        const string Text = "The quick brown fox jumps over the lazy dog 1234567890, and /usr/share/doc/annotation.txt is read.";
        Mask.Apply(Text).ShouldBeSameAs(Text);
        const string Cut = "Loading... done… and so on.....";
        Mask.Apply(Cut).ShouldBeSameAs(Cut);
    }

    [Fact]
    public void a_value_without_a_secret_stays_the_same_object()
    {
        var value = Json.Parse("""{"a":[1,{"b":"c"}]}""");
        Mask.Apply(value).ShouldBeSameAs(value);
    }
}
