using Jarvis.Admin.Platform.Lists;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Platform.BackOffice;

/// <summary>A list as a file for spreadsheets.</summary>
public sealed class CsvTests
{
    [Fact]
    public void it_begins_with_the_mark_of_its_encoding_and_every_row_ends_its_line() =>
        Csv.Of([["名称", "n"], ["发票", null]]).ShouldBe("\uFEFF名称,n\r\n发票,\r\n");

    [Theory]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData(" edge", "\" edge\"")]
    [InlineData("plain", "plain")]
    public void what_would_be_read_as_the_file_s_own_is_quoted(string value, string cell) => Csv.Of([[value]]).ShouldBe("\uFEFF" + cell + "\r\n");

    [Theory]
    [InlineData("=cmd|' /c calc'!A0", "'=cmd|' /c calc'!A0")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("-rm", "'-rm")]
    [InlineData("-12.5", "-12.5")]
    public void a_name_is_never_a_formula_and_a_number_stays_one(string value, string cell) => Csv.Of([[value]]).ShouldBe("\uFEFF" + cell + "\r\n");
}
