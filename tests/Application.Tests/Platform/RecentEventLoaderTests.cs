using Jarvis.Application.Platform;
using Jarvis.Domain.Runs;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Shouldly;
using Xunit;

namespace Jarvis.Application.Tests.Platform;

/// <summary>A view gets the page that the database alone would give, whatever part of it is in memory.</summary>
public sealed class RecentEventLoaderTests
{
    private const int PageSize = 20;
    private const int Last = 60;

    private static readonly HashSet<Type> Types = [typeof(RunBeganOnDevice)];

    private readonly Database database = new();
    private readonly RecentEvents recent = new();

    [Theory]
    [InlineData("", "nothing is in memory")]
    [InlineData("1-60", "everything is in memory")]
    [InlineData("1-9 11-60", "one is missing")]
    [InlineData("5-10 15-60", "stretches are missing, the first of them at the beginning")]
    [InlineData("1-30", "the newest are missing")]
    [InlineData("2 4 6 8 10 12 14-60", "more stretches are missing than are asked for one by one")]
    public async Task Pages_are_those_of_the_database(string inMemory, string because)
    {
        recent.Add(Positions(inMemory).Select(Event));

        (await Pages(new RecentEventLoader(recent, database, Types, PageSize))).ShouldBe(await Pages(database), because);
    }

    [Fact]
    public async Task Drawn_memories_give_the_pages_of_the_database()
    {
        var random = new Random(7);
        for (var round = 0; round < 500; round++)
        {
            var memory = new RecentEvents();
            var share = random.NextDouble();
            memory.Add(Positions("1-60").Where(_ => random.NextDouble() < share + 0.3).Select(Event));

            (await Pages(new RecentEventLoader(memory, database, Types, PageSize))).ShouldBe(await Pages(database), $"round {round}");
        }
    }

    [Fact]
    public async Task While_a_view_is_folded_elsewhere_the_daemon_is_given_nothing()
    {
        var far = new FarViews();
        far.Begin("Runs");
        var pages = Pages(new RecentEventLoader(recent, database, Types, PageSize, turn: token => far.Turn("Runs", token)));
        var others = await Pages(new RecentEventLoader(recent, database, Types, PageSize, turn: token => far.Turn("Devices", token)));
        pages.IsCompleted.ShouldBeFalse();

        far.End("Runs");
        (await pages).ShouldBe(others);
    }

    [Fact]
    public async Task Whoever_stops_waiting_for_a_turn_is_let_go()
    {
        var far = new FarViews();
        far.Begin("Runs");
        using var stop = new CancellationTokenSource();
        var turn = far.Turn("Runs", stop.Token);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => turn);
    }

    [Fact]
    public async Task What_is_in_memory_is_not_asked_of_the_database()
    {
        recent.Add(Enumerable.Range(1, Last).Select(position => Event(position)));

        await Pages(new RecentEventLoader(recent, database, Types, PageSize));

        database.Asked.ShouldBe(0);
    }

    [Fact]
    public void A_newer_event_takes_the_place_of_an_old_one_and_is_not_mistaken_for_it()
    {
        recent.Add([Event(1), Event(1 + RecentEvents.Span)]);

        recent.At(1).ShouldBeNull();
        recent.At(1 + RecentEvents.Span)!.Sequence.ShouldBe(1 + RecentEvents.Span);
    }

    [Fact]
    public void An_event_whose_position_is_not_told_is_left_to_the_database()
    {
        recent.Add([Event(0)]);

        recent.At(0).ShouldBeNull();
    }

    /// <summary>Every third is one that the view does not take.</summary>
    private static IEvent Event(long position)
    {
        var at = new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
        IEvent @event = position % 3 == 0 ? new Event<RunStarted>(new RunStarted(at, 1)) : new Event<RunBeganOnDevice>(new RunBeganOnDevice(Guid.Empty, at));
        @event.Sequence = position;
        return @event;
    }

    /// <summary>Positions that were drawn and never filled.</summary>
    private static bool IsGap(long position) => position is >= 40 and < 45;

    private static IEnumerable<long> Positions(string ranges) => ranges.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(range => range.Split('-').Select(int.Parse).ToArray())
        .SelectMany(range => Enumerable.Range(range[0], range[^1] - range[0] + 1))
        .Select(position => (long)position)
        .Where(position => !IsGap(position));

    private static async Task<IReadOnlyList<string>> Pages(IEventLoader loader)
    {
        var pages = new List<string>();
        for (var floor = 0L; floor < Last;)
        {
            var page = await loader.LoadAsync(new EventRequest { Floor = floor, HighWater = Last }, CancellationToken.None);
            pages.Add($"{page.Floor} to {page.Ceiling}: {string.Join(' ', page.Select(e => e.Sequence))}");
            page.Ceiling.ShouldBeGreaterThan(floor);
            floor = page.Ceiling;
        }

        return pages;
    }

    /// <summary>The events of a database, by the rules of the store's loader: in order, of the view's types, a page at most.</summary>
    private sealed class Database : IEventLoader
    {
        public int Asked { get; private set; }

        public Task<EventPage> LoadAsync(EventRequest request, CancellationToken token)
        {
            Asked++;
            var page = new EventPage(request.Floor);
            page.AddRange(Positions($"1-{Last}").Where(position => position > request.Floor && position <= request.HighWater)
                .Select(Event).Where(e => Types.Contains(e.EventType)).Take(PageSize));
            page.CalculateCeiling(PageSize, request.HighWater);
            return Task.FromResult(page);
        }
    }
}
