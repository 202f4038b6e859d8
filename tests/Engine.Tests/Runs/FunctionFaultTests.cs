using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Workflows;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Runs;

public sealed class FunctionFaultTests
{
    [Theory]
    [InlineData("bug")]
    [InlineData("cancelled")]
    public async Task a_function_that_fails_in_its_own_way_is_a_fault_that_the_workflow_can_catch(string how)
    {
        await using var engine = new EngineUnderTest(settings => settings with { Functions = new FunctionCatalog([new Failing()]) });
        var run = await engine.Start($$$"""
              - careful:
                  try:
                    - broken: { call: test.fail, with: { how: '{{{how}}}' } }
                  catch:
                    as: error
                    do:
                      - told: { set: { detail: '${ $error.detail }' } }
            """);
        var output = (await engine.Ended(run)).ShouldBeOfType<Ending.Completed>().Output.ShouldBeOfType<JsonObject>();
        output["detail"].ShouldBeOfType<JsonString>().Value.ShouldContain("test.fail");
    }

    [Fact]
    public async Task an_input_that_nests_too_deep_is_a_fault_and_no_run_that_never_ends()
    {
        await using var engine = new EngineUnderTest();
        foreach (var levels in new[] { WorkflowInterpreter.MaxValueDepth + 1, Json.MaxDepth })
        {
            var run = await engine.Start("  - a: { set: { a: 1 } }\n", input: Json.Parse(new string('[', levels) + new string(']', levels)));
            (await engine.Ended(run)).ShouldBeOfType<Ending.Faulted>().Fault.Type.ShouldBe(FaultTypes.Validation);
        }
    }

    private sealed class Failing : JarvisFunction
    {
        public override string Name => "test.fail";

        public override string Summary => "Fails.";

        public override string Parameters => """{"type":"object","properties":{"how":{"type":"string"}}}""";

        public override Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation) =>
            throw (arguments.Text("how") == "bug" ? new InvalidOperationException("a state that it does not know") : new TaskCanceledException("a time-out of its own"));
    }
}
