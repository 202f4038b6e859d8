using System.Text.Json;
using Jarvis.Api.Tests.Accounts;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Application.Workflows;
using Jarvis.Domain.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Workflows;

/// <summary>A workflow as people meet it before they start it: its form, its tasks, what changed.</summary>
public sealed class WorkflowFormTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private const string Backup = """
        document: { dsl: '1.0.0', namespace: tests, name: backup, version: '1.0.0' }
        input:
          schema:
            document:
              type: object
              required: [folder]
              properties:
                folder: { type: string, minLength: 1, title: Folder, x-title: { zh: 文件夹 }, x-widget: folder }
                keep: { type: integer, minimum: 1, maximum: 30, default: 7 }
                notify: { type: object, properties: { mail: { type: string, format: email } } }
        do:
          - pack: { set: { packed: true } }
        """;

    [Fact]
    public async Task a_form_has_the_types_defaults_and_required_marks_in_the_persons_language()
    {
        var (person, workflow) = await Published();
        var form = (await person.Client.Ask(
            "query($id: UUID!) { workflow(id: $id) { form { revision fields { pointer parent name widget required default title(language: \"zh-CN\") english: title(language: \"en\") limits { minimum maximum } } } } }",
            new { id = workflow })).At("workflow", "form", "fields");
        form.EnumerateArray().Select(field => $"{field.Text("pointer")} {field.Text("widget")} {field.Text("required")}").ShouldBe(
            [" GROUP True", "/folder FOLDER True", "/keep NUMBER False", "/notify GROUP False", "/notify/mail EMAIL False"]);
        form.Text(1, "title").ShouldBe("文件夹");
        form.Text(1, "english").ShouldBe("Folder");
        form.At(2, "default").GetInt32().ShouldBe(7);
        form.At(2, "limits", "maximum").GetDouble().ShouldBe(30);
        form.Text(4, "parent").ShouldBe("/notify");
    }

    [Fact]
    public async Task each_field_that_does_not_fit_is_named_by_the_check_and_by_the_start()
    {
        var (person, workflow) = await Published();
        const string Check = "query($id: UUID!, $input: JSON!) { checkInput(workflowId: $id, input: $input) { valid input problems { pointer message } } }";
        var wrong = new { keep = 31, notify = new { mail = "nobody" } };
        var verdict = (await person.Client.Ask(Check, new { id = workflow, input = wrong })).At("checkInput");
        verdict.At("valid").GetBoolean().ShouldBeFalse();
        string[] pointers = ["/folder", "/keep", "/notify/mail"];
        verdict.At("problems").EnumerateArray().Select(problem => problem.Text("pointer")).Order().ShouldBe(pointers);

        var start = await person.Client.Answer(
            "mutation($input: StartRunInput!) { startRun(input: $input) { position } }",
            new { input = new { commandId = Guid.CreateVersion7(), workflowId = workflow, input = wrong } });
        start.Text("errors", 0, "extensions", "code").ShouldBe(RunRefusals.InputInvalid.Code);
        start.At("errors", 0, "extensions", "problems").EnumerateArray().Select(problem => problem.Text("pointer")).Order().ShouldBe(pointers);

        var right = (await person.Client.Ask(Check, new { id = workflow, input = new { folder = "docs" } })).At("checkInput");
        right.At("valid").GetBoolean().ShouldBeTrue();
        right.At("input", "keep").GetInt32().ShouldBe(7);
        (await person.Client.AskRefused(Check, new { id = Guid.NewGuid(), input = 1 })).ShouldBe("workflow.not_found");
    }

    [Fact]
    public async Task nodes_and_differences_are_of_the_revision_asked_for_and_the_owners_alone()
    {
        var (person, workflow) = await Published();
        await server.Do(new PublishWorkflow(Backup.Replace("- pack: { set: { packed: true } }", "- look: { set: { seen: true } }\n  - pack: { set: { packed: false } }", StringComparison.Ordinal)), person.Id);
        var seen = (await person.Client.Ask(
            """
            query($id: UUID!) { workflow(id: $id) {
                old: nodes(revision: 1) { nodes { id } } new: nodes { revision nodes { id name kind row } edges { from to kind } }
                revisionDifference(from: 1) { from to linesAdded linesRemoved lines { kind oldLine newLine text } tasks { kind path oldId newId } } } }
            """, new { id = workflow })).At("workflow");
        seen.At("old", "nodes").EnumerateArray().Select(node => node.Text("id")).ShouldBe(["/do/0/pack"]);
        seen.At("new", "nodes").EnumerateArray().Select(node => node.Text("id")).ShouldBe(["/do/0/look", "/do/1/pack"]);
        seen.At("new", "edges").GetArrayLength().ShouldBe(3);
        var difference = seen.At("revisionDifference");
        (difference.At("to").GetInt32(), difference.At("linesAdded").GetInt32(), difference.At("linesRemoved").GetInt32()).ShouldBe((2, 2, 1));
        difference.At("tasks").EnumerateArray().Select(task => $"{task.Text("kind")} {task.Text("path", 0)}").ShouldBe(["ADDED look", "CHANGED pack"]);

        (await person.Client.AskRefused("query($id: UUID!) { workflow(id: $id) { nodes(revision: 9) { revision } } }", new { id = workflow })).ShouldBe("workflow.revision_not_found");
        var other = await Person.Register(server);
        (await other.Client.Ask("query($id: UUID!) { workflow(id: $id) { form { revision } } }", new { id = workflow })).At("workflow").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    private async Task<(Person Person, Guid Workflow)> Published()
    {
        var person = await Person.Register(server);
        var answer = await server.Do(new PublishWorkflow(Backup), person.Id);
        await person.Client.Ask($"{{ workflows(atLeast: \"{answer.Position}\") {{ nodes {{ id }} }} }}");
        return (person, answer.Stream!.Value);
    }
}
