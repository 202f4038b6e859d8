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

    [Fact]
    public void a_value_without_a_secret_stays_the_same_object()
    {
        var value = Json.Parse("""{"a":[1,{"b":"c"}]}""");
        Mask.Apply(value).ShouldBeSameAs(value);
    }
}
