using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Language;

public sealed class InputFormTests
{
    [Fact]
    public void fields_come_in_the_order_of_the_schema_unless_it_gives_another()
    {
        var form = Form("""{"type":"object","properties":{"b":{"type":"string"},"a":{"type":"string"},"first":{"type":"string","x-order":-1}}}""");
        form.Widget.ShouldBe(FormWidget.Group);
        form.Fields.Select(field => field.Pointer).ShouldBe(["/first", "/b", "/a"]);
    }

    [Theory]
    [InlineData("""{"type":"string"}""", FormWidget.Text)]
    [InlineData("""{"type":["string","null"],"format":"date"}""", FormWidget.Date)]
    [InlineData("""{"type":"string","format":"date-time"}""", FormWidget.DateTime)]
    [InlineData("""{"type":"string","format":"email"}""", FormWidget.Email)]
    [InlineData("""{"type":"string","format":"uri"}""", FormWidget.Link)]
    [InlineData("""{"type":"string","writeOnly":true}""", FormWidget.Password)]
    [InlineData("""{"type":"string","x-widget":"paragraph"}""", FormWidget.Paragraph)]
    [InlineData("""{"type":"string","x-widget":"folder"}""", FormWidget.Folder)]
    [InlineData("""{"type":"string","x-widget":"nonsense"}""", FormWidget.Text)]
    [InlineData("""{"type":"integer","x-widget":"folder"}""", FormWidget.Number)]
    [InlineData("""{"type":"boolean"}""", FormWidget.Checkbox)]
    [InlineData("""{"enum":["a","b"]}""", FormWidget.Choice)]
    [InlineData("""{"type":"array","items":{"enum":["a","b"]}}""", FormWidget.Choices)]
    [InlineData("""{"type":"array","items":{"type":"number"}}""", FormWidget.List)]
    [InlineData("""{"type":"array"}""", FormWidget.Json)]
    [InlineData("""{"type":"object"}""", FormWidget.Json)]
    [InlineData("""{"type":["string","number"]}""", FormWidget.Json)]
    [InlineData("""{}""", FormWidget.Json)]
    [InlineData("true", FormWidget.Json)]
    public void each_type_has_its_widget(string schema, FormWidget widget) => Form(schema).Widget.ShouldBe(widget);

    [Fact]
    public void a_field_says_its_type_default_limits_and_whether_it_is_required()
    {
        var form = Form("""
            {"type":"object","required":["count"],"properties":{
                "count":{"type":"integer","minimum":1,"exclusiveMaximum":10,"multipleOf":2,"default":4},
                "name":{"type":["string","null"],"minLength":2,"maxLength":20,"pattern":"^[a-z]+$","examples":["report"]}}}
            """);
        var count = form.Fields[0];
        (count.Required, count.Nullable, count.Types.Single()).ShouldBe((true, false, "integer"));
        count.Default.ShouldBe(Json.Of(4));
        (count.Limits.Minimum, count.Limits.ExclusiveMaximum, count.Limits.MultipleOf).ShouldBe((1, 10, 2));
        var name = form.Fields[1];
        (name.Required, name.Nullable, name.Limits.MinLength, name.Limits.MaxLength, name.Limits.Pattern).ShouldBe((false, true, 2, 20, "^[a-z]+$"));
        name.Example.ShouldBe(Json.Of("report"));
    }

    [Fact]
    public void titles_are_had_in_chinese_and_english()
    {
        var field = Form("""
            {"type":"string","title":"Folder","x-title":{"zh":"文件夹","zh-TW":"資料夾"},"description":"What to copy","x-description":{"zh":"要复制的内容"},
             "enum":["day","week"],"x-options":{"day":{"zh":"每天","en":"Daily"}}}
            """);
        field.Title.In("zh").ShouldBe("文件夹");
        field.Title.In("zh-CN").ShouldBe("文件夹");
        field.Title.In("zh-TW").ShouldBe("資料夾");
        field.Title.In("en").ShouldBe("Folder");
        field.Title.In(null).ShouldBe("Folder");
        field.Description.In("zh").ShouldBe("要复制的内容");
        field.Options[0].Title.In("zh").ShouldBe("每天");
        field.Options[1].Title.In("zh").ShouldBeNull();
    }

    [Fact]
    public void groups_and_lists_hold_fields_and_references_are_followed()
    {
        var form = Form("""
            {"type":"object","$defs":{"person":{"type":"object","required":["mail"],"properties":{"mail":{"type":"string","format":"email"}}}},
             "properties":{"owner":{"$ref":"#/$defs/person","title":"Owner"},"others":{"type":"array","minItems":1,"items":{"$ref":"#/$defs/person"}},
             "mode":{"oneOf":[{"const":1,"title":"Fast"},{"const":2,"x-title":{"zh":"仔细"}}]}}}
            """);
        form.Fields[0].Title.In(null).ShouldBe("Owner");
        form.Fields[0].Fields.Single().ShouldSatisfyAllConditions(f => f.Pointer.ShouldBe("/owner/mail"), f => f.Required.ShouldBeTrue(), f => f.Widget.ShouldBe(FormWidget.Email));
        form.Fields[1].Item!.Pointer.ShouldBe("/others/-");
        form.Fields[1].Item!.Fields.Single().Pointer.ShouldBe("/others/-/mail");
        form.Fields[2].Options.Select(option => option.Title.In("zh")).ShouldBe(["Fast", "仔细"]);
    }

    [Fact]
    public void a_schema_that_holds_itself_ends_as_json()
    {
        var field = Form("""{"type":"object","properties":{"child":{"$ref":"#"},"more":{"$ref":"#"}}}""");
        var depth = 0;
        for (; field.Fields.Length > 0; field = field.Fields[0])
        {
            depth++;
        }

        field.Widget.ShouldBe(FormWidget.Json);
        depth.ShouldBeLessThanOrEqualTo(InputForm.MaxDepth);
    }

    [Fact]
    public void a_workflow_without_a_schema_takes_any_json() => InputForm.Of(null).Widget.ShouldBe(FormWidget.Json);

    private static FormField Form(string schema)
    {
        var compiled = JsonSchema.Compile(Json.Parse(schema), out var problems);
        problems.ShouldBeEmpty();
        return InputForm.Of(compiled);
    }
}
