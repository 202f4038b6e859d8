using Jarvis.Api.Tests.Runs;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform.GraphQL;

/// <summary>A page and how many there are in all are of one instant, whatever is committed while they are read.</summary>
public sealed class ListCountTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task what_is_committed_between_the_page_and_its_count_is_in_neither()
    {
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        await mine.Request();
        await Eventually.Be(async () => await Runs(mine), seen => seen == (1, 1));

        // Whoever counts waits for this lock, with the page read already; meanwhile there is one more.
        await using var other = new NpgsqlConnection(server.ConnectionString);
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await Run(other, "lock table views.run_counts in access exclusive mode");
        var asked = Runs(mine);
        await Eventually.Be(
            () => server.Scalar<long>("select count(*) from pg_locks where not granted and relation = 'views.run_counts'::regclass and mode = 'AccessShareLock'"), waiting => waiting > 0);
        await Run(other, $"update views.run_counts set n = n + 1 where owner_id = '{mine.Person.Id}'");
        await transaction.CommitAsync();

        (await asked).ShouldBe((1, 1));
        (await Runs(mine)).ShouldBe((1, 2), "the count itself is the one that was changed");
    }

    [Fact]
    public async Task a_count_is_found_under_any_alias_and_in_a_fragment()
    {
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        await mine.Request();
        var seen = await Eventually.Be(
            () => mine.Person.Client.Ask(
                """
                query($no: Boolean = false) {
                  runs { n: totalCount { value } }
                  workflows { ...Counted }
                  devices { nodes { id } totalCount @skip(if: $no) { value } }
                }
                fragment Counted on WorkflowConnection { totalCount { value } }
                """),
            data => data.At("runs", "n", "value").GetInt32() == 1);

        seen.At("workflows", "totalCount", "value").GetInt32().ShouldBe(1);
        seen.At("devices", "totalCount", "value").GetInt32().ShouldBe(1);
    }

    private static async Task<(int Rows, int Total)> Runs(RunsOfAPerson mine)
    {
        var list = (await mine.Person.Client.Ask("{ runs { nodes { id } totalCount { value } } }")).At("runs");
        return (list.At("nodes").GetArrayLength(), list.At("totalCount", "value").GetInt32());
    }

    private static async Task Run(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
