using System.IO.Compression;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Workflows;

public sealed class WorkbookTests : IAsyncDisposable
{
    private readonly FunctionsUnderTest functions = new();

    [Fact]
    public async Task a_workbook_of_several_sheets_comes_back_with_its_types_and_dates()
    {
        await functions.Call("sheet.write", """
            {"path":"b.xlsx","sheets":[
              {"name":"One","rows":[{"day":"2026-01-31","at":"2026-01-31T09:30:00","sum":-3.5,"paid":true,"note":"=1+1"},{"day":"1900-03-01","note":" \u5F20 \"\uD83D\uDE00\""}]},
              {"name":"\u4E8C","rows":[{"n":1},{"n":1e-7},{"n":123456789012}]}]}
            """);
        var first = await functions.Call("sheet.read", """{"path":"b.xlsx"}""");
        first.ShouldBe(Json.Parse("""
            {"columns":["day","at","sum","paid","note"],"count":2,"sheet":"One","sheets":["One","\u4E8C"],"rows":[
              {"day":"2026-01-31","at":"2026-01-31T09:30:00","sum":-3.5,"paid":true,"note":"=1+1"},
              {"day":"1900-03-01","at":null,"sum":null,"paid":null,"note":" \u5F20 \"\uD83D\uDE00\""}]}
            """));
        var second = Json.Parse("""[{"n":1},{"n":1e-7},{"n":123456789012}]""");
        (await Rows("""{"path":"b.xlsx","sheet":"\u4E8C"}""")).ShouldBe(second);
        (await Rows("""{"path":"b.xlsx","sheet":2}""")).ShouldBe(second);
        (await functions.Refused("sheet.read", """{"path":"b.xlsx","sheet":"Three"}""")).Detail.ShouldNotBeNull().ShouldContain("'One'");
    }

    [Fact]
    public async Task a_date_is_a_date_for_other_programs_and_text_where_dates_are_not_wanted()
    {
        await functions.Call("sheet.write", """{"path":"d.xlsx","rows":[{"day":"2026-01-31"}]}""");
        Part("d.xlsx", "xl/worksheets/sheet1.xml").ShouldContain(">46053<");
        await functions.Call("sheet.write", """{"path":"t.xlsx","rows":[{"day":"2026-01-31"}],"dates":false}""");
        Part("t.xlsx", "xl/worksheets/sheet1.xml").ShouldContain("2026-01-31");
        (await Rows("""{"path":"t.xlsx"}""")).ShouldBe(Json.Parse("""[{"day":"2026-01-31"}]"""));
    }

    [Fact]
    public async Task rows_are_added_to_one_sheet_and_the_others_stay_as_they_are()
    {
        await functions.Call("sheet.append", """{"path":"a.xlsx","rows":[{"day":"2026-01-31","n":1}]}""");
        await functions.Call("sheet.append", """{"path":"a.xlsx","sheet":"More","rows":[{"x":"new"}]}""");
        await functions.Call("sheet.append", """{"path":"a.xlsx","rows":[{"n":2,"day":"2026-02-01"},["2026-02-02",3]]}""");
        (await Rows("""{"path":"a.xlsx","sheet":1}""")).ShouldBe(Json.Parse("""[{"day":"2026-01-31","n":1},{"day":"2026-02-01","n":2},{"day":"2026-02-02","n":3}]"""));
        (await Rows("""{"path":"a.xlsx","sheet":"more"}""")).ShouldBe(Json.Parse("""[{"x":"new"}]"""));
        (await functions.Refused("sheet.append", """{"path":"a.xlsx","rows":[{"other":1}]}""")).Detail.ShouldNotBeNull().ShouldContain("no column 'other'");
        (await Rows("""{"path":"a.xlsx"}""")).ShouldBeOfType<JsonArray>().Items.Length.ShouldBe(3);
    }

    [Theory]
    [InlineData("name,n\nLi,1\n\"Zhang,2\n", "line 3")]
    [InlineData("name,n\n\u00D6,1\n", "UTF-8")]
    public async Task nothing_is_added_to_a_file_that_would_not_be_csv_afterwards(string content, string why)
    {
        var bytes = System.Text.Encoding.Latin1.GetBytes(content);
        await File.WriteAllBytesAsync(functions.File("x.csv"), bytes, TestContext.Current.CancellationToken);
        (await functions.Refused("sheet.read", """{"path":"x.csv"}""")).Detail.ShouldNotBeNull().ShouldContain(why);
        (await functions.Refused("sheet.append", """{"path":"x.csv","rows":[{"name":"Wu","n":3}]}""")).Detail.ShouldNotBeNull().ShouldContain(why);
        File.ReadAllBytes(functions.File("x.csv")).ShouldBe(bytes);
    }

