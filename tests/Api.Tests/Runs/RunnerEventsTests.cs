using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Jarvis.Api.Tests.Devices;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Application.Devices;
using Jarvis.Application.Runs;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Application.Platform;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;
using Json = Jarvis.Domain.Workflows.Data.Json;

namespace Jarvis.Api.Tests.Runs;

/// <summary>Batches of a runner: each takes effect once, whole or not at all, in the order of checks that the protocol says.</summary>
public sealed class RunnerEventsTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>, IAsyncLifetime
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private readonly Guid owner = Guid.CreateVersion7();
    private readonly Guid run = Guid.CreateVersion7();
    private RunnerUnderTest runner = null!;

    public async ValueTask InitializeAsync()
    {
        runner = new RunnerUnderTest(server, owner, await server.PairedDevice(owner));
        await runner.Connect();
        (await runner.Submit(First(run))).Status.ShouldBe(200);
    }

    public ValueTask DisposeAsync() => runner.DisposeAsync();

    [Fact]
    public async Task a_runner_that_goes_away_while_it_is_served_takes_no_place_for_good()
    {
        var ingest = server.Services.GetRequiredService<ExecutionIngest>();
        var many = Enumerable.Range(1, 40_000).Select(n => new RunnerEvent(run, n, 1, new ExecutionSuspended("count", At), "hash", [])).ToList();
        for (var i = 0; i < 3; i++)
        {
            // An owner whose key is not known yet, so that sealing asks the database.
            await Should.ThrowAsync<OperationCanceledException>(
                () => ingest.Submit(new Submission(Guid.CreateVersion7(), Guid.CreateVersion7(), many), new CancellationToken(canceled: true)));
        }

        (await runner.Submit(Log(2, "a"))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task a_batch_is_stored_in_order_and_answers_its_cursors()
    {
        var (status, body) = await runner.Submit(Log(2, "a"), Log(3, "b"), Log(4, "c"));

        status.ShouldBe(200);
        body["accepted"]!.GetValue<int>().ShouldBe(3);
        body["cursors"]![run.ToString()]!.GetValue<long>().ShouldBe(4);
        (await Stored()).ShouldBe(4);
    }

    [Fact]
    public async Task a_repeated_batch_has_no_effect_and_the_same_answer()
    {
        var first = await runner.Submit(Log(2, "a"), Log(3, "b"));
        var second = await runner.Submit(Log(2, "a"), Log(3, "b"));

        second.Body.ToJsonString().ShouldBe(first.Body.ToJsonString());
        (await Stored()).ShouldBe(3);
    }

    [Fact]
    public async Task a_batch_that_overlaps_takes_only_what_is_new()
    {
        await runner.Submit(Log(2, "a"), Log(3, "b"));
        var (status, body) = await runner.Submit(Log(2, "a"), Log(3, "b"), Log(4, "c"));

        status.ShouldBe(200);
        body["accepted"]!.GetValue<int>().ShouldBe(3);
        (await Stored()).ShouldBe(4);
    }

    [Fact]
    public async Task a_gap_is_refused_with_what_is_expected_and_nothing_stored()
    {
        var (status, body) = await runner.Submit(Log(2, "a"), Log(4, "c"));

        status.ShouldBe(409);
        body["code"]!.ToString().ShouldBe("run.sequence_gap");
        body["runs"]![run.ToString()]!["expected"]!.GetValue<long>().ShouldBe(3);
        (await Stored()).ShouldBe(1);
    }

    [Fact]
    public async Task other_content_under_a_known_sequence_is_refused()
    {
        await runner.Submit(Log(2, "a"));
        var (status, body) = await runner.Submit(Log(2, "changed"));

        status.ShouldBe(422);
        body["runs"]![run.ToString()]!["code"]!.ToString().ShouldBe("run.content_differs");
    }

    [Fact]
    public async Task an_older_epoch_is_fenced_but_its_repeats_are_answered()
    {
        await runner.Submit(Log(2, "a"));
        await using var newer = new RunnerUnderTest(server, owner, runner.Device);
        await newer.Connect();

        (await runner.Submit(Log(2, "a"))).Status.ShouldBe(200);
        var (status, body) = await runner.Submit(Log(3, "b"));
        status.ShouldBe(410);
        body["code"]!.ToString().ShouldBe("device.epoch_fenced");
        (await runner.Receive()).ShouldBeNull();
        ((int)runner.Closed!).ShouldBe(4410);
        runner.Epoch = newer.Epoch;
        (await newer.Submit(Log(3, "b"))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task a_hello_is_told_how_much_of_each_run_is_stored()
    {
        await runner.Submit(Log(2, "a"));
        await using var newer = new RunnerUnderTest(server, owner, runner.Device);
        var stranger = Guid.CreateVersion7();

        var welcome = await newer.Connect(0, (run, 9), (stranger, 3));

        welcome["cursors"]![run.ToString()]!.GetValue<long>().ShouldBe(2);
        welcome["cursors"]!.AsObject().ContainsKey(stranger.ToString()).ShouldBeFalse();
        welcome["types"]!.AsArray().Select(type => type!.ToString()).ShouldContain("ai.jarvis.run.log.v1");
        welcome["leaseSeconds"]!.GetValue<int>().ShouldBe(30);
    }

    [Fact]
    public async Task another_owners_run_is_not_found()
    {
        var other = Guid.CreateVersion7();
        await using var thief = new RunnerUnderTest(server, other, await server.PairedDevice(other));
        await thief.Connect();

        var (status, body) = await thief.Submit(thief.Event(run, 2, Line("a")));

        status.ShouldBe(422);
        body["code"]!.ToString().ShouldBe("run.not_found");
        (await thief.Submit(thief.Event(run, 1, Begun()))).Body["code"]!.ToString().ShouldBe("run.not_found");
    }

    [Fact]
    public async Task a_run_id_that_is_another_stream_cannot_begin()
    {
        var (status, body) = await runner.Submit(runner.Event(runner.Device, 1, Begun()));

        status.ShouldBe(422);
        body["code"]!.ToString().ShouldBe("run.not_found");
    }

    /// <summary>The views of all stop at what one of them cannot hold: a text with U+0000, or one too long for an index.</summary>
    [Fact]
    public async Task a_clear_text_that_no_view_could_hold_is_refused_by_its_field()
    {
        var tooLong = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(ClearText.MaxBytes));
        (IExecutionEvent Event, string Field)[] bad =
        [
            (new ExecutionTaskCreated("/do/0/a", tooLong, "a", "set", At), "data.instance"),
            (new ExecutionTaskCreated("/do/0/\0", "/do/0/a", "a", "set", At), "data.task"),
            (new ExecutionTaskCreated("/do/0/a", "/do/0/a", new string('\u9f8d', 700), "set", At), "data.name"),
            (new ExecutionFaulted("greeting", At, new FaultError(tooLong[..700], 500, null, null)), "data.error.type"),
            (new ExecutionFaulted("greeting", At, new FaultError("x", 500, tooLong, null)), "data.error.instance"),
            (new ExecutionProgressed(5, [null!], At), "data.current"),
            (new ExecutionProgressed(1_000_000, [], At), "data.percent"),
            (new ExecutionTaskSuspended("/do/0/a", "/do/0/a", At, DateTimeOffset.MaxValue), "data.until"),
        ];
        foreach (var (@event, field) in bad)
        {
            var (status, body) = await runner.Submit(runner.Event(run, 2, @event));
            (status, body["code"]?.ToString(), body["field"]?.ToString()).ShouldBe((422, "event.invalid", field));
        }

        (await Stored()).ShouldBe(1);
    }

    [Fact]
    public async Task the_longest_texts_that_are_taken_stand_in_the_views()
    {
        static string Random(int bytes) => Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(bytes / 2));
        var (instance, type) = (Random(ClearText.MaxBytes), Random(ClearText.MaxErrorTypeBytes));
        (await runner.Submit(
            runner.Event(run, 2, new ExecutionTaskCreated(instance, instance, instance, instance, At)),
            runner.Event(run, 3, new ExecutionBlobAttached(instance, instance, At, new BlobReference(new string('a', 64), 1, "image/png"), BlobPurpose.Screenshot)),
            runner.Event(run, 4, new ExecutionFaulted(instance, At, new FaultError(type, 500, instance, null))))).Status.ShouldBe(200);

        using var person = await server.ClientOf(owner);
        await Eventually.Be(
            async () => (await person.Answer($"{{ run(id: \"{run}\") {{ status error {{ type }} tasks {{ nodes {{ instance }} }} }} }}")).ToString(),
            answer => answer.Contains("FAILED", StringComparison.Ordinal) && answer.Contains(type, StringComparison.Ordinal) && answer.Contains(instance, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("specversion", "\"0.3\"", "event.invalid")]
    [InlineData("subject", "\"not a run\"", "event.invalid")]
    [InlineData("sequence", "0", "event.invalid")]
    [InlineData("sequence", "\"2\"", "event.invalid")]
    [InlineData("epoch", "null", "event.invalid")]
    [InlineData("data", "[]", "event.invalid")]
    [InlineData("data", "{}", "event.invalid")]
    [InlineData("data", "{\"lines\":7}", "event.invalid")]
    [InlineData("data", "{\"lines\":[{\"at\":\"9999-12-31T23:59:59.9999999Z\",\"severity\":\"info\",\"instance\":null}],\"texts\":[\"a\"]}", "event.invalid")]
    [InlineData("data", "{\"lines\":[null],\"texts\":[\"a\"]}", "event.invalid")]
    [InlineData("data", "{\"lines\":[{\"at\":\"2026-03-01T08:00:00Z\",\"severity\":99}],\"texts\":[\"a\"]}", "event.invalid")]
    [InlineData("data", "{\"lines\":[{\"at\":\"2026-03-01T08:00:00Z\",\"severity\":\"info\",\"instance\":\"\\u0000\"}],\"texts\":[\"a\"]}", "event.invalid")]
    [InlineData("type", "\"ai.jarvis.run.requested.v1\"", "event.type_unknown")]
    [InlineData("type", "\"io.serverlessworkflow.workflow.invented.v1\"", "event.type_unknown")]
    public async Task a_malformed_event_is_refused_with_its_reason_and_nothing_stored(string field, string json, string code)
    {
        var bad = Log(3, "b");
        bad[field] = JsonNode.Parse(json);

        var (status, body) = await runner.Submit(Log(2, "a"), bad);

        status.ShouldBe(422);
        body["code"]!.ToString().ShouldBe(code);
        (await Stored()).ShouldBe(1);
    }

    [Theory]
    [InlineData("[{", 422)]
    [InlineData("{}", 422)]
    [InlineData("[7]", 422)]
    [InlineData("[]", 200)]
    public async Task a_body_that_is_no_batch_is_refused(string text, int status) =>
        (await runner.Post(new StringContent(text, Encoding.UTF8, "application/cloudevents-batch+json"))).Status.ShouldBe(status);

    [Fact]
    public async Task too_many_events_are_refused() =>
        (await runner.Post(new StringContent("[" + string.Join(',', Enumerable.Repeat("0", RunnerBatch.MaxEvents + 1)) + "]", Encoding.UTF8, "application/cloudevents-batch+json")))
            .Status.ShouldBe(413);

    [Fact]
    public async Task a_body_that_inflates_too_far_is_refused()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[RunnerBatch.MaxBytes + 1]);
        }

        packed.Length.ShouldBeLessThan(100_000);
        (await runner.Post(Packed(packed.ToArray(), "application/cloudevents-batch+json"))).Status.ShouldBe(413);
    }

    /// <summary>Whole or not at all: what was cut on its way must not be taken for a shorter batch.</summary>
    [Theory]
    [InlineData("cut behind a whole event")]
    [InlineData("without its end")]
    [InlineData("with more behind it")]
    public async Task gzip_that_is_not_whole_is_refused_and_nothing_stored(string how)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(Log(2, "a").ToJsonString() + "\n"));
            gzip.Write(Encoding.UTF8.GetBytes(Log(3, "b").ToJsonString() + "\n"));
        }

        var whole = packed.ToArray();
        var bytes = how switch
        {
            "without its end" => whole[..^8],
            "with more behind it" => [.. whole, .. "more"u8],
            _ => CutBehindFirst(),
        };
        (await Post(bytes)).ShouldBe(422);
        (await Stored()).ShouldBe(1);
        (await Post(whole)).ShouldBe(200);
        (await Stored()).ShouldBe(3);

        byte[] CutBehindFirst()
        {
            using var first = new MemoryStream();
            using var gzip = new GZipStream(first, CompressionLevel.Fastest, leaveOpen: true);
            gzip.Write(Encoding.UTF8.GetBytes(Log(2, "a").ToJsonString() + "\n"));
            gzip.Flush();
            return first.ToArray();
        }

        async Task<int> Post(byte[] body)
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
            content.Headers.ContentEncoding.Add("gzip");
            return (await runner.Post(content)).Status;
        }
    }

    [Fact]
    public async Task lines_and_gzip_are_taken()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes($"{Log(2, "a").ToJsonString()}\n\n{Log(3, "b").ToJsonString()}\n"));
        }

        (await runner.Post(Packed(packed.ToArray(), "application/x-ndjson"))).Status.ShouldBe(200);
        (await Stored()).ShouldBe(3);
    }

    [Fact]
    public async Task one_batch_sent_a_thousand_times_by_fifty_at_once_has_one_effect_and_one_answer()
    {
        JsonObject[] batch = [Log(2, "a"), Log(3, "b"), Log(4, "c")];
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            var own = new List<string>();
            for (var i = 0; i < 20; i++)
            {
                var (status, body) = await runner.Submit(batch);
                own.Add($"{status} {body.ToJsonString()}");
            }

            return own;
        }));

        answers.SelectMany(own => own).Distinct().ShouldHaveSingleItem().ShouldStartWith("200");
        (await Stored()).ShouldBe(4);
    }

    [Fact]
    public async Task a_bad_batch_does_not_fail_its_neighbours()
    {
        var runs = Enumerable.Range(0, 40).Select(_ => Guid.CreateVersion7()).ToList();
        var statuses = await Task.WhenAll(runs.Select(async (id, i) => (await runner.Submit(i % 2 == 0 ? First(id) : runner.Event(id, 2, Line("gap")))).Status));

        statuses.Where((_, i) => i % 2 == 0).ShouldAllBe(status => status == 200);
        statuses.Where((_, i) => i % 2 == 1).ShouldAllBe(status => status == 422);
    }

    [Fact]
    public async Task a_person_may_not_hand_over_events()
    {
        using var person = await server.ClientOf(owner);
        var response = await person.PostAsync(new Uri("/runner/v1/events", UriKind.Relative), new StringContent("[]", Encoding.UTF8, "application/cloudevents-batch+json"));
        ((int)response.StatusCode).ShouldBe(403);
        using var nobody = server.Anonymous();
        (await nobody.PostAsync(new Uri("/runner/v1/events", UriKind.Relative), new StringContent("[]"))).StatusCode.ShouldBe(System.Net.HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task a_value_as_deep_as_a_runner_takes_is_stored_and_its_run_ends()
    {
        var levels = Domain.Workflows.Interpreter.WorkflowInterpreter.MaxValueDepth;
        var deep = Content.Of(Json.Parse(new string('[', levels) + new string(']', levels)));
        var at = RunsOfAPerson.At;
        var (status, body) = await runner.Submit(
            runner.Event(run, 2, new ExecutionVariablesChanged("/do/0/a", "/do/0/a", at, Content.Of(Json.Of(("output", deep.Reveal()!), ("context", deep.Reveal()!))), null)),
            runner.Event(run, 3, new ExecutionCompleted("greeting", at, deep)));
        status.ShouldBe(200, body.ToJsonString());
        using var person = await server.ClientOf(owner);
        await Eventually.Be(async () => (await person.Ask($"{{ run(id: \"{run}\") {{ status }} }}")).Text("run", "status"), seen => seen == "COMPLETED");
    }

    [Fact]
    public async Task what_is_stored_is_sealed_and_says_whose_it_is()
    {
        await runner.Submit(Log(2, "my darkest secret"));

        await using var session = server.Store.QuerySession();
        var events = await session.Events.FetchStreamAsync(StreamIds.Execution(run));
        events[1].Headers!["owner"].ToString().ShouldBe(owner.ToString());
        var texts = ((ExecutionLogged)events[1].Data).Texts;
        texts.ShouldBeOfType<Content.Sealed>();
        (await server.Vault.Unseal([texts], CancellationToken.None))[0].Reveal()!.ToString().ShouldBe("""["my darkest secret"]""");
    }

    [Fact]
    public async Task a_revoked_device_is_fenced()
    {
        await server.Do(new RevokeDevice(runner.Device), owner);

        (await runner.Submit(Log(2, "a"))).Status.ShouldBeOneOf(401, 410);
        (await Stored()).ShouldBe(1);
    }

    [Fact]
    public async Task large_batches_that_come_at_once_share_commits_and_keep_each_run_s_order()
    {
        const int PerBatch = 600;
        const int Batches = 4;
        var keys = server.Services.GetRequiredService<MasterKey>();
        var ingest = server.Services.GetRequiredService<ExecutionIngest>();
        var other = Guid.CreateVersion7();
        (await runner.Submit(First(other))).Status.ShouldBe(200);
        Submission Batch(Guid id, int number)
        {
            var events = new JsonArray([.. Enumerable.Range(2 + (number * PerBatch), PerBatch).Select(n => runner.Event(id, n, Line($"line {n}")))]);
            return new Submission(runner.Device, owner, RunnerBatch.Parse(Encoding.UTF8.GetBytes(events.ToJsonString()), isLines: false, keys).Events);
        }

        var batches = Enumerable.Range(0, Batches).SelectMany(n => (Submission[])[Batch(run, n), Batch(other, n)]).ToList();
        var answers = await Task.WhenAll(batches.Select(batch => ingest.Submit(batch, TestContext.Current.CancellationToken)));

        answers.ShouldAllBe(answer => answer.Refusal == null);
        foreach (var id in (Guid[])[run, other])
        {
            var inOrder = $"select count(*) from (select version, row_number() over (order by seq_id) as place from jarvis.mt_events where stream_id = '{StreamIds.Execution(id)}') e where version = place";
            (await server.Scalar<long>(inOrder)).ShouldBe(1 + (PerBatch * Batches));
        }
    }

    private JsonObject First(Guid id) => runner.Event(id, 1, Begun());

    private JsonObject Log(long sequence, string text) => runner.Event(run, sequence, Line(text));

    private static ExecutionLogged Line(string text) => new([new LogLine(At, LogSeverity.Info, null)], Content.Of(Json.Of([Json.Of(text)])));

    private static ExecutionStarted Begun() => new(
        "greeting", new DefinitionReference("tests", "greeting", "1.0.0"), At, null, new LocalDefinition("ab", Content.Of(Json.Of("text"))), null);

    private static ByteArrayContent Packed(byte[] bytes, string type)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        content.Headers.ContentEncoding.Add("gzip");
        return content;
    }

    private Task<long> Stored() =>
        server.Scalar<long>($"select count(*) from jarvis.mt_events where stream_id = '{StreamIds.Execution(run)}'");
}
