using System.Text.Json;
using Jarvis.Api.Tests.Runs;
using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Projections.Accounts;
using Jarvis.Projections.Devices;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;
using Jarvis.Projections.Workflows;
using JasperFx.Events;
using Marten;
using Marten.Events;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>Large pages hold what the store's own reader gives.</summary>
public sealed class StoredEventsTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task a_large_page_holds_the_events_that_the_store_gives_with_all_their_metadata()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var (run, _) = await mine.Request();
        await mine.Runner.ReceiveCommand();
        await mine.Runner.Claim(run);
        await mine.Runner.Submit(mine.Runner.Event(
            run, 1, new ExecutionStarted("greeting", new DefinitionReference("tests", "greeting", "1.0.0"), new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero), null, null, null)));

        var last = await server.Scalar<long>("select max(seq_id) from jarvis.mt_events");
        await using var session = server.Store.QuerySession();
        var stored = await session.Events.QueryAllRawEvents().Where(e => e.Sequence <= last).OrderBy(e => e.Sequence).ToListAsync();
        stored.ShouldContain(e => e.Data is ExecutionStarted);
        (await Read(last, [])).Select(Text).ShouldBe(stored.Select(Text));
        (await Read(last, [typeof(ExecutionStarted), typeof(RunRequested)])).Select(Text)
            .ShouldBe(stored.Where(e => e.Data is ExecutionStarted or RunRequested).Select(Text));
    }

    [Fact]
    public async Task an_event_far_behind_many_others_is_found()
    {
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        await mine.Request();
        var last = await server.Scalar<long>("select max(seq_id) from jarvis.mt_events");
        var (events, ceiling, _) = await Reader([]).After(last, last + 1_000_000, CancellationToken.None);
        events.ShouldBeEmpty();
        ceiling.ShouldBeGreaterThan(last);

        var reader = Reader([]);
        var position = -100_000_000L;
        for (var page = 0; position < 1 && page < 1_000; page++)
        {
            (events, position, _) = await reader.After(position, 1, CancellationToken.None);
        }

        position.ShouldBe(1);
        events.Select(e => e.Sequence).ShouldBe([1L]);
    }

    [Fact]
    public async Task events_of_one_kind_of_stream_are_found_in_its_streams_alone()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        await mine.Request();
        var last = await server.Scalar<long>("select max(seq_id) from jarvis.mt_events");
        var graph = (EventGraph)server.Store.Options.Events;
        foreach (var view in (View[])[new DevicesView(), new WorkflowsView(), new AccountsView()])
        {
            var kind = StreamKinds.Of(view.IncludedEventTypes, graph).ShouldNotBeNull();
            var (found, ceiling, _) = await new StoredEvents(server.Services.GetRequiredService<NpgsqlDataSource>(), graph.BuildEvent, view.IncludedEventTypes, kind)
                .After(0, last, CancellationToken.None);
            ceiling.ShouldBe(last);
            found.Select(Text).ShouldBe((await Read(last, [.. view.IncludedEventTypes])).Select(Text));
            if (view is not AccountsView)
            {
                found.ShouldNotBeEmpty();
            }
        }

        StreamKinds.Of(new RunsView().IncludedEventTypes, graph).ShouldBeNull("events of runs are in several kinds of streams");
        StreamKinds.Of([], graph).ShouldBeNull("no type stands for all");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task a_page_ends_with_the_event_that_makes_it_large_enough(bool isCompressible)
    {
        const long PageBytes = 20_000;
        const int Large = 8_000;
        var owner = Guid.CreateVersion7();
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        var execution = StreamIds.Execution((await mine.Request()).Run);
        var random = new Random(11);
        for (var i = 0; i < 12; i++)
        {
            var cipher = new byte[i % 3 == 0 ? Large : 10];
            if (!isCompressible)
            {
                random.NextBytes(cipher);
            }

            await using var session = server.Store.LightweightSession();
            var changed = new ExecutionVariablesChanged("/do/0/a", "/do/0/a", DateTimeOffset.UnixEpoch, new Content.Sealed(owner, cipher), null);
            if (i == 0)
            {
                session.Events.StartStream<Execution>(execution, changed);
            }
            else
            {
                session.Events.Append(execution, changed);
            }

            await session.SaveChangesAsync();
        }

        var last = await server.Scalar<long>("select max(seq_id) from jarvis.mt_events");
        var graph = (EventGraph)server.Store.Options.Events;
        var database = server.Services.GetRequiredService<NpgsqlDataSource>();
        var whole = await Read(last, []);
        foreach (var reader in (StoredEvents[])[
            new StoredEvents(database, graph.BuildEvent, [], null, PageBytes),
            new StoredEvents(database, graph.BuildEvent, [typeof(ExecutionVariablesChanged)], graph.AggregateAliasFor(typeof(Execution)), PageBytes)])
        {
            var (all, isCut) = (new List<IEvent>(), false);
            for (var position = 0L; position < last;)
            {
                (var page, position, var bytes) = await reader.After(position, last, CancellationToken.None);
                var sizes = page.Select(e => (long)JsonSerializer.SerializeToUtf8Bytes(e.Data, e.EventType, EventJson.Stored).Length).ToList();
                sizes.SkipLast(1).Sum().ShouldBeLessThan(PageBytes);
                bytes.ShouldBeGreaterThanOrEqualTo(sizes.Sum(), "as the database writes it there are blanks in it");
                isCut |= position < last;
                all.AddRange(page);
            }

            isCut.ShouldBeTrue();
            all.Select(Text).ShouldBe(whole.Where(e => all.Count == whole.Count || e.Data is ExecutionVariablesChanged).Select(Text));
        }
    }

    [Fact]
    public async Task a_page_has_no_more_events_than_were_asked_for()
    {
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        await mine.Request();
        await mine.Request();
        var last = await server.Scalar<long>("select max(seq_id) from jarvis.mt_events");
        var (events, ceiling, _) = await Reader([]).After(0, last, CancellationToken.None, most: 3);
        events.Select(Text).ShouldBe((await Read(last, [])).Take(3).Select(Text));
        ceiling.ShouldBe(events[^1].Sequence);
    }

    private StoredEvents Reader(Type[] types) =>
        new(server.Services.GetRequiredService<NpgsqlDataSource>(), ((EventGraph)server.Store.Options.Events).BuildEvent, types);

    private async Task<List<IEvent>> Read(long upTo, Type[] types)
    {
        List<IEvent> all = [];
        var reader = Reader(types);
        for (var position = 0L; position < upTo;)
        {
            (var events, position, _) = await reader.After(position, upTo, CancellationToken.None);
            all.AddRange(events);
        }

        return all;
    }

    private static string Text(IEvent e) => string.Join(
        ' ', e.Sequence, e.Id, e.StreamId, e.Version, e.EventTypeName, e.DotNetTypeName, e.Timestamp.ToString("O"), e.UserName, e.CorrelationId, e.CausationId, e.TenantId, e.IsArchived,
        JsonSerializer.Serialize(e.Data, e.EventType, Domain.Platform.EventJson.Stored),
        string.Join(',', (e.Headers ?? []).OrderBy(header => header.Key, StringComparer.Ordinal).Select(header => $"{header.Key}={header.Value}")));
}
