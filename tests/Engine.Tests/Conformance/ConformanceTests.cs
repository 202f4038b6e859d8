using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Engine.Tests.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Conformance;

/// <summary>
/// What a workflow means, told as in the specification's conformance kit and checked on the real engine. The services that scenarios call
/// are reached as <c>http://pets.example</c>.
/// </summary>
public sealed partial class ConformanceTests : IAsyncLifetime
{
    private PetStore pets = null!;

    public static TheoryData<string> Scenarios { get; } = [.. Scenario.All.Select(s => s.ToString())];

    public async ValueTask InitializeAsync() => pets = await PetStore.Open();

    public ValueTask DisposeAsync() => pets.DisposeAsync();

    [Fact]
    public void there_are_scenarios_of_every_kind_of_task()
    {
        var all = string.Concat(Scenario.All.SelectMany(s => s.Steps).Select(step => step.Block));
        foreach (var kind in (string[])["call: http", "call: openapi", "do:", "emit:", "for:", "fork:", "listen:", "raise:", "run:", "set:", "switch:", "try:", "wait:"])
        {
            all.ShouldContain(kind);
        }
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task a_workflow_does_what_the_specification_says(string name)
    {
        var scenario = Scenario.All.Single(s => s.ToString() == name);
        await using var it = new EngineUnderTest();
        var (source, input) = ("", (Json)JsonObject.Empty);
        Ending? ending = null;
        IReadOnlyList<string> order = [];
        foreach (var (words, block) in scenario.Steps)
        {
            switch (words)
            {
                case "a workflow with definition:":
                    source = block!.Replace("http://pets.example", pets.Address, StringComparison.Ordinal);
                    break;
                case "the workflow input is:":
                    input = Value(block!);
                    break;
                case "the workflow is executed":
                    var runId = await Start(it, source, input);
                    ending = await it.Ended(runId);
                    order = [.. it.Events(runId).OfType<ExecutionTaskStarted>().Select(e => e.Task[(e.Task.LastIndexOf('/') + 1)..])];
                    break;
                default:
                    Check(words, block, ending!, order);
                    break;
            }
        }
    }

    private static async Task<Guid> Start(EngineUnderTest it, string source, Json input)
    {
        DefinitionParser.Parse(source, Engine.Workflows.FunctionCatalog.Standard.Validation).Problems.ShouldBeEmpty();
        var run = new Engine.Runs.NewRun(
            Guid.CreateVersion7(), new DefinitionReference("tests", "test", "1.0.0"), source,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source))), input.ToUtf8Bytes(),
            Engine.Runs.RunOrigin.Local, false, DateTimeOffset.UtcNow, it.Files);
        await it.Engine.Start(run, CancellationToken.None);
        return run.RunId;
    }

    private static void Check(string words, string? block, Ending ending, IReadOnlyList<string> order)
    {
        if (words is "the workflow should fault" or "the workflow should fault with error:")
        {
            var fault = ending.ShouldBeOfType<Ending.Faulted>(ending.ToString()).Fault;
            var told = JsonSerializer.SerializeToElement(fault, JsonSerializerOptions.Web);
            foreach (var (name, expected) in block is null ? JsonObject.Empty.Members : ((JsonObject)Value(block)).Members)
            {
                Json.From(told.GetProperty(name)).ShouldBe(expected, name);
            }

            return;
        }

        var output = ending.ShouldBeOfType<Ending.Completed>(ending.ToString()).Output;
        if (words == "the workflow should complete")
        {
            return;
        }

        if (words == "the workflow should complete with output:")
        {
            output.ShouldBe(Value(block!), output.ToString());
        }
        else if (Properties().Match(words) is { Success: true })
        {
            foreach (Match path in Quoted().Matches(words))
            {
                At(output, path.Groups[1].Value).ShouldNotBeNull($"{path.Value} in {output}");
            }
        }
        else if (Property().Match(words) is { Success: true } property)
        {
            At(output, property.Groups["path"].Value).ShouldBe(Value(block!));
        }
        else if (Items().Match(words) is { Success: true } items)
        {
            At(output, items.Groups["path"].Value).ShouldBeOfType<JsonArray>().Count.ShouldBe(int.Parse(items.Groups["count"].Value, System.Globalization.CultureInfo.InvariantCulture));
        }
        else if (Place().Match(words) is { Success: true } place)
        {
            order.Count.ShouldBeGreaterThan(0);
            (place.Groups["place"].Value == "first" ? order[0] : order[^1]).ShouldBe(place.Groups["task"].Value);
        }
        else if (After().Match(words) is { Success: true } after)
        {
            order.ToList().IndexOf(after.Groups["later"].Value).ShouldBe(order.ToList().IndexOf(after.Groups["earlier"].Value) + 1);
        }
        else
        {
            throw new InvalidOperationException($"No way to check: {words}");
        }
    }

    /// <summary>A value written in YAML, read by the language's own reader.</summary>
    private static Json Value(string yaml)
    {
        var text = $"document: {{ dsl: '1.0.0', namespace: a, name: a, version: '1.0.0' }}\nuse:\n  timeouts: {{}}\ndo:\n  - a:\n      metadata:\n        value:\n{string.Concat(yaml.TrimEnd().Split('\n').Select(line => $"          {line}\n"))}      set: {{ a: 1 }}\n";
        var parsed = DefinitionParser.Parse(text, ValidationContext.Empty);
        parsed.Problems.ShouldBeEmpty();
        return ((JsonObject)((JsonObject)parsed.Definition!.Do.Tasks[0].Head.Source)["metadata"]!)["value"]!;
    }

    private static Json? At(Json value, string path) =>
        path.Split('.').Aggregate<string, Json?>(value, (of, name) => (of as JsonObject)?[name]);

    [GeneratedRegex("^the workflow output should have properties ")]
    private static partial Regex Properties();

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Quoted();

    [GeneratedRegex("^the workflow output should have a '(?<path>[^']+)' property with value:$")]
    private static partial Regex Property();

    [GeneratedRegex("^the workflow output should have a '(?<path>[^']+)' property containing (?<count>\\d+) items$")]
    private static partial Regex Items();

    [GeneratedRegex("^(?<task>\\w+) should run (?<place>first|last)$")]
    private static partial Regex Place();

    [GeneratedRegex("^(?<later>\\w+) should run after (?<earlier>\\w+)$")]
    private static partial Regex After();
}
