using System.Text.Json.Nodes;
using Jarvis.Engine.Devices;
using Jarvis.Engine.Runs;
using Jarvis.Engine.Tests.Devices;
using Jarvis.Testing;
using Shouldly;
using Xunit;
using Fault = Jarvis.Engine.Tests.Devices.SimulatedServer.Fault;

namespace Jarvis.Engine.Tests.Runs;

[Trait("NoSecondGo", "drawn input")]
public sealed class SubmissionTests : IAsyncDisposable
{
    private readonly TemporaryFolder home = new();
    private readonly SimulatedServer server = new();

    [Fact]
    public async Task an_event_reaches_an_idle_server_at_once()
    {
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server);
        var run = await Run(runner);
        await Append(runner, run, 1);
        await Arrived(run, 1);

        // One that is only found at the next look comes after the pause between two looks, every time; the machine is busy now and then.
        var fastest = TimeSpan.MaxValue;
        for (var count = 2; count <= 6; count++)
        {
            var began = System.Diagnostics.Stopwatch.GetTimestamp();
            await Append(runner, run, 1);
            await Arrived(run, count);
            fastest = new[] { fastest, System.Diagnostics.Stopwatch.GetElapsedTime(began) }.Min();
        }

        fastest.ShouldBeLessThan(SubmissionLoop.IdleLook / 2);

        var first = server.Stream(run.RunId)[0];
        ((string?)first["specversion"]).ShouldBe("1.0");
        ((string?)first["id"]).ShouldBe($"{run.RunId}:1");
        ((string?)first["source"]).ShouldBe($"/devices/{server.DeviceId}");
        ((long)first["epoch"]!).ShouldBe(server.Epoch);
        ((string?)first["data"]!["workflow"]).ShouldBe($"counting-{run.RunId}.test");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task whatever_the_network_does_the_server_has_each_event_once_and_in_order(int seed)
    {
        var random = new Random(seed);
        Fault[] faults = [Fault.LostBefore, Fault.LostAfter, Fault.ServerError, Fault.TooFast, Fault.DropSocket, Fault.NewEpoch, Fault.Gap, Fault.ExpiredToken];
        server.NextFault = () => random.Next(3) == 0 ? faults[random.Next(faults.Length)] : Fault.None;
        server.MaxBatch = 40;
        await server.Start();
        var ids = Enumerable.Range(0, 6).Select(_ => Guid.CreateVersion7()).ToArray();
        var counts = new Dictionary<Guid, int>();
        for (var life = 0; life < 3; life++)
        {
            // Each life of the runner ends in the middle of its work, between sending and acknowledgement as often as not.
            await using var runner = new RunnerUnderTest(home.Path, server);
            foreach (var id in ids)
            {
                await runner.Journal.Create(RunnerUnderTest.Order(id), "test");
            }

            var places = new Dictionary<Guid, JournalPlace>();
            for (var step = 0; step < 60; step++)
            {
                var id = ids[random.Next(ids.Length)];
                if (!places.TryGetValue(id, out var place))
                {
                    places[id] = place = (await runner.Journal.Claim(id, "test", "test"))!;
                }

                var many = random.Next(1, 15);
                await Append(runner, place, many);
                counts[id] = counts.GetValueOrDefault(id) + many;
            }

            if (life == 1)
            {
                await server.Stop();
                await Append(runner, places.Values.First(), 5);
                counts[places.Keys.First()] += 5;
                await server.Start();
            }

            if (life == 2)
            {
                foreach (var (id, count) in counts)
                {
                    await RunnerUnderTest.Until(() => server.Stream(id).Count == count, $"{count} events of a run, at {server.Stream(id).Count}", seconds: 120);
                }

                await RunnerUnderTest.Until(() => runner.Submission.Waiting == 0, "everything acknowledged", seconds: 120);
                server.Overlaps.ShouldBe(0, "no run is in two requests at once");
                foreach (var id in ids)
                {
                    var journal = runner.Journal.AllEvents(id).ToArray();
                    var stream = server.Stream(id);
                    stream.Count.ShouldBe(journal.Length);
                    for (var i = 0; i < journal.Length; i++)
                    {
                        ((long)stream[i]["sequence"]!).ShouldBe(i + 1);
                        var theirs = stream[i]["data"]!.DeepClone().AsObject();
                        theirs.Remove("workflow");
                        JsonNode.DeepEquals(theirs, JsonNode.Parse(journal[i].Data)).ShouldBeTrue();
                    }
                }
            }
        }
    }

