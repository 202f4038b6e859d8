using Jarvis.Application.Devices;
using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Jarvis.Application.Workflows;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>An instruction is judged once; whoever repeats it gets the first answer.</summary>
public sealed class StoredAnswersTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private const string Source = """
        document: { dsl: '1.0.0', namespace: tests, name: answers, version: '1.0.0' }
        input: { schema: { document: { type: object, required: [name], properties: { name: { type: string } } } } }
        do:
          - greet: { set: { said: hello } }
        """;

    private readonly Guid owner = Guid.CreateVersion7();

    [Fact]
    public async Task a_repeat_gets_the_first_answer_and_has_no_effect()
    {
        var command = Guid.CreateVersion7();
        var first = await server.Do(new PublishWorkflow(Source), owner, command);
        var second = await server.Do(new PublishWorkflow(Source), owner, command);

        second.ShouldBe(first);
        first.Position.ShouldBeGreaterThan(0);
        (await Events(first)).ShouldBe(1);
    }

    [Fact]
    public async Task twins_at_once_get_one_answer_and_have_one_effect()
    {
        var workflow = (await server.Do(new PublishWorkflow(Source), owner)).Stream;
        var command = Guid.CreateVersion7();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            server.Do(new RequestRun(workflow, null, null, Json.Of(("name", Json.Of("Ana"))), null, RunTrigger.Manual), owner, command)));

        answers.Distinct().ShouldHaveSingleItem().IsRefused.ShouldBeFalse();
        (await server.Scalar<long>($"select count(*) from jarvis.mt_events where type = 'ai.jarvis.run.requested.v1' and data ->> 'ownerId' = '{owner}'")).ShouldBe(1);
    }

    [Fact]
    public async Task other_content_under_the_same_id_is_refused()
    {
        var command = Guid.CreateVersion7();
        await server.Do(new PublishWorkflow(Source), owner, command);

        (await server.Do(new PublishWorkflow(Source + "\n"), owner, command)).Refusal.ShouldBe(Commands.IdReused);
        (await server.Do(new PublishWorkflow(Source), Guid.CreateVersion7(), command)).IsRefused.ShouldBeFalse("another actor's ids are their own");
    }

    [Fact]
    public async Task a_refusal_is_kept_too_even_when_the_world_has_changed()
    {
        var command = Guid.CreateVersion7();
        var workflow = (await server.Do(new PublishWorkflow(Source), owner)).Stream!.Value;
        var first = await server.Do(new EnableWorkflow(workflow), owner, command);
        first.Refusal!.Code.ShouldBe("workflow.not_disabled");
        await server.Do(new DisableWorkflow(workflow), owner);

        var again = await server.Do(new EnableWorkflow(workflow), owner, command);

        again.ShouldBe(first);
        again.Position.ShouldBe(first.Position);
    }

    [Fact]
    public async Task what_is_malformed_is_refused_and_the_refusal_kept()
    {
        var command = Guid.CreateVersion7();
        var first = await server.Do(new CancelRun(Guid.CreateVersion7(), -1), owner, command);
        first.Refusal!.Code.ShouldBe("input.invalid");
        first.Refusal.Field.ShouldBe("graceSeconds");
        (await server.Do(new CancelRun(Guid.CreateVersion7(), 5), owner, command)).Refusal.ShouldBe(Commands.IdReused);
    }

    [Fact]
    public async Task a_refused_instruction_leaves_neither_events_nor_messages()
    {
        var workflow = (await server.Do(new PublishWorkflow(Source), owner)).Stream;
        var before = await server.Scalar<long>("select count(*) from jarvis.mt_events");

        var answer = await server.Do(new RequestRun(workflow, null, null, Json.Of(("name", Json.Of(7))), null, RunTrigger.Manual), owner);

        answer.Refusal!.Code.ShouldBe("run.input_invalid");
        answer.Details!.ToString().ShouldContain("/name");
        (await server.Scalar<long>("select count(*) from jarvis.mt_events")).ShouldBe(before);
        (await server.Scalar<long>("select count(*) from jarvis_messages.wolverine_incoming_envelopes where message_type like '%DispatchRun%' and position('" + owner + "' in encode(body, 'escape')) > 0")).ShouldBe(0);
    }

    [Fact]
    public async Task problems_of_a_definition_come_with_their_places()
    {
        var answer = await server.Do(new PublishWorkflow("document: { dsl: '1.0.0' }\ndo: 7\n"), owner);

        answer.Refusal!.Code.ShouldBe("workflow.invalid");
        var problem = ((JsonObject)((JsonArray)answer.Details!).Items[0]).Members;
        problem.Keys.ShouldBe(["line", "column", "code", "message", "pointer"], ignoreOrder: true);
    }

    [Fact]
    public async Task the_same_text_is_the_same_revision_and_another_the_next()
    {
        var first = await server.Do(new PublishWorkflow(Source), owner);
        var same = await server.Do(new PublishWorkflow(Source), owner);
        var next = await server.Do(new PublishWorkflow(Source.Replace("hello", "good-bye", StringComparison.Ordinal)), owner);

        same.Position.ShouldBe(first.Position);
        next.Stream.ShouldBe(first.Stream);
        (await Events(first)).ShouldBe(2);
    }

    [Fact]
    public async Task first_publications_of_one_name_at_once_make_one_workflow()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => server.Do(new PublishWorkflow($"{Source}# {i}\n"), owner)));

        answers.ShouldAllBe(answer => !answer.IsRefused);
        answers.Select(answer => answer.Stream).Distinct().ShouldHaveSingleItem();
        (await Events(answers[0])).ShouldBe(8);
    }

    [Fact]
    public async Task nobody_reaches_into_anothers_things()
    {
        var stranger = Guid.CreateVersion7();
        var workflow = (await server.Do(new PublishWorkflow(Source), owner)).Stream!.Value;
        var device = await server.PairedDevice(owner);
        var run = (await server.Do(new RequestRun(workflow, null, null, Json.Of(("name", Json.Of("Ana"))), null, RunTrigger.Manual), owner)).Stream!.Value;

        (await server.Do(new DisableWorkflow(workflow), stranger)).Refusal!.Code.ShouldBe("workflow.not_found");
        (await server.Do(new RequestRun(workflow, null, null, null, null, RunTrigger.Manual), stranger)).Refusal!.Code.ShouldBe("workflow.not_found");
        (await server.Do(new RenameDevice(device, "mine"), stranger)).Refusal!.Code.ShouldBe("device.not_found");
        (await server.Do(new RevokeDevice(device), stranger)).Refusal!.Code.ShouldBe("device.not_found");
        (await server.Do(new CancelRun(run), stranger)).Refusal!.Code.ShouldBe("run.not_found");
        (await server.Do(new PauseRun(run), stranger)).Refusal!.Code.ShouldBe("run.not_found");
        (await server.Do(new RetryRun(run, RetryStart.Start, null), stranger)).Refusal!.Code.ShouldBe("run.not_found");
    }

    private Task<long> Events(Answer answer) => server.Scalar<long>($"select count(*) from jarvis.mt_events where stream_id = '{answer.Stream}'");
}
