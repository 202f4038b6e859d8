using System.Diagnostics;
using Jarvis.Api.Platform;
using Jarvis.Api.Tests.Runs;
using Jarvis.Domain.Runs;
using Jarvis.Projections;
using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Marten.Exceptions;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>What a database that died leaves behind: a view's place in it is not the one that the daemon counted on to.</summary>
public sealed class ViewShardsTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>It takes nothing from a run, so that its place alone can be moved and its tables stay right.</summary>
    private static readonly string View = ViewsSetup.All.First(view => !view.IncludedEventTypes.Contains(typeof(RunRequested))).Name;

    [Fact]
    public async Task a_view_whose_last_commit_the_database_lost_is_folded_again_though_nothing_new_comes()
    {
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        await Requested(mine);
        var place = await Place();
        await Move(-1);
        await Reaches(place);
    }

    [Fact]
    public async Task a_view_goes_on_after_a_commit_of_which_the_daemon_knew_nothing()
    {
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        await Requested(mine);
        await Move(+1);
        await Requested(mine);
        await Requested(mine);
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(4, false)]
    public async Task a_view_writes_only_from_the_place_where_it_is(long place, bool isWritten)
    {
        var cancel = TestContext.Current.CancellationToken;
        var view = $"Place{place}";
        await Sql($"insert into jarvis.mt_event_progression (name, last_seq_id) values ('{view}:All', {place})");
        var store = (IEventStore<IDocumentOperations, IQuerySession>)server.Store;
        await using var batch = await store.StartProjectionBatchAsync(
            new EventRange(new ShardName(view), 5, 9, agent: null!) { Events = [] }, (IEventDatabase)server.Store.Storage.Database, ShardExecutionMode.Continuous, new AsyncOptions(), cancel);
        await using (var session = batch.SessionForTenant(StorageConstants.DefaultTenantId))
        {
            session.QueueSqlCommand($"insert into jarvis.mt_event_progression (name, last_seq_id) values ('beside {view}', 1)");
        }

        if (isWritten)
        {
            await batch.ExecuteAsync(cancel);
        }
        else
        {
            await Should.ThrowAsync<MartenCommandException>(() => batch.ExecuteAsync(cancel));
        }

        (await server.Scalar<long>($"select last_seq_id from jarvis.mt_event_progression where name = '{view}:All'")).ShouldBe(isWritten ? 9 : place);
        (await server.Scalar<long>($"select count(*) from jarvis.mt_event_progression where name = 'beside {view}'")).ShouldBe(isWritten ? 1 : 0);
    }

    /// <summary>A run is requested, and the view has come as far.</summary>
    private async Task Requested(RunsOfAPerson mine)
    {
        var (_, position) = await mine.Request();
        await Reaches(position);
    }

    private async Task Reaches(long position)
    {
        var began = Stopwatch.GetTimestamp();
        while (await Place() is var place && place < position)
        {
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(Patience, $"{View} stays at {place} and does not come to {position}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private Task<long> Place() => server.Services.GetRequiredService<ViewShards>().Place(View, TestContext.Current.CancellationToken);

    private async Task Move(int by) =>
        (await Sql($"update jarvis.mt_event_progression set last_seq_id = last_seq_id + {by} where name = '{View}:All'")).ShouldBe(1);

    private async Task<int> Sql(string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }
}
