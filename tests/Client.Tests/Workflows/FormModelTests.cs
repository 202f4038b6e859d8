using System.Text.Json;
using Jarvis.Client.Platform;
using Jarvis.Client.Tests.Platform;
using Jarvis.Client.Workflows;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Workflows;

/// <summary>A form made from a schema becomes the input.</summary>
public sealed class FormModelTests
{
    private const string Limits = """{"minimum":null,"maximum":null,"minLength":null,"maxLength":null,"minItems":null,"maxItems":null,"pattern":null,"multipleOf":null}""";

    private readonly Language language = new(new MemoryBrowser());

    private static readonly FormFieldPart[] Fields =
    [
        Field("", null, "", "GROUP"),
        Field("/name", "", "name", "TEXT", required: true),
        Field("/count", "", "count", "NUMBER", fallback: "3", limits: Limits.Replace("\"minimum\":null", "\"minimum\":1", StringComparison.Ordinal)),
        Field("/quiet", "", "quiet", "CHECKBOX"),
        Field("/mode", "", "mode", "CHOICE", options: """[{"value":"fast","title":"快"},{"value":{"speed":7},"title":"慢"}]"""),
        Field("/tags", "", "tags", "LIST"),
        Field("/tags/-", "/tags", "", "TEXT"),
        Field("/more", "", "more", "GROUP"),
        Field("/more/a~1b", "/more", "a/b", "JSON"),
    ];

    [Fact]
    public void what_is_filled_in_is_the_input_and_what_is_empty_is_left_out()
    {
        var model = new FormModel(Fields);
        model.Set("/name", "receipts");
        model.Set("/quiet", "true");
        model.Set("/mode", "1");
        model.Set("/more/a~1b", "[1, 2]");

        FormInput.Of(model).GetRawText().ShouldBe("""{"name":"receipts","count":3,"quiet":true,"mode":{"speed":7},"more":{"a/b":[1,2]}}""");
        FormCheck.Of(model, language).ShouldBeEmpty();
    }

    [Fact]
    public void what_is_missing_or_does_not_read_is_told_at_its_place()
    {
        var model = new FormModel(Fields);
        model.Set("/count", "many");
        model.Set("/more/a~1b", "{");

        FormCheck.Of(model, language).ShouldBe(new Dictionary<string, string>
        {
            ["/name"] = "请填写",
            ["/count"] = "请填写数字",
            ["/more/a~1b"] = "不是有效的 JSON",
        });
        model.Set("/count", "0");
        FormCheck.Of(model, language)["/count"].ShouldBe("不能小于 1");
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1e999")]
    public void what_JSON_has_no_number_for_is_told_and_left_out(string typed)
    {
        var model = new FormModel(Fields);
        model.Set("/name", "receipts");
        model.Set("/count", typed);

        FormCheck.Of(model, language)["/count"].ShouldBe("请填写数字");
        FormInput.Of(model).TryGetProperty("count", out _).ShouldBeFalse();
    }

    [Fact]
    public void items_of_a_list_come_and_go_in_order()
    {
        var model = new FormModel(Fields);
        var list = Fields[5];
        foreach (var (tag, i) in new[] { "a", "b", "c" }.Select((tag, i) => (tag, i)))
        {
            model.Add(list, "/tags");
            model.Set("/tags/" + i, tag);
        }

        model.RemoveAt("/tags", 1);

        FormInput.Of(model).GetProperty("tags").GetRawText().ShouldBe("""["a","c"]""");
    }

    [Fact]
    public void an_input_to_correct_stands_in_the_form()
    {
        using var given = JsonDocument.Parse("""{"name":"x","count":12345678901234567890,"tags":["p","q"],"mode":"fast","more":{"a/b":{"k":1}}}""");

        FormInput.Of(new FormModel(Fields, given.RootElement)).GetRawText()
            .ShouldBe("""{"name":"x","count":12345678901234567890,"mode":"fast","tags":["p","q"],"more":{"a/b":{"k":1}}}""");
    }

    private static FormFieldPart Field(string pointer, string? parent, string name, string widget, bool required = false, string fallback = "null", string options = "[]", string limits = Limits)
    {
        using var json = JsonDocument.Parse(
            "{\"pointer\":\"" + pointer + "\",\"parent\":" + (parent is null ? "null" : "\"" + parent + "\"") + ",\"name\":\"" + name + "\",\"title\":null,\"description\":null,\"widget\":\"" + widget
            + "\",\"types\":[],\"required\":" + (required ? "true" : "false") + ",\"nullable\":false,\"default\":" + fallback + ",\"example\":null,\"options\":" + options + ",\"limits\":" + limits + "}");
        return FormFieldPart.Read(json.RootElement);
    }
}