    [Fact]
    public async Task cells_beyond_the_header_are_kept_under_the_numbers_of_their_columns()
    {
        await functions.Call("file.write", """{"path":"wide.csv","content":"name,sum\nLi,1,234\nWu,5,\n"}""");
        await functions.Call("sheet.write", """{"path":"wide.xlsx","rows":[["name","sum"],["Li",1,234],["Wu",5,null]],"header":false}""");
        (await Rows("""{"path":"wide.csv"}""")).ShouldBe(Json.Parse("""[{"name":"Li","sum":"1","column3":"234"},{"name":"Wu","sum":"5","column3":""}]"""));
        (await Rows("""{"path":"wide.xlsx"}""")).ShouldBe(Json.Parse("""[{"name":"Li","sum":1,"column3":234},{"name":"Wu","sum":5,"column3":null}]"""));
    }

    [Theory]
    [InlineData("\uFF1B")]
    [InlineData("\uD83D\uDE00")]
    [InlineData("\"")]
    public async Task a_delimiter_that_cannot_be_is_refused_by_its_name(string delimiter)
    {
        var fault = (await Should.ThrowAsync<WorkflowFaultException>(() => functions.Call("sheet.write", ("path", "x.csv"), ("rows", Json.Parse("[[1]]")), ("delimiter", delimiter)))).Fault;
        fault.Detail.ShouldNotBeNull().ShouldContain("'delimiter'");
        File.Exists(functions.File("x.csv")).ShouldBeFalse();
    }

    [Fact]
    public async Task a_workbook_of_another_program_keeps_its_formats_and_its_durations()
    {
        await functions.Call("sheet.write", """{"path":"o.xlsx","rows":[]}""");
        await Replace("o.xlsx", "xl/styles.xml", """
            <styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
            <numFmts><numFmt numFmtId="170" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="172" formatCode="[h]:mm"/></numFmts>
            <fonts><font/></fonts><fills><fill/></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>
            <cellXfs><xf/><xf numFmtId="170"/><xf numFmtId="172"/><xf numFmtId="9"/></cellXfs></styleSheet>
            """);
        await Replace("o.xlsx", "xl/worksheets/sheet1.xml", """
            <worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
            <row r="1"><c r="A1" t="inlineStr"><is><t>at</t></is></c><c r="B1" t="inlineStr"><is><t>took</t></is></c><c r="C1" t="inlineStr"><is><t>pay</t></is></c></row>
            <row r="2"><c r="A2" s="1"><v>46053</v></c><c r="B2" s="2"><v>1.5</v></c><c r="C2"><v>7</v></c></row></sheetData></worksheet>
            """);
        (await Rows("""{"path":"o.xlsx"}""")).ShouldBe(Json.Parse("""[{"at":"2026-01-31","took":1.5,"pay":7}]"""));
        await functions.Call("sheet.append", """{"path":"o.xlsx","rows":[{"at":"2026-02-01T10:00:00","took":0,"pay":8}]}""");
        await functions.Call("sheet.append", """{"path":"o.xlsx","rows":[{"at":"2026-02-02T10:00:00","took":0,"pay":9}]}""");
        (await Rows("""{"path":"o.xlsx"}""")).ShouldBe(Json.Parse("""
            [{"at":"2026-01-31","took":1.5,"pay":7},{"at":"2026-02-01T10:00:00","took":0,"pay":8},{"at":"2026-02-02T10:00:00","took":0,"pay":9}]
            """));
        Part("o.xlsx", "xl/styles.xml").Split("hh:mm:ss").Length.ShouldBe(2, "the formats are added once");
    }

    [Fact]
    public async Task cells_of_every_kind_and_texts_with_hints_are_read_and_a_row_without_end_is_refused()
    {
        const string Space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        await functions.Call("sheet.write", """{"path":"k.xlsx","rows":[]}""");
        await Replace("k.xlsx", "xl/worksheets/sheet1.xml", $"""
            <worksheet xmlns="{Space}"><sheetData><row/><row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2"><f>NOW()</f></c><c r="C2" t="e"><v>#DIV/0!</v></c><c r="D2" t="s"><v>99</v></c>
            <c r="E2" t="str"><v>x</v></c><c r="F2"><v>1e400</v></c><c r="G2" t="b"><v>1</v></c><c t="inlineStr"><is><r><t>ab</t></r><rPh sb="0" eb="1"><t>hint</t></rPh><r><t xml:space="preserve"> </t></r><r><t>c</t></r></is></c>
            <c r="J2" t="other"><v>3</v></c></row></sheetData></worksheet>
            """);
        (await Rows("""{"path":"k.xlsx","header":false}""")).ShouldBe(Json.Parse("""[[2,null,"#DIV/0!",null,"x","1e400",true,"ab c",null,3]]"""));

        await Replace("k.xlsx", "xl/worksheets/sheet1.xml", $"""<worksheet xmlns="{Space}"><sheetData><row>{string.Concat(Enumerable.Repeat("<c/>", 1_000_000))}</row></sheetData></worksheet>""");
        (await functions.Refused("sheet.read", """{"path":"k.xlsx"}""")).Detail.ShouldNotBeNull().ShouldContain("2000 columns");
    }

