using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Jarvis.Api.Workflows;
using Jarvis.Architecture.Tests.Platform;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Engine.Workflows;
using Shouldly;
using Xunit;

namespace Jarvis.Architecture.Tests.Workflows;

/// <summary>Server and engine never meet in one process, so that both know the same functions is held here.</summary>
public sealed class KnownFunctionTests
{
    private static readonly string File = Path.Combine(Solution.Root, "src", "Api", "Workflows", "functions.json");
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void The_server_checks_definitions_against_the_functions_that_the_engine_brings()
    {
        var engine = Text(FunctionCatalog.Standard.All.Select(function => function.Description));
        if (Environment.GetEnvironmentVariable("JARVIS_WRITE_FUNCTIONS") == "1")
        {
            System.IO.File.WriteAllText(File, engine);
        }

        System.IO.File.ReadAllText(File).ShouldBe(engine, "run the architecture tests once with JARVIS_WRITE_FUNCTIONS=1 and commit src/Api/Workflows/functions.json");
    }

    [Fact]
    public void What_is_embedded_in_the_server_is_that_list() =>
        Text(KnownFunctions.Validation.Functions).ShouldBe(System.IO.File.ReadAllText(File));

    [Fact]
    public void Twin_a_function_that_the_server_does_not_know_is_found() =>
        Text(FunctionCatalog.Standard.All.Skip(1).Select(function => function.Description)).ShouldNotBe(System.IO.File.ReadAllText(File));

    private static string Text(IEnumerable<FunctionDescription> functions) => new JsonArray(
    [
        .. functions.OrderBy(function => function.Name, StringComparer.Ordinal).Select(function => new JsonObject
        {
            ["name"] = function.Name,
            ["description"] = function.Description,
            ["repeatable"] = function.Repeatable,
            ["platforms"] = new JsonArray([.. function.Platforms.Select(platform => JsonValue.Create(platform))]),
            ["parameters"] = JsonNode.Parse(function.ParameterSchema.ToString()),
        }),
    ]).ToJsonString(Indented) + "\n";
}