    [Fact]
    public async Task a_final_refusal_parks_its_run_and_holds_up_no_other()
    {
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server);
        var refused = await Run(runner);
        var fine = await Run(runner);
        server.RefusedRuns.Add(refused.RunId);
        await Append(runner, refused, 3);
        await Append(runner, fine, 3);

        await Arrived(fine, 3);
        await RunnerUnderTest.Until(() => runner.Journal.Find(refused.RunId)!.ParkedCode is not null, "parked");
        runner.Journal.Find(refused.RunId)!.ParkedCode.ShouldBe("event.invalid");
        runner.News.OfType<RunnerNews.Parked>().ShouldHaveSingleItem().RunId.ShouldBe(refused.RunId);
        var requests = server.Requests;
        await Append(runner, refused, 1);
        await Append(runner, fine, 1);
        await Arrived(fine, 4);
        server.Stream(refused.RunId).ShouldBeEmpty();
        server.Requests.ShouldBeLessThanOrEqualTo(requests + 2);

        server.RefusedRuns.Clear();
        await runner.Submission.Unpark(CancellationToken.None);
        await Arrived(refused, 4);
    }

    [Fact]
    public async Task what_was_done_for_another_account_is_not_taken_up_at_a_start()
    {
        await using var runner = new RunnerUnderTest(home.Path, server);
        var run = await Run(runner);
        await Append(runner, run, 1);
        await runner.Journal.ChangeAccount(Guid.CreateVersion7(), Guid.CreateVersion7());

        await runner.Submission.Unpark(CancellationToken.None);

        runner.Journal.Find(run.RunId)!.ParkedCode.ShouldBe("device.other_account");
    }

    [Fact]
    public async Task a_run_of_this_pc_that_a_restored_server_does_not_know_is_brought_again_from_its_first_event()
    {
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server);
        var run = await Run(runner);
        await Append(runner, run, 100);
        await Arrived(run, 100);
        server.RestoreToBefore(run.RunId);

        await Append(runner, run, 1);

        await Arrived(run, 101);
        runner.Journal.Find(run.RunId)!.ParkedCode.ShouldBeNull();
    }

    [Fact]
    public async Task a_run_whose_first_event_is_not_taken_either_is_parked()
    {
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server);
        var run = await Run(runner);
        await Append(runner, run, 3);
        await Arrived(run, 3);
        server.RestoreToBefore(run.RunId);
        server.UnknownRuns.Add(run.RunId);

        await Append(runner, run, 1);

        await RunnerUnderTest.Until(() => runner.Journal.Find(run.RunId)!.ParkedCode is not null, "parked");
        runner.Journal.Find(run.RunId)!.ParkedCode.ShouldBe("run.not_found");
    }

    [Fact]
    public async Task a_slow_server_slows_no_run_and_gets_what_waits_in_one_batch()
    {
        server.Slowness = TimeSpan.FromMilliseconds(400);
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server);
        var run = await Run(runner);
        for (var i = 0; i < 100; i++)
        {
            await Append(runner, run, 1);
        }

        await Arrived(run, 100);
        server.Requests.ShouldBeLessThan(30, "with a request for each event the run would have waited for every answer");
    }

    [Fact]
    public async Task events_wait_while_the_server_is_away_and_come_when_it_is_back()
    {
        await using var runner = new RunnerUnderTest(home.Path, server);
        var run = await Run(runner);
        await Append(runner, run, 1200);
        await Task.Delay(300);
        runner.News.OfType<RunnerNews.Away>().Count().ShouldBe(1);
        await server.Start();
        await Arrived(run, 1200);
    }

    [Fact]
    public async Task a_run_with_a_long_backlog_does_not_make_the_others_wait()
    {
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server);
        server.Slowness = TimeSpan.FromMilliseconds(50);
        var large = await Run(runner);
        await Append(runner, large, 5000);
        var small = await Run(runner);
        await Append(runner, small, 1);
        await Arrived(small, 1);
        server.Stream(large.RunId).Count.ShouldBeLessThan(5000);
        await Arrived(large, 5000);
    }

    [Fact]
    public async Task much_that_waits_comes_in_two_requests_at_once_of_different_runs()
    {
        server.Slowness = TimeSpan.FromMilliseconds(100);
        await using var runner = new RunnerUnderTest(home.Path, server);
        var runs = new List<JournalPlace>();
        for (var i = 0; i < 250; i++)
        {
            runs.Add(await Run(runner));
            await Append(runner, runs[i], 10);
        }

        await server.Start();
        foreach (var run in runs)
        {
            await Arrived(run, 10);
        }

        (server.MostAtOnce, server.Overlaps).ShouldBe((2, 0));
        await RunnerUnderTest.Until(() => runner.Submission.Waiting == 0, "everything acknowledged");
    }

    [Fact]
    public async Task little_that_waits_comes_in_one_request_after_the_other()
    {
        server.Slowness = TimeSpan.FromMilliseconds(50);
        await server.Start();
        await using var runner = new RunnerUnderTest(home.Path, server);
        var runs = new[] { await Run(runner), await Run(runner), await Run(runner), await Run(runner) };
        for (var i = 0; i < 20; i++)
        {
            foreach (var run in runs)
            {
                await Append(runner, run, 1);
            }

            await Task.Delay(10);
        }

        foreach (var run in runs)
        {
            await Arrived(run, 20);
        }

        server.MostAtOnce.ShouldBe(1);
    }

    [Fact]
    public async Task a_refusal_that_names_no_run_is_traced_to_its_run_while_much_else_waits()
    {
        server.NamesWhatItRefuses = false;
        server.Slowness = TimeSpan.FromMilliseconds(20);
        await using var runner = new RunnerUnderTest(home.Path, server);
        var refused = await Run(runner);
        server.RefusedRuns.Add(refused.RunId);
        await Append(runner, refused, 3);
        var others = new List<JournalPlace>();
        for (var i = 0; i < 30; i++)
        {
            others.Add(await Run(runner));
            await Append(runner, others[i], 100);
        }

        await server.Start();
        foreach (var run in others)
        {
            await Arrived(run, 100);
        }

        await RunnerUnderTest.Until(() => runner.Journal.Find(refused.RunId)!.ParkedCode is not null, "parked");
        runner.News.OfType<RunnerNews.Parked>().ShouldHaveSingleItem().RunId.ShouldBe(refused.RunId);
        server.Overlaps.ShouldBe(0);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        home.Dispose();
    }

    private static Task<JournalPlace> Run(RunnerUnderTest runner) => RunnerUnderTest.NewRun(runner.Journal, Guid.CreateVersion7());

    private static Task Append(RunnerUnderTest runner, JournalPlace run, int count) => runner.Journal.Append(
        run, [.. Enumerable.Range(0, count).Select(i => RunnerUnderTest.Event($"/do/{run.LastSequence + i + 1}"))]);

    private Task Arrived(JournalPlace run, int count) =>
        RunnerUnderTest.Until(() => server.Stream(run.RunId).Count >= count, $"{count} events, at {server.Stream(run.RunId).Count}");
}