    [Theory]
    [InlineData("not a zip at all")]
    [InlineData("PK\u0003\u0004")]
    public async Task what_is_no_workbook_is_said_to_be_none(string content)
    {
        await File.WriteAllTextAsync(functions.File("x.xlsx"), content, TestContext.Current.CancellationToken);
        (await functions.Refused("sheet.read", """{"path":"x.xlsx"}""")).Detail.ShouldNotBeNull().ShouldContain("is not a workbook");
        (await functions.Refused("sheet.append", """{"path":"x.xlsx","rows":[{"a":1}]}""")).Detail.ShouldNotBeNull().ShouldContain("is not a workbook");
        File.ReadAllText(functions.File("x.xlsx")).ShouldBe(content);
    }

    [Fact]
    public async Task a_small_file_that_inflates_without_end_is_refused()
    {
        await functions.Call("sheet.write", """{"path":"bomb.xlsx","rows":[{"a":1}]}""");
        await using (var archive = await ZipFile.OpenAsync(functions.File("bomb.xlsx"), ZipArchiveMode.Update, TestContext.Current.CancellationToken))
        {
            archive.GetEntry("xl/worksheets/sheet1.xml")!.Delete();
            await using var sheet = archive.CreateEntry("xl/worksheets/sheet1.xml", CompressionLevel.Fastest).Open();
            sheet.Write("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row>"u8);
            var blanks = new byte[1024 * 1024];
            blanks.AsSpan().Fill((byte)' ');
            for (var i = 0; i < 140; i++)
            {
                sheet.Write(blanks);
            }
        }

        new FileInfo(functions.File("bomb.xlsx")).Length.ShouldBeLessThan(8 * 1024 * 1024);
        (await functions.Refused("sheet.read", """{"path":"bomb.xlsx"}""")).Detail.ShouldNotBeNull().ShouldContain("bomb.xlsx");
    }

    [Theory]
    [InlineData("""{"path":"n.xlsx","sheet":"a/b","rows":[]}""")]
    [InlineData("""{"path":"n.xlsx","sheets":[{"name":"A","rows":[]},{"name":"a","rows":[]}]}""")]
    [InlineData("""{"path":"n.csv","sheet":"A","rows":[]}""")]
    [InlineData("""{"path":"n.xlsm","rows":[]}""")]
    public async Task sheets_that_cannot_be_are_refused_and_nothing_is_written(string arguments)
    {
        (await functions.Refused("sheet.write", arguments)).Type.ShouldBe(FaultTypes.Validation);
        Directory.EnumerateFiles(functions.File(), "n.*").ShouldBeEmpty();
    }

    [Fact]
    public async Task text_of_a_csv_file_becomes_typed_on_request_and_numbers_that_are_names_stay_text()
    {
        await File.WriteAllTextAsync(functions.File("t.csv"), "a,b,c,d,e\n-1.50,007,true,,1e5\n", TestContext.Current.CancellationToken);
        (await Rows("""{"path":"t.csv"}""")).ShouldBe(Json.Parse("""[{"a":"-1.50","b":"007","c":"true","d":"","e":"1e5"}]"""));
        (await Rows("""{"path":"t.csv","types":true}""")).ShouldBe(Json.Parse("""[{"a":-1.5,"b":"007","c":true,"d":null,"e":"1e5"}]"""));
    }

    public ValueTask DisposeAsync() => functions.DisposeAsync();

    private async Task<Json> Rows(string arguments) => ((JsonObject)await functions.Call("sheet.read", arguments))["rows"]!;

    private async Task Replace(string file, string name, string content)
    {
        await using var archive = await ZipFile.OpenAsync(functions.File(file), ZipArchiveMode.Update, TestContext.Current.CancellationToken);
        archive.GetEntry(name)!.Delete();
        await using var part = new StreamWriter(archive.CreateEntry(name).Open());
        await part.WriteAsync(content);
    }

    private string Part(string file, string name)
    {
        using var archive = ZipFile.OpenRead(functions.File(file));
        using var reader = new StreamReader(archive.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }
}
