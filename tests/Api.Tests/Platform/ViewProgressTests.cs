using Jarvis.Api.Platform;
using Jarvis.Api.Tests.Runs;
using Jarvis.Projections.Runs;
using Jarvis.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

public sealed class ViewProgressTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task what_was_told_before_the_connection_broke_counts_for_nothing_until_it_is_told_again()
    {
        var cancel = TestContext.Current.CancellationToken;
        var patience = TimeSpan.FromSeconds(60);
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        var (_, position) = await mine.Request();
        var progress = server.Services.GetRequiredService<ViewProgress>();
        (await progress.Reach(RunsView.Name, position, patience, cancel)).ShouldBeTrue();

        var database = new NpgsqlConnectionStringBuilder(server.ConnectionString).Database;
        await Sql($"alter database \"{database}\" allow_connections false");
        try
        {
            await Sql($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'");
            await Eventually.Be(() => progress.Reach(RunsView.Name, position, TimeSpan.FromMilliseconds(50), cancel), reached => !reached);
        }
        finally
        {
            await Sql($"alter database \"{database}\" allow_connections true");
        }

        (await progress.Reach(RunsView.Name, position, patience, cancel)).ShouldBeTrue();
    }

    [Fact]
    public async Task a_notification_that_comes_late_sets_no_place_back()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        var (_, position) = await mine.Request();
        var progress = server.Services.GetRequiredService<ViewProgress>();
        (await progress.Reach(RunsView.Name, position, TimeSpan.FromSeconds(60), cancel)).ShouldBeTrue();
        var least = long.MaxValue;
        var heard = 0;
        void Look()
        {
            least = Math.Min(least, progress.Of(RunsView.Name));
            heard++;
        }

        progress.Moved += Look;
        try
        {
            // The second one is heard behind the first.
            await server.Scalar<long>($"select count(pg_notify('{ViewSchema.ProgressChannel}', told)) from (values ('{RunsView.Name}:All {position - 1}'), ('Nothing:All 1')) t (told)");
            await Eventually.Be(() => Task.FromResult(heard), times => times > 0);
            progress.Of(RunsView.Name).ShouldBeGreaterThanOrEqualTo(position);
            least.ShouldBeGreaterThanOrEqualTo(position);
        }
        finally
        {
            progress.Moved -= Look;
        }
    }

    private static async Task Sql(string sql)
    {
        await using var connection = new NpgsqlConnection(await TestServer.ConnectionStringAsync() + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
