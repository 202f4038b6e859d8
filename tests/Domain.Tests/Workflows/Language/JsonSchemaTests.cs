using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Language;

public sealed class JsonSchemaTests
{
    private static JsonSchema Schema(string json)
    {
        var schema = JsonSchema.Compile(Json.Parse(json), out var problems);
        problems.ShouldBeEmpty();
        return schema!;
    }

    [Theory]
    [InlineData("""{"type":"integer"}""", "1.0", "1.5")]
    [InlineData("""{"type":["string","null"]}""", "null", "1")]
    [InlineData("""{"enum":[1,"a",null]}""", "\"a\"", "2")]
    [InlineData("""{"const":{"a":[1]}}""", """{"a":[1]}""", """{"a":[2]}""")]
    [InlineData("""{"minimum":1,"exclusiveMaximum":3}""", "1", "3")]
    [InlineData("""{"multipleOf":0.1}""", "0.3", "0.35")]
    [InlineData("""{"minLength":2,"maxLength":3}""", "\"ab\"", "\"a\"")]
    [InlineData("""{"maxLength":1}""", "\"😀\"", "\"ab\"")]
    [InlineData("""{"pattern":"^a+$"}""", "\"aaa\"", "\"ab\"")]
    [InlineData("""{"format":"date"}""", "\"2026-02-28\"", "\"2026-02-30\"")]
    [InlineData("""{"format":"date-time"}""", "\"2026-02-28T10:00:00Z\"", "\"2026-02-28\"")]
    [InlineData("""{"format":"email"}""", "\"a@b.cd\"", "\"a@\"")]
    [InlineData("""{"format":"uri"}""", "\"https://x.y/z\"", "\"x y\"")]
    [InlineData("""{"format":"uuid"}""", "\"0195f2a0-0000-7000-8000-000000000001\"", "\"0195\"")]
    [InlineData("""{"properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}""", """{"a":"x"}""", """{"a":"x","b":1}""")]
    [InlineData("""{"patternProperties":{"^x":{"type":"number"}},"additionalProperties":false}""", """{"x1":1}""", """{"y":1}""")]
    [InlineData("""{"propertyNames":{"maxLength":2}}""", """{"ab":1}""", """{"abc":1}""")]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", """{"a":1,"b":1}""", """{"a":1}""")]
    [InlineData("""{"minProperties":1}""", """{"a":1}""", "{}")]
    [InlineData("""{"items":{"type":"number"},"prefixItems":[{"type":"string"}]}""", """["a",1,2]""", """["a","b"]""")]
    [InlineData("""{"contains":{"const":1},"maxContains":1}""", "[1,2]", "[1,1]")]
    [InlineData("""{"uniqueItems":true}""", "[1,2]", "[1,1]")]
    [InlineData("""{"minItems":1,"maxItems":2}""", "[1]", "[1,2,3]")]
    [InlineData("""{"allOf":[{"minimum":1},{"maximum":2}]}""", "2", "3")]
    [InlineData("""{"anyOf":[{"type":"string"},{"minimum":5}]}""", "6", "4")]
    [InlineData("""{"oneOf":[{"minimum":1},{"minimum":5}]}""", "2", "6")]
    [InlineData("""{"not":{"type":"string"}}""", "1", "\"a\"")]
    [InlineData("""{"if":{"type":"string"},"then":{"minLength":2},"else":{"minimum":2}}""", "2", "\"a\"")]
    [InlineData("""{"$ref":"#/$defs/p","$defs":{"p":{"type":"string"}}}""", "\"a\"", "1")]
    [InlineData("true", "1", null)]
    [InlineData("false", null, "1")]
    public void a_keyword_accepts_and_refuses(string schema, string? good, string? bad)
    {
        var compiled = Schema(schema);
        if (good is not null)
        {
            compiled.Check(Json.Parse(good)).ShouldBeEmpty();
        }

        if (bad is not null)
        {
            compiled.Check(Json.Parse(bad)).ShouldNotBeEmpty();
        }
    }

    [Fact]
    public void a_violation_tells_its_place_and_what_must_be()
    {
        var violation = Schema("""{"properties":{"list":{"items":{"properties":{"n":{"type":"integer"}}}}}}""")
            .Check(Json.Parse("""{"list":[{"n":1},{"n":"x"}]}""")).ShouldHaveSingleItem();
        violation.Pointer.ShouldBe("/list/1/n");
        violation.Message.ShouldBe("must be an integer, not a string");
    }

    [Fact]
    public void a_recursive_schema_follows_a_value_as_deep_as_it_goes()
    {
        var tree = Schema("""{"type":"object","properties":{"child":{"$ref":"#"}},"required":["name"]}""");
        tree.Check(Json.Parse("""{"name":1,"child":{"name":1,"child":{"name":1}}}""")).ShouldBeEmpty();
        tree.Check(Json.Parse("""{"name":1,"child":{"name":1,"child":{}}}""")).ShouldHaveSingleItem().Pointer.ShouldBe("/child/child/name");
    }

    [Fact]
    public void a_schema_that_refers_to_itself_without_end_ends()
    {
        Schema("""{"$ref":"#"}""").Check(Json.Null).ShouldNotBeEmpty();
        Schema("""{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}""").Check(Json.Null).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("""{"unevaluatedProperties":false}""")]
    [InlineData("""{"$ref":"https://x.y/z"}""")]
    [InlineData("""{"$ref":"#/$defs/none"}""")]
    [InlineData("""{"pattern":"(a"}""")]
    [InlineData("""{"pattern":"(a)\\1"}""")]
    [InlineData("""{"minimum":"1"}""")]
    [InlineData("""{"required":"a"}""")]
    [InlineData("3")]
    public void a_schema_that_would_not_be_checked_fully_is_refused(string schema)
    {
        JsonSchema.Compile(Json.Parse(schema), out var problems).ShouldBeNull();
        problems.ShouldNotBeEmpty();
    }

    [Fact]
    public void defaults_are_put_in_where_properties_lead()
    {
        var schema = Schema("""{"properties":{"a":{"default":1},"b":{"properties":{"c":{"default":[2]}}},"d":{"items":{"properties":{"e":{"default":3}}}}}}""");
        schema.WithDefaults(Json.Parse("""{"b":{},"d":[{},{"e":4}]}""")).ShouldBe(Json.Parse("""{"a":1,"b":{"c":[2]},"d":[{"e":3},{"e":4}]}"""));
        schema.WithDefaults(Json.Of(5)).ShouldBe(Json.Of(5));
    }
}
