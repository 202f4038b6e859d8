using Jarvis.Api.Tests.Accounts;
using Jarvis.Api.Tests.Devices;
using Jarvis.Api.Tests.Platform;
using Jarvis.Application.Runs;
using Jarvis.Application.Workflows;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Api.Tests.Runs;

/// <summary>A person with a workflow and a runner that does what the test says.</summary>
public sealed class RunsOfAPerson : IAsyncDisposable
{
    public const string Greeting = """
        document: { dsl: '1.0.0', namespace: tests, name: greeting, version: '1.0.0' }
        do:
          - greet: { set: { said: hello } }
        """;

    public static readonly DateTimeOffset At = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    private readonly ServerUnderTest server;

    private RunsOfAPerson(ServerUnderTest server, Person person, RunnerUnderTest runner) => (this.server, Person, Runner) = (server, person, runner);

    public Person Person { get; }

    public RunnerUnderTest Runner { get; }

    public static async Task<RunsOfAPerson> Make(ServerUnderTest server, bool connected = true)
    {
        var person = await Person.Register(server);
        await server.Do(new PublishWorkflow(Greeting), person.Id);
        var runner = new RunnerUnderTest(server, person.Id, await server.PairedDevice(person.Id));
        if (connected)
        {
            await runner.Connect();
        }

        return new RunsOfAPerson(server, person, runner);
    }

    public async Task<(Guid Run, long Position)> Request()
    {
        var answer = await server.Do(new RequestRun(null, "greeting", null, null, null, RunTrigger.Manual), Person.Id);
        return (answer.Stream!.Value, answer.Position);
    }

    /// <summary>A run that its device has and has begun.</summary>
    public async Task<Guid> Begin()
    {
        await Request();
        return await BeginNext();
    }

    /// <summary>Begins the run that its device is told of next.</summary>
    public async Task<Guid> BeginNext()
    {
        var run = Guid.Parse((await Runner.ReceiveCommand())["runId"]!.ToString());
        await Runner.Claim(run);
        await Runner.Submit(Runner.Event(run, 1, new ExecutionStarted("greeting", new DefinitionReference("tests", "greeting", "1.0.0"), At, null, null, null)));
        return run;
    }

    public Task Log(Guid run, long sequence, params string[] lines) => Runner.Submit(Runner.Event(
        run, sequence, new ExecutionLogged([.. lines.Select(_ => new LogLine(At, LogSeverity.Info, null))], Content.Of(Json.Of(lines.Select(line => Json.Of(line)))))));

    public Task Complete(Guid run, long sequence) =>
        Runner.Submit(Runner.Event(run, sequence, new ExecutionCompleted("greeting", At.AddSeconds(5), Content.Of(Json.Of("done")))));

    public ValueTask DisposeAsync() => Runner.DisposeAsync();
}
