using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Api.Tests.Runs;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

public sealed class ViewShapesTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task a_view_whose_form_changed_is_folded_again_and_one_whose_form_did_not_is_left_alone()
    {
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        var (run, position) = await mine.Request();
        (await mine.Person.Client.Ask($"{{ runs(atLeast: \"{position}\") {{ totalCount {{ value }} }} }}")).At("runs", "totalCount", "value").GetInt32().ShouldBe(1);
        await server.Stop();
        // As an older server left it: another form of one view, and something in another that no fold makes.
        await Sql("update views.shapes set shape = 'older' where view = 'Runs'; alter table views.runs drop column granted; update views.workflows set document_version = '9.9.9'");
        await server.Restart();
        using var client = await server.ClientOf(mine.Person.Id);
        var seen = await client.Ask($"{{ runs(atLeast: \"{position}\") {{ totalCount {{ value }} nodes {{ id }} }} workflows {{ nodes {{ documentVersion }} }} }}");
        seen.At("runs", "nodes", 0, "id").GetGuid().ShouldBe(run);
        seen.At("runs", "totalCount", "value").GetInt32().ShouldBe(1);
        seen.At("workflows", "nodes", 0, "documentVersion").GetString().ShouldBe("9.9.9");
    }

    private async Task Sql(string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
